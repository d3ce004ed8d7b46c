//! The multisig contract: proposals and votes of the quorum (`docs/protocol/quorum-contracts.md §6`).
//!
//! [`MultisigQueries`] asks, [`MultisigTransactions`] changes. Messages and answers are those of cw3.

use cosmwasm_std::Empty;
use cw_utils::ThresholdResponse;
use cw3::{
    ProposalListResponse, ProposalResponse, Vote, VoteInfo, VoteListResponse, VoteResponse, VoterDetail,
    VoterListResponse, VoterResponse,
};
use futures::stream::BoxStream;
use nym_multisig_contract::{
    msg::{ExecuteMsg, QueryMsg},
    state::Config,
};
use serde::de::DeserializeOwned;

use crate::{AccountId, ClientError, QueryClient, SigningClient, Transaction, paging::paged};

pub use nym_multisig_contract as contract;

/// A proposal as the contract tells it; its status is the one at the time of the question.
pub type Proposal = ProposalResponse<Empty>;

/// Asks one multisig contract.
///
/// Every question fails when the node does not answer, when the contract refuses ([`ClientError::Chain`]), or when its
/// answer has another form ([`ClientError::Answer`]).
#[derive(Clone, Debug)]
pub struct MultisigQueries {
    client: QueryClient,
    contract: AccountId,
}

#[allow(clippy::missing_errors_doc, reason = "they all fail alike; the type's documentation says how")]
impl MultisigQueries {
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

    /// When a proposal passes.
    pub async fn threshold(&self) -> Result<ThresholdResponse, ClientError> {
        self.ask(&QueryMsg::Threshold {}).await
    }

    /// Settings.
    pub async fn config(&self) -> Result<Config, ClientError> {
        self.ask(&QueryMsg::Config {}).await
    }

    /// A proposal; one that does not exist is refused.
    pub async fn proposal(&self, proposal_id: u64) -> Result<Proposal, ClientError> {
        self.ask(&QueryMsg::Proposal { proposal_id }).await
    }

    /// Proposals after one, oldest first; all when there is none given.
    pub fn proposals(&self, after: Option<u64>) -> BoxStream<'_, Result<Proposal, ClientError>> {
        paged(move |start_after: Option<u64>| async move {
            let question = QueryMsg::ListProposals { start_after: start_after.or(after), limit: None };
            let proposals = self.ask::<ProposalListResponse<Empty>>(&question).await?.proposals;
            let next = proposals.last().map(|proposal| proposal.id);
            Ok((proposals, next))
        })
    }

    /// Proposals, latest first.
    pub fn latest_proposals(&self) -> BoxStream<'_, Result<Proposal, ClientError>> {
        paged(move |start_before: Option<u64>| async move {
            let question = QueryMsg::ReverseProposals { start_before, limit: None };
            let proposals = self.ask::<ProposalListResponse<Empty>>(&question).await?.proposals;
            let next = proposals.last().map(|proposal| proposal.id);
            Ok((proposals, next))
        })
    }

    /// How an account voted.
    pub async fn vote(&self, proposal_id: u64, voter: &AccountId) -> Result<Option<VoteInfo>, ClientError> {
        let question = QueryMsg::Vote { proposal_id, voter: voter.to_string() };
        Ok(self.ask::<VoteResponse>(&question).await?.vote)
    }

    /// All votes on a proposal, by account.
    pub fn votes(&self, proposal_id: u64) -> BoxStream<'_, Result<VoteInfo, ClientError>> {
        paged(move |start_after: Option<String>| async move {
            let question = QueryMsg::ListVotes { proposal_id, start_after, limit: None };
            let votes = self.ask::<VoteListResponse>(&question).await?.votes;
            let next = votes.last().map(|vote| vote.voter.clone());
            Ok((votes, next))
        })
    }

    /// The weight of an account; `None` for those who are not members.
    pub async fn voter(&self, account: &AccountId) -> Result<Option<u64>, ClientError> {
        Ok(self.ask::<VoterResponse>(&QueryMsg::Voter { address: account.to_string() }).await?.weight)
    }

    /// All members, by account.
    pub fn voters(&self) -> BoxStream<'_, Result<VoterDetail, ClientError>> {
        paged(move |start_after: Option<String>| async move {
            let voters =
                self.ask::<VoterListResponse>(&QueryMsg::ListVoters { start_after, limit: None }).await?.voters;
            let next = voters.last().map(|voter| voter.addr.clone());
            Ok((voters, next))
        })
    }
}

/// Votes in one multisig contract in the name of one account.
///
/// Every method waits for its transaction's block. It fails with [`ClientError::Chain`] where the contract refuses; its
/// own words are in the failure's log.
#[derive(Clone, Debug)]
pub struct MultisigTransactions {
    client: SigningClient,
    queries: MultisigQueries,
}

type Sent = Result<Transaction, ClientError>;

#[allow(clippy::missing_errors_doc, reason = "they all fail alike; the type's documentation says how")]
impl MultisigTransactions {
    /// Sends to the contract at this address.
    pub fn new(client: SigningClient, contract: AccountId) -> Self {
        Self { queries: MultisigQueries::new(client.queries().clone(), contract), client }
    }

    /// The asking half.
    pub fn queries(&self) -> &MultisigQueries {
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

    /// Votes on a proposal.
    pub async fn vote(&self, proposal_id: u64, vote: Vote) -> Sent {
        self.execute(&ExecuteMsg::Vote { proposal_id, vote }, &format!("voting on proposal {proposal_id}")).await
    }

    /// Votes on many proposals in one transaction: all votes count or none.
    pub async fn vote_many(&self, votes: &[(u64, Vote)]) -> Sent {
        let messages: Vec<_> =
            votes.iter().map(|&(proposal_id, vote)| (ExecuteMsg::Vote { proposal_id, vote }, vec![])).collect();
        let memo = format!("voting on {} proposals", votes.len());
        self.client.execute_many(self.queries.contract(), &messages, &memo).await
    }

    /// Carries out a proposal that has passed.
    pub async fn execute_proposal(&self, proposal_id: u64) -> Sent {
        self.execute(&ExecuteMsg::Execute { proposal_id }, &format!("executing proposal {proposal_id}")).await
    }

    /// Closes a proposal that has expired.
    pub async fn close_proposal(&self, proposal_id: u64) -> Sent {
        self.execute(&ExecuteMsg::Close { proposal_id }, &format!("closing proposal {proposal_id}")).await
    }
}
