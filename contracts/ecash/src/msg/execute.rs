//! Messages that change the contract.

use crate::types::{DepositId, DoubleSpendEvidence, ForfeitEvidence, WhitelistedAccount};
use cosmwasm_schema::cw_serde;
use cosmwasm_std::Coin;

/// What a new contract starts with (`docs/protocol/quorum-contracts.md` §3.1).
#[cw_serde]
pub struct InstantiateMsg {
    /// Account that the published design moves redeemed funds to; stored and never paid.
    pub holding_account: String,
    /// The multisig contract.
    pub multisig_addr: String,
    /// The group contract.
    pub group_addr: String,
    /// Price of a ticketbook.
    pub deposit_amount: Coin,
}

/// What a migration changes besides the code (`docs/protocol/quorum-contracts.md` §3.7).
#[cw_serde]
#[derive(Default)]
pub struct MigrateMsg {
    /// Accounts with a reduced price, which replace those of the same address.
    #[serde(default)]
    pub initial_whitelist: Vec<WhitelistedAccount>,
}

/// Messages that change the contract (`docs/protocol/quorum-contracts.md` §3.2, §15.1).
#[cw_serde]
pub enum ExecuteMsg {
    /// Buy the right to one ticketbook with the attached coin.
    DepositTicketBookFunds {
        /// Base58 of the ed25519 public key that will sign for the deposit.
        identity_key: String,
    },
    /// Ask for spent tickets to be counted as redeemed, without a payment. For gateways of the old kind.
    RequestRedemption {
        /// Base58 of 32 bytes: SHA-256 of the serial numbers in order.
        commitment_bs58: String,
        /// How many tickets.
        number_of_tickets: u16,
    },
    /// Count tickets as redeemed. Multisig only.
    RedeemTickets {
        /// How many tickets.
        n: u16,
        /// Who asked.
        gw: String,
    },
    /// Name another admin. Admin only, as the three below; the admin may be the multisig.
    UpdateAdmin {
        /// The new admin.
        admin: String,
    },
    /// Change the price of a ticketbook.
    #[serde(alias = "update_deposit_value")]
    UpdateDefaultDepositValue {
        /// The new price, of the same denomination.
        new_deposit: Coin,
    },
    /// Give an account a lower price.
    SetReducedDepositPrice {
        /// The account.
        address: String,
        /// Its price.
        deposit: Coin,
    },
    /// Take an account's lower price away.
    RemoveReducedDepositPrice {
        /// The account.
        address: String,
    },
    /// The published form without evidence, which nobody can judge: always refused. See
    /// [`ExecuteMsg::ProposeBlacklisting`].
    ProposeToBlacklist {
        /// Base58 of the ecash user key.
        public_key: String,
    },
    /// Put a key on the blacklist for good. Multisig only.
    AddToBlacklist {
        /// Base58 of the ecash user key.
        public_key: String,
    },

    /// Propose to blacklist a double spender, with what convicts it. Voting members of the group only. Every signer
    /// verifies the evidence before it votes. Answers with the proposal's number: attribute `proposal_id` of the
    /// multisig's event, and 8 bytes big-endian as data. A member has one open proposal per key; asking again
    /// answers its number.
    ProposeBlacklisting {
        /// Base58 of the ecash user key.
        public_key: String,
        /// Both spendings of one ticket.
        evidence: DoubleSpendEvidence,
    },
    /// Forget the proposals against a key that were voted down or expired, and its entry if none is left and none
    /// passed. Anyone.
    DropRejectedBlacklisting {
        /// Base58 of the ecash user key.
        public_key: String,
    },
    /// Propose to withhold a deposit for which a blacklisted key has asked. Voting members of the group only. Answers
    /// as [`ExecuteMsg::ProposeBlacklisting`].
    ProposeForfeit {
        /// The deposit.
        deposit_id: DepositId,
        /// Base58 of the ecash user key, which must be on the blacklist for good.
        public_key: String,
        /// The request that the deposit's key has signed.
        evidence: ForfeitEvidence,
    },
    /// Withhold a deposit. Multisig only.
    ForfeitDeposit {
        /// The deposit.
        deposit_id: DepositId,
        /// Base58 of the ecash user key.
        public_key: String,
    },
    /// Ask to be paid for spent tickets. Answers as [`ExecuteMsg::ProposeBlacklisting`]. The proposal has the title
    /// [`crate::constants::PAYOUT_PROPOSAL_TITLE`], the commitment as its description, and one message
    /// [`ExecuteMsg::PayForTickets`]. An account has one open request at a time.
    RequestPayout {
        /// Base58 of 32 bytes: SHA-256 of the serial numbers in order.
        commitment_bs58: String,
        /// How many tickets.
        number_of_tickets: u16,
    },
    /// Pay for tickets: n × price / 50, rounded down. Multisig only. No commitment is paid twice, and payments
    /// together never exceed the deposits.
    PayForTickets {
        /// How many tickets.
        n: u16,
        /// Who is paid.
        gw: String,
        /// Base58 of 32 bytes: SHA-256 of the serial numbers in order.
        commitment_bs58: String,
    },
    /// Propose something that only the admin may do, for when the admin is the multisig. Voting members of the group
    /// only. Answers as [`ExecuteMsg::ProposeBlacklisting`].
    ProposeAdminAction {
        /// What to do.
        action: AdminAction,
    },
}

/// What only the admin may do; in JSON exactly the [`ExecuteMsg`] of the same name.
#[cw_serde]
pub enum AdminAction {
    /// As [`ExecuteMsg::UpdateAdmin`].
    UpdateAdmin {
        /// The new admin.
        admin: String,
    },
    /// As [`ExecuteMsg::UpdateDefaultDepositValue`].
    UpdateDefaultDepositValue {
        /// The new price.
        new_deposit: Coin,
    },
    /// As [`ExecuteMsg::SetReducedDepositPrice`].
    SetReducedDepositPrice {
        /// The account.
        address: String,
        /// Its price.
        deposit: Coin,
    },
    /// As [`ExecuteMsg::RemoveReducedDepositPrice`].
    RemoveReducedDepositPrice {
        /// The account.
        address: String,
    },
}
