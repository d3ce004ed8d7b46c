//! Questions with one answer.

use nym_dkg_contract::{
    msg::{
        DealerDealingsStatusResponse, DealerDetailsResponse, DealingChunkResponse, DealingMetadataResponse,
        DealingResponse, DealingStatusResponse, KeyGenerationsResponse, QueryMsg, RegisteredDealerDetails,
        StateAdvanceResponse, VkShareResponse,
    },
    types::{
        CeremonyRules, ChunkIndex, ContractVKShare, DealerRegistrationDetails, DealingIndex, DealingMetadata,
        DealingStatus, Epoch, EpochId, State,
    },
};
use serde::{Deserialize, de::DeserializeOwned};

use crate::{AccountId, ClientError, QueryClient};

/// Asks one DKG contract.
///
/// Every question fails when the node does not answer, when the contract refuses ([`ClientError::Chain`]), or when its
/// answer has another form ([`ClientError::Answer`]).
#[derive(Clone, Debug)]
pub struct DkgQueries {
    client: QueryClient,
    contract: AccountId,
}

#[derive(Deserialize)]
struct AdminAnswer {
    admin: Option<String>,
}

#[allow(clippy::missing_errors_doc, reason = "they all fail alike; the type's documentation says how")]
impl DkgQueries {
    /// Asks the contract at this address.
    pub fn new(client: QueryClient, contract: AccountId) -> Self {
        Self { client, contract }
    }

    /// The contract's address.
    pub fn contract(&self) -> &AccountId {
        &self.contract
    }

    /// The client that asks.
    pub fn client(&self) -> &QueryClient {
        &self.client
    }

    /// Asks the contract in its own words, for what has no method here.
    pub async fn ask<Answer: DeserializeOwned>(&self, question: &QueryMsg) -> Result<Answer, ClientError> {
        self.client.smart_query(&self.contract, question).await
    }

    /// Settings.
    pub async fn state(&self) -> Result<State, ClientError> {
        self.ask(&QueryMsg::GetState {}).await
    }

    /// Who administers the contract.
    pub async fn admin(&self) -> Result<Option<String>, ClientError> {
        Ok(self.ask::<AdminAnswer>(&QueryMsg::Admin {}).await?.admin)
    }

    /// The current ceremony, or the keys in service while none runs.
    pub async fn current_epoch(&self) -> Result<Epoch, ClientError> {
        self.ask(&QueryMsg::GetCurrentEpochState {}).await
    }

    /// The same before a block.
    pub async fn epoch_at_height(&self, height: u64) -> Result<Option<Epoch>, ClientError> {
        self.ask(&QueryMsg::GetEpochStateAtHeight { height }).await
    }

    /// Threshold of the current epoch; `None` until its dealers are known.
    pub async fn current_threshold(&self) -> Result<Option<u64>, ClientError> {
        self.ask(&QueryMsg::GetCurrentEpochThreshold {}).await
    }

    /// Threshold of an epoch.
    pub async fn threshold(&self, epoch_id: EpochId) -> Result<Option<u64>, ClientError> {
        self.ask(&QueryMsg::GetEpochThreshold { epoch_id }).await
    }

    /// Whether [`super::DkgTransactions::advance_epoch_state`] would be taken.
    pub async fn can_advance(&self) -> Result<StateAdvanceResponse, ClientError> {
        self.ask(&QueryMsg::CanAdvanceState {}).await
    }

    /// Which keys sign now, which older ones have still to be accepted, what ceremony runs, and whether one is to be
    /// tried again.
    pub async fn key_generations(&self) -> Result<KeyGenerationsResponse, ClientError> {
        self.ask(&QueryMsg::GetKeyGenerations {}).await
    }

    /// What a ceremony needs to go on, and when it is tried again.
    pub async fn ceremony_rules(&self) -> Result<CeremonyRules, ClientError> {
        self.ask(&QueryMsg::GetCeremonyRules {}).await
    }

    /// What a dealer registered for an epoch, by default the current one.
    pub async fn registered_dealer(
        &self,
        dealer: &AccountId,
        epoch_id: Option<EpochId>,
    ) -> Result<Option<DealerRegistrationDetails>, ClientError> {
        let question = QueryMsg::GetRegisteredDealer { dealer_address: dealer.to_string(), epoch_id };
        Ok(self.ask::<RegisteredDealerDetails>(&question).await?.details)
    }

    /// What an account is to the current epoch.
    pub async fn dealer(&self, dealer: &AccountId) -> Result<DealerDetailsResponse, ClientError> {
        self.ask(&QueryMsg::GetDealerDetails { dealer_address: dealer.to_string() }).await
    }

    /// An announced dealing.
    pub async fn dealing_metadata(
        &self,
        epoch_id: EpochId,
        dealer: &AccountId,
        dealing_index: DealingIndex,
    ) -> Result<Option<DealingMetadata>, ClientError> {
        let question = QueryMsg::GetDealingsMetadata { epoch_id, dealer: dealer.to_string(), dealing_index };
        Ok(self.ask::<DealingMetadataResponse>(&question).await?.metadata)
    }

    /// How far all dealings of a dealer have come.
    pub async fn dealings_status(
        &self,
        epoch_id: EpochId,
        dealer: &AccountId,
    ) -> Result<DealerDealingsStatusResponse, ClientError> {
        self.ask(&QueryMsg::GetDealerDealingsStatus { epoch_id, dealer: dealer.to_string() }).await
    }

    /// How far a dealing has come.
    pub async fn dealing_status(
        &self,
        epoch_id: EpochId,
        dealer: &AccountId,
        dealing_index: DealingIndex,
    ) -> Result<DealingStatus, ClientError> {
        let question = QueryMsg::GetDealingStatus { epoch_id, dealer: dealer.to_string(), dealing_index };
        Ok(self.ask::<DealingStatusResponse>(&question).await?.status)
    }

    /// A chunk of a dealing, if it was brought.
    pub async fn dealing_chunk(
        &self,
        epoch_id: EpochId,
        dealer: &AccountId,
        dealing_index: DealingIndex,
        chunk_index: ChunkIndex,
    ) -> Result<Option<Vec<u8>>, ClientError> {
        let dealer = dealer.to_string();
        let question = QueryMsg::GetDealingChunk { epoch_id, dealer, dealing_index, chunk_index };
        Ok(self.ask::<DealingChunkResponse>(&question).await?.chunk.map(Vec::from))
    }

    /// A dealing in one piece, once all of it was brought.
    pub async fn dealing(
        &self,
        epoch_id: EpochId,
        dealer: &AccountId,
        dealing_index: DealingIndex,
    ) -> Result<Option<Vec<u8>>, ClientError> {
        let question = QueryMsg::GetDealing { epoch_id, dealer: dealer.to_string(), dealing_index };
        Ok(self.ask::<DealingResponse>(&question).await?.dealing.map(Vec::from))
    }

    /// The verification key that a dealer brought, accepted or not.
    pub async fn verification_key(
        &self,
        epoch_id: EpochId,
        owner: &AccountId,
    ) -> Result<Option<ContractVKShare>, ClientError> {
        let question = QueryMsg::GetVerificationKey { epoch_id, owner: owner.to_string() };
        Ok(self.ask::<VkShareResponse>(&question).await?.share)
    }
}
