//! Lists, page by page.

use futures::stream::BoxStream;
use nym_dkg_contract::{
    msg::{
        DealerProgress, PagedCeremonyProgressResponse, PagedDealerAddressesResponse, PagedDealerIndexResponse,
        PagedDealerResponse, PagedKeyGenerationsResponse, PagedKeySharesResponse, PagedVKSharesResponse, QueryMsg,
    },
    types::{ContractVKShare, DealerDetails, EpochId, KeyGeneration, KeyShare, NodeIndex},
};

use super::DkgQueries;
use crate::{AccountId, ClientError, paging::paged};

impl DkgQueries {
    /// Dealers of an epoch, by account.
    pub fn epoch_dealers(&self, epoch_id: EpochId) -> BoxStream<'_, Result<DealerDetails, ClientError>> {
        paged(move |start_after| async move {
            let question = QueryMsg::GetEpochDealers { epoch_id, limit: None, start_after };
            let page: PagedDealerResponse = self.ask(&question).await?;
            Ok((page.dealers, page.start_next_after.map(String::from)))
        })
    }

    /// Dealers of the current epoch, by account.
    pub fn current_dealers(&self) -> BoxStream<'_, Result<DealerDetails, ClientError>> {
        paged(move |start_after| async move {
            let question = QueryMsg::GetCurrentDealers { limit: None, start_after };
            let page: PagedDealerResponse = self.ask(&question).await?;
            Ok((page.dealers, page.start_next_after.map(String::from)))
        })
    }

    /// Accounts of the dealers of an epoch, ascending.
    pub fn epoch_dealers_addresses(&self, epoch_id: EpochId) -> BoxStream<'_, Result<AccountId, ClientError>> {
        paged(move |start_after| async move {
            let question = QueryMsg::GetEpochDealersAddresses { epoch_id, limit: None, start_after };
            let page: PagedDealerAddressesResponse = self.ask(&question).await?;
            let dealers = page.dealers.iter().map(|dealer| self.client().address(dealer.as_str()));
            Ok((dealers.collect::<Result<_, _>>()?, page.start_next_after.map(String::from)))
        })
    }

    /// Numbers of all who ever were dealers, by account.
    pub fn dealer_indices(&self) -> BoxStream<'_, Result<(AccountId, NodeIndex), ClientError>> {
        paged(move |start_after| async move {
            let question = QueryMsg::GetDealerIndices { limit: None, start_after };
            let page: PagedDealerIndexResponse = self.ask(&question).await?;
            let indices =
                page.indices.iter().map(|(dealer, index)| Ok((self.client().address(dealer.as_str())?, *index)));
            Ok((indices.collect::<Result<_, ClientError>>()?, page.start_next_after.map(String::from)))
        })
    }

    /// Verification keys of an epoch, by account: all while its ceremony runs, afterwards those that were accepted.
    pub fn verification_keys(&self, epoch_id: EpochId) -> BoxStream<'_, Result<ContractVKShare, ClientError>> {
        paged(move |start_after| async move {
            let question = QueryMsg::GetVerificationKeys { epoch_id, limit: None, start_after };
            let page: PagedVKSharesResponse = self.ask(&question).await?;
            Ok((page.shares, page.start_next_after.map(String::from)))
        })
    }

    /// All verification keys of an epoch, accepted or not, with the proposals that decide on them, by account.
    pub fn key_shares(&self, epoch_id: EpochId) -> BoxStream<'_, Result<KeyShare, ClientError>> {
        paged(move |start_after| async move {
            let question = QueryMsg::GetKeyShares { epoch_id, limit: None, start_after };
            let page: PagedKeySharesResponse = self.ask(&question).await?;
            Ok((page.shares, page.start_next_after.map(String::from)))
        })
    }

    /// All key generations that ever were in service, by ascending epoch.
    pub fn key_generations_history(&self) -> BoxStream<'_, Result<KeyGeneration, ClientError>> {
        paged(move |start_after| async move {
            let question = QueryMsg::GetKeyGenerationsHistory { limit: None, start_after };
            let page: PagedKeyGenerationsResponse = self.ask(&question).await?;
            Ok((page.generations, page.start_next_after))
        })
    }

    /// How far every dealer of an epoch has come, by account.
    pub fn ceremony_progress(&self, epoch_id: EpochId) -> BoxStream<'_, Result<DealerProgress, ClientError>> {
        paged(move |start_after| async move {
            let question = QueryMsg::GetCeremonyProgress { epoch_id, limit: None, start_after };
            let page: PagedCeremonyProgressResponse = self.ask(&question).await?;
            Ok((page.dealers, page.start_next_after.map(String::from)))
        })
    }
}
