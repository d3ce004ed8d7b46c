//! Messages to the contract, each as one transaction.

use cosmrs::proto::cosmwasm::wasm::v1::MsgExecuteContractResponse;
use cosmwasm_std::Coin;
use nym_ecash_contract::{
    msg::{AdminAction, ExecuteMsg, deposit_id_from_data, proposal_id_from_data},
    types::{DepositId, DoubleSpendEvidence, ForfeitEvidence, ProposalId},
};

use super::EcashQueries;
use crate::{AccountId, ClientError, SigningClient, Transaction};

/// Changes one ecash contract in the name of one account.
///
/// Every method waits for its transaction's block. It fails with [`ClientError::Chain`] where the contract refuses; its
/// own words are in the failure's log. It fails with [`ClientError::Answer`] where the transaction took effect and its
/// answer cannot be read.
#[derive(Clone, Debug)]
pub struct EcashTransactions {
    client: SigningClient,
    queries: EcashQueries,
}

type Sent = Result<Transaction, ClientError>;
type Proposed = Result<(ProposalId, Transaction), ClientError>;

#[allow(clippy::missing_errors_doc, reason = "they all fail alike; the type's documentation says how")]
impl EcashTransactions {
    /// Sends to the contract at this address.
    pub fn new(client: SigningClient, contract: AccountId) -> Self {
        Self { queries: EcashQueries::new(client.queries().clone(), contract), client }
    }

    /// The asking half.
    pub fn queries(&self) -> &EcashQueries {
        &self.queries
    }

    /// The account's client.
    pub fn client(&self) -> &SigningClient {
        &self.client
    }

    /// Sends any message.
    pub async fn execute(&self, message: &ExecuteMsg, funds: Vec<Coin>, memo: &str) -> Sent {
        self.client.execute(self.queries.contract(), message, funds, memo).await
    }

    /// Sends many messages in one transaction: all take effect or none.
    pub async fn execute_many(&self, messages: &[(ExecuteMsg, Vec<Coin>)], memo: &str) -> Sent {
        self.client.execute_many(self.queries.contract(), messages, memo).await
    }

    /// Deposits the price of one ticketbook for an ed25519 key in base58.
    pub async fn deposit(&self, identity_key: &str, price: Coin) -> Result<(DepositId, Transaction), ClientError> {
        let message = ExecuteMsg::DepositTicketBookFunds { identity_key: identity_key.into() };
        let sent = self.execute(&message, vec![price], "ticketbook deposit").await?;
        Ok((deposit_id_of(&sent, 0)?, sent))
    }

    /// Deposits the price of one ticketbook for each of many keys, in one transaction. Numbers are in the order of the
    /// keys.
    pub async fn deposit_many(
        &self,
        identity_keys: &[String],
        price: &Coin,
    ) -> Result<(Vec<DepositId>, Transaction), ClientError> {
        let messages: Vec<_> = identity_keys
            .iter()
            .map(|key| (ExecuteMsg::DepositTicketBookFunds { identity_key: key.clone() }, vec![price.clone()]))
            .collect();
        let sent = self.execute_many(&messages, &format!("{} ticketbook deposits", messages.len())).await?;
        let ids = (0..messages.len()).map(|index| deposit_id_of(&sent, index)).collect::<Result<_, _>>()?;
        Ok((ids, sent))
    }

    /// Asks, as gateways of the old kind do, for spent tickets to be counted, without a payment.
    pub async fn request_redemption(&self, commitment_bs58: &str, number_of_tickets: u16) -> Proposed {
        let message = ExecuteMsg::RequestRedemption { commitment_bs58: commitment_bs58.into(), number_of_tickets };
        self.propose(&message, "requesting ticket redemption").await
    }

    /// Asks to be paid for spent tickets.
    pub async fn request_payout(&self, commitment_bs58: &str, number_of_tickets: u16) -> Proposed {
        let message = ExecuteMsg::RequestPayout { commitment_bs58: commitment_bs58.into(), number_of_tickets };
        self.propose(&message, "requesting payment for tickets").await
    }

    /// Proposes to blacklist a double spender. Members of the group only.
    pub async fn propose_blacklisting(&self, public_key: &str, evidence: DoubleSpendEvidence) -> Proposed {
        let message = ExecuteMsg::ProposeBlacklisting { public_key: public_key.into(), evidence };
        self.propose(&message, "proposing to blacklist a double spender").await
    }

    /// Forgets proposals against a key that came to nothing.
    pub async fn drop_rejected_blacklisting(&self, public_key: &str) -> Sent {
        let message = ExecuteMsg::DropRejectedBlacklisting { public_key: public_key.into() };
        self.execute(&message, vec![], "dropping rejected blacklist proposals").await
    }

    /// Proposes to withhold a deposit that a blacklisted key presented. Members of the group only.
    pub async fn propose_forfeit(
        &self,
        deposit_id: DepositId,
        public_key: &str,
        evidence: ForfeitEvidence,
    ) -> Proposed {
        let message = ExecuteMsg::ProposeForfeit { deposit_id, public_key: public_key.into(), evidence };
        self.propose(&message, "proposing to withhold a deposit").await
    }

    /// Proposes an admin's message, for when the admin is the multisig. Members of the group only.
    pub async fn propose_admin_action(&self, action: AdminAction) -> Proposed {
        self.propose(&ExecuteMsg::ProposeAdminAction { action }, "proposing an administrative change").await
    }

    /// Hands over administration. Admin only, as the three below.
    pub async fn update_admin(&self, admin: &AccountId) -> Sent {
        self.execute(&ExecuteMsg::UpdateAdmin { admin: admin.to_string() }, vec![], "updating contract admin").await
    }

    /// Changes the price of a ticketbook.
    pub async fn update_default_deposit(&self, new_deposit: Coin) -> Sent {
        let message = ExecuteMsg::UpdateDefaultDepositValue { new_deposit };
        self.execute(&message, vec![], "updating the deposit price").await
    }

    /// Gives an account a lower price.
    pub async fn set_reduced_deposit(&self, account: &AccountId, deposit: Coin) -> Sent {
        let message = ExecuteMsg::SetReducedDepositPrice { address: account.to_string(), deposit };
        self.execute(&message, vec![], "setting a reduced deposit price").await
    }

    /// Takes an account's lower price away.
    pub async fn remove_reduced_deposit(&self, account: &AccountId) -> Sent {
        let message = ExecuteMsg::RemoveReducedDepositPrice { address: account.to_string() };
        self.execute(&message, vec![], "removing a reduced deposit price").await
    }

    async fn propose(&self, message: &ExecuteMsg, memo: &str) -> Proposed {
        let sent = self.execute(message, vec![], memo).await?;
        let data = data_of(&sent, 0)?;
        let id = proposal_id_from_data(&data).ok_or_else(|| {
            ClientError::answer(format!("transaction {}", sent.hash), "its data is no proposal number of 8 bytes")
        })?;
        Ok((id, sent))
    }
}

/// The number of the deposit that the message with this index made.
///
/// # Errors
/// [`ClientError::Answer`] when the message was no deposit.
pub fn deposit_id_of(sent: &Transaction, index: usize) -> Result<DepositId, ClientError> {
    deposit_id_from_data(&data_of(sent, index)?).ok_or_else(|| {
        let what = format!("message {index} of transaction {}", sent.hash);
        ClientError::answer(what, "its data is no deposit number of 4 bytes")
    })
}

fn data_of(sent: &Transaction, index: usize) -> Result<Vec<u8>, ClientError> {
    Ok(sent.message_answer::<MsgExecuteContractResponse>(index)?.data)
}
