//! Lists, page by page (`docs/protocol/mixnet-contract.md §4`).

use futures::stream::BoxStream;
use nym_mixnet_contract::{
    msg::{
        NymNodeVersionHistoryResponse, PagedAllDelegationsResponse, PagedDelegatorDelegationsResponse,
        PagedNodeDelegationsResponse, PagedNymNodeBondsResponse, PagedNymNodeDetailsResponse,
        PagedUnbondedNymNodesResponse, PendingEpochEventsResponse, PendingIntervalEventsResponse, QueryMsg,
    },
    types::{
        Delegation, HistoricalNymNodeVersionEntry, NodeId, NymNodeBond, NymNodeDetails, PendingEpochEvent,
        PendingIntervalEvent, UnbondedNymNode,
    },
};

use super::MixnetQueries;
use crate::{AccountId, ClientError, paging::paged};

impl MixnetQueries {
    /// Bonded nodes, by ascending number.
    pub fn nodes(&self) -> BoxStream<'_, Result<NymNodeBond, ClientError>> {
        paged(move |start_after| async move {
            let question = QueryMsg::GetNymNodeBondsPaged { limit: None, start_after };
            let page: PagedNymNodeBondsResponse = self.ask(&question).await?;
            Ok((page.nodes, page.start_next_after))
        })
    }

    /// Bonded nodes with stake and queued changes, by ascending number.
    pub fn nodes_detailed(&self) -> BoxStream<'_, Result<NymNodeDetails, ClientError>> {
        paged(move |start_after| async move {
            let question = QueryMsg::GetNymNodesDetailedPaged { limit: None, start_after };
            let page: PagedNymNodeDetailsResponse = self.ask(&question).await?;
            Ok((page.nodes, page.start_next_after))
        })
    }

    /// Nodes that have left, by ascending number.
    pub fn unbonded_nodes(&self) -> BoxStream<'_, Result<UnbondedNymNode, ClientError>> {
        self.unbonded(|start_after| QueryMsg::GetUnbondedNymNodesPaged { limit: None, start_after })
    }

    /// Nodes of one owner that have left, by ascending number.
    pub fn unbonded_nodes_of_owner(&self, owner: &AccountId) -> BoxStream<'_, Result<UnbondedNymNode, ClientError>> {
        let owner = owner.to_string();
        self.unbonded(move |start_after| QueryMsg::GetUnbondedNymNodesByOwnerPaged {
            owner: owner.clone(),
            limit: None,
            start_after,
        })
    }

    /// Nodes with one identity that have left, by ascending number.
    pub fn unbonded_nodes_of_identity(&self, identity: &str) -> BoxStream<'_, Result<UnbondedNymNode, ClientError>> {
        let identity_key = identity.to_owned();
        self.unbonded(move |start_after| QueryMsg::GetUnbondedNymNodesByIdentityKeyPaged {
            identity_key: identity_key.clone(),
            limit: None,
            start_after,
        })
    }

    /// Delegations to one node, by ascending owner.
    pub fn node_delegations(&self, node_id: NodeId) -> BoxStream<'_, Result<Delegation, ClientError>> {
        paged(move |start_after| async move {
            let question = QueryMsg::GetNodeDelegations { node_id, start_after, limit: None };
            let page: PagedNodeDelegationsResponse = self.ask(&question).await?;
            Ok((page.delegations, page.start_next_after))
        })
    }

    /// Delegations of one account, by ascending node.
    pub fn delegator_delegations(&self, delegator: &AccountId) -> BoxStream<'_, Result<Delegation, ClientError>> {
        let delegator = delegator.to_string();
        paged(move |start_after| {
            let question = QueryMsg::GetDelegatorDelegations { delegator: delegator.clone(), start_after, limit: None };
            async move {
                let page: PagedDelegatorDelegationsResponse = self.ask(&question).await?;
                Ok((page.delegations, page.start_next_after))
            }
        })
    }

    /// All delegations, by ascending node and then owner.
    pub fn all_delegations(&self) -> BoxStream<'_, Result<Delegation, ClientError>> {
        paged(move |start_after| async move {
            let page: PagedAllDelegationsResponse =
                self.ask(&QueryMsg::GetAllDelegations { start_after, limit: None }).await?;
            Ok((page.delegations, page.start_next_after))
        })
    }

    /// Requests that wait for the end of the epoch, in order.
    pub fn pending_epoch_events(&self) -> BoxStream<'_, Result<PendingEpochEvent, ClientError>> {
        paged(move |start_after| async move {
            let question = QueryMsg::GetPendingEpochEvents { limit: None, start_after };
            let page: PendingEpochEventsResponse = self.ask(&question).await?;
            Ok((page.events, page.start_next_after))
        })
    }

    /// Requests that wait for the end of the interval, in order.
    pub fn pending_interval_events(&self) -> BoxStream<'_, Result<PendingIntervalEvent, ClientError>> {
        paged(move |start_after| async move {
            let question = QueryMsg::GetPendingIntervalEvents { limit: None, start_after };
            let page: PendingIntervalEventsResponse = self.ask(&question).await?;
            Ok((page.events, page.start_next_after))
        })
    }

    /// Releases of the node software, oldest first.
    pub fn node_version_history(&self) -> BoxStream<'_, Result<HistoricalNymNodeVersionEntry, ClientError>> {
        paged(move |start_after| async move {
            let question = QueryMsg::GetNymNodeVersionHistory { limit: None, start_after };
            let page: NymNodeVersionHistoryResponse = self.ask(&question).await?;
            Ok((page.history, page.start_next_after))
        })
    }

    fn unbonded<'a>(
        &'a self,
        question: impl Fn(Option<NodeId>) -> QueryMsg + Send + 'a,
    ) -> BoxStream<'a, Result<UnbondedNymNode, ClientError>> {
        paged(move |start_after| {
            let question = question(start_after);
            async move {
                let page: PagedUnbondedNymNodesResponse = self.ask(&question).await?;
                Ok((page.nodes, page.start_next_after))
            }
        })
    }
}
