//! Messages to the contract, each as one transaction.

use cosmwasm_std::Coin;
use nym_dkg_contract::{
    constants::events,
    msg::{AdminAction, ExecuteMsg},
    types::{
        CeremonyRules, DealerRegistrationDetails, DealingChunkInfo, DealingIndex, NodeIndex, PartialContractDealing,
        ProposalId, TimeConfiguration,
    },
};

use super::DkgQueries;
use crate::{AccountId, ClientError, SigningClient, Transaction};

/// Changes one DKG contract in the name of one account.
///
/// Every method waits for its transaction's block. It fails with [`ClientError::Chain`] where the contract refuses; its
/// own words are in the failure's log.
#[derive(Clone, Debug)]
pub struct DkgTransactions {
    client: SigningClient,
    queries: DkgQueries,
}

type Sent = Result<Transaction, ClientError>;

#[allow(clippy::missing_errors_doc, reason = "they all fail alike; the type's documentation says how")]
impl DkgTransactions {
    /// Sends to the contract at this address.
    pub fn new(client: SigningClient, contract: AccountId) -> Self {
        Self { queries: DkgQueries::new(client.queries().clone(), contract), client }
    }

    /// The asking half.
    pub fn queries(&self) -> &DkgQueries {
        &self.queries
    }

    /// The account's client.
    pub fn client(&self) -> &SigningClient {
        &self.client
    }

    /// Sends any message.
    pub async fn execute(&self, message: &ExecuteMsg, memo: &str) -> Sent {
        self.client.execute(self.queries.contract(), message, vec![], memo).await
    }

    /// Sends many messages in one transaction: all take effect or none.
    pub async fn execute_many(&self, messages: Vec<ExecuteMsg>, memo: &str) -> Sent {
        let messages: Vec<(ExecuteMsg, Vec<Coin>)> = messages.into_iter().map(|message| (message, vec![])).collect();
        self.client.execute_many(self.queries.contract(), &messages, memo).await
    }

    /// Moves to the next state, if it is time or all have acted.
    pub async fn advance_epoch_state(&self) -> Sent {
        self.execute(&ExecuteMsg::AdvanceEpochState {}, "advancing DKG state").await
    }

    /// Takes part in the ceremony and returns the dealer's number.
    pub async fn register_dealer(
        &self,
        details: DealerRegistrationDetails,
        resharing: bool,
    ) -> Result<(NodeIndex, Transaction), ClientError> {
        let message = ExecuteMsg::RegisterDealer {
            bte_key_with_proof: details.bte_public_key_with_proof,
            identity_key: details.ed25519_identity,
            announce_address: details.announce_address,
            resharing,
        };
        let sent = self.execute(&message, "registering as DKG dealer").await?;
        Ok((number(&sent, events::NODE_INDEX)?, sent))
    }

    /// Announces the chunks of a dealing.
    pub async fn commit_dealings_metadata(
        &self,
        dealing_index: DealingIndex,
        chunks: Vec<DealingChunkInfo>,
        resharing: bool,
    ) -> Sent {
        let message = ExecuteMsg::CommitDealingsMetadata { dealing_index, chunks, resharing };
        self.execute(&message, "committing DKG dealing metadata").await
    }

    /// Brings chunks of announced dealings, in one transaction.
    pub async fn commit_dealings_chunks(&self, chunks: Vec<PartialContractDealing>) -> Sent {
        let memo = format!("committing {} chunks of DKG dealings", chunks.len());
        let messages = chunks.into_iter().map(|chunk| ExecuteMsg::CommitDealingsChunk { chunk }).collect();
        self.execute_many(messages, &memo).await
    }

    /// Brings the verification key that the account derived, and returns the number of the proposal that decides on
    /// it.
    pub async fn commit_verification_key_share(
        &self,
        share: String,
        resharing: bool,
    ) -> Result<(ProposalId, Transaction), ClientError> {
        let message = ExecuteMsg::CommitVerificationKeyShare { share, resharing };
        let sent = self.execute(&message, "committing DKG verification key").await?;
        Ok((number(&sent, events::PROPOSAL_ID)?, sent))
    }

    /// Hands the account's place as a dealer to another voting member.
    pub async fn transfer_ownership(&self, to: &AccountId) -> Sent {
        let message = ExecuteMsg::TransferOwnership { transfer_to: to.to_string() };
        self.execute(&message, "transferring DKG dealer ownership").await
    }

    /// Changes where the account's API is reached.
    pub async fn update_announce_address(&self, new_address: &str) -> Sent {
        let message = ExecuteMsg::UpdateAnnounceAddress { new_address: new_address.into() };
        self.execute(&message, "updating DKG announce address").await
    }

    /// Deletes dealings of past ceremonies.
    pub async fn prune_dealings(&self, limit: Option<u32>) -> Sent {
        self.execute(&ExecuteMsg::PruneDealings { limit }, "pruning DKG dealings").await
    }

    /// Proposes an admin's message, for when the admin is the multisig. Members of the group only.
    pub async fn propose_admin_action(&self, action: AdminAction) -> Result<(ProposalId, Transaction), ClientError> {
        let message = ExecuteMsg::ProposeAdminAction { action };
        let sent = self.execute(&message, "proposing an administrative change").await?;
        Ok((number(&sent, events::PROPOSAL_ID)?, sent))
    }

    /// Begins the first ceremony. Admin only, as all below.
    pub async fn initiate(&self) -> Sent {
        self.execute(&ExecuteMsg::InitiateDkg {}, "initiating DKG").await
    }

    /// Begins a ceremony for a new master key.
    pub async fn trigger_reset(&self) -> Sent {
        self.execute(&ExecuteMsg::TriggerReset {}, "triggering DKG reset").await
    }

    /// Begins a ceremony that shares the master key in service anew.
    pub async fn trigger_resharing(&self) -> Sent {
        self.execute(&ExecuteMsg::TriggerResharing {}, "triggering DKG resharing").await
    }

    /// Gives the running ceremony up, and forgets a retry that waits.
    pub async fn cancel_ceremony(&self) -> Sent {
        self.execute(&ExecuteMsg::CancelCeremony {}, "cancelling DKG ceremony").await
    }

    /// Hands over administration.
    pub async fn update_admin(&self, admin: &AccountId) -> Sent {
        self.execute(&ExecuteMsg::UpdateAdmin { admin: admin.to_string() }, "updating contract admin").await
    }

    /// Changes how long the states last, from the next state on.
    pub async fn update_time_configuration(&self, time_configuration: TimeConfiguration) -> Sent {
        let message = ExecuteMsg::UpdateTimeConfiguration { time_configuration };
        self.execute(&message, "updating DKG time configuration").await
    }

    /// Changes what a ceremony needs to go on, and when it is tried again.
    pub async fn update_ceremony_rules(&self, ceremony_rules: CeremonyRules) -> Sent {
        let message = ExecuteMsg::UpdateCeremonyRules { ceremony_rules };
        self.execute(&message, "updating DKG ceremony rules").await
    }
}

/// A number among the attributes of the first `wasm` event.
fn number(sent: &Transaction, key: &str) -> Result<u64, ClientError> {
    let value = sent.attribute("wasm", key)?;
    value.parse().map_err(|reason| ClientError::answer(format!("{key} in transaction {}", sent.hash), reason))
}
