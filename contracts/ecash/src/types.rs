//! Records that travel and are stored.

use cosmwasm_schema::cw_serde;
use cosmwasm_std::{Addr, Binary, Coin};

pub use nym_contracts_common::quorum::ProposalId;

/// Number of a deposit, from 0.
pub type DepositId = u32;

/// A deposit (`docs/protocol/quorum-contracts.md` §3.3).
#[cw_serde]
pub struct Deposit {
    /// Base58 of the ed25519 public key that signs for it.
    pub bs58_encoded_ed25519_pubkey: String,
}

/// An account with a reduced price.
#[cw_serde]
pub struct WhitelistedAccount {
    /// The account.
    pub address: Addr,
    /// Its price.
    pub deposit: Coin,
}

/// Where a key stands on the blacklist.
#[cw_serde]
#[derive(Copy, Eq)]
pub struct Blacklisting {
    /// The latest proposal against the key.
    pub proposal_id: ProposalId,
    /// Height of the block in which the quorum decided; nothing is decided while it is absent.
    pub finalized_at_height: Option<u64>,
}

impl Blacklisting {
    /// Whether the quorum has decided. A pending entry is one member's claim and blocks nobody.
    #[must_use]
    pub const fn is_final(&self) -> bool {
        self.finalized_at_height.is_some()
    }
}

/// Two spendings of one ticket. Each is the byte form of a spent credential (payment, pay info, spend date, epoch;
/// `docs/protocol/crypto.md` §6.4), at most [`crate::constants::MAX_SPENDING_RECORD_LENGTH`] bytes. The contract
/// checks lengths and that they differ; signers verify both before they vote.
#[cw_serde]
pub struct DoubleSpendEvidence {
    /// The spending that was seen first.
    pub first: Binary,
    /// The other one.
    pub second: Binary,
}

/// A proposal to blacklist a key.
#[cw_serde]
pub struct BlacklistProposal {
    /// The proposal's number in the multisig.
    pub proposal_id: ProposalId,
    /// Base58 of the ecash user key.
    pub public_key: String,
    /// The member that proposed.
    pub proposer: Addr,
    /// Height of the block with the proposal.
    pub proposed_at_height: u64,
    /// What convicts the key.
    pub evidence: DoubleSpendEvidence,
}

/// A request for a ticketbook that a blacklisted key made and the deposit's key signed. The contract checks the
/// signature over `request ‖ deposit id (4 bytes big-endian)`; whether the request is one for the blacklisted key is
/// what signers verify before they vote.
#[cw_serde]
pub struct ForfeitEvidence {
    /// Byte form of the withdrawal request, at most [`crate::constants::MAX_WITHDRAWAL_REQUEST_LENGTH`] bytes.
    pub withdrawal_request: Binary,
    /// The deposit key's ed25519 signature, 64 bytes.
    pub signature: Binary,
}

/// A proposal to withhold a deposit.
#[cw_serde]
pub struct ForfeitProposal {
    /// The proposal's number in the multisig.
    pub proposal_id: ProposalId,
    /// The deposit.
    pub deposit_id: DepositId,
    /// Base58 of the blacklisted ecash user key.
    pub public_key: String,
    /// The member that proposed.
    pub proposer: Addr,
    /// Height of the block with the proposal.
    pub proposed_at_height: u64,
    /// What convicts it.
    pub evidence: ForfeitEvidence,
}

/// A deposit that is withheld for good: no ticketbook may be signed for it, under whatever key.
#[cw_serde]
pub struct ForfeitedDeposit {
    /// The deposit.
    pub deposit_id: DepositId,
    /// Base58 of the ecash user key under which it was presented.
    pub public_key: String,
    /// Height of the block in which the quorum decided.
    pub forfeited_at_height: u64,
}

/// A request to be paid for spent tickets.
#[cw_serde]
pub struct Payout {
    /// The proposal's number in the multisig.
    pub proposal_id: ProposalId,
    /// Who is paid.
    pub gateway: Addr,
    /// How many tickets.
    pub number_of_tickets: u16,
    /// The payment; absent while there is none.
    pub paid: Option<Payment>,
}

/// A payment for tickets.
#[cw_serde]
pub struct Payment {
    /// What was paid.
    pub amount: Coin,
    /// Height of its block.
    pub height: u64,
}

/// Sums over all deposits and payments (`docs/protocol/quorum-contracts.md` §3.8).
#[cw_serde]
pub struct PoolCounters {
    /// Everything that was deposited.
    pub total_deposited: Coin,
    /// Everything that was paid out; never more than what was deposited.
    pub total_redeemed: Coin,
    /// Tickets that old gateways had counted, without a payment.
    pub tickets_requested_and_not_redeemed: u64,
}
