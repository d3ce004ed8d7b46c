//! The group contract: who is a member of the quorum (`docs/protocol/quorum-contracts.md §5`).
//!
//! [`GroupQueries`] asks, [`GroupTransactions`] changes. Messages and answers are those of cw4.

use cw4::{Member, MemberListResponse, MemberResponse, TotalWeightResponse};
use futures::stream::BoxStream;
use nym_group_contract::msg::{ExecuteMsg, QueryMsg};
use serde::{Deserialize, de::DeserializeOwned};

use crate::{AccountId, ClientError, QueryClient, SigningClient, Transaction, paging::paged};

pub use nym_group_contract as contract;

/// Asks one group contract.
///
/// Every question fails when the node does not answer, when the contract refuses ([`ClientError::Chain`]), or when its
/// answer has another form ([`ClientError::Answer`]).
#[derive(Clone, Debug)]
pub struct GroupQueries {
    client: QueryClient,
    contract: AccountId,
}

#[derive(Deserialize)]
struct AdminAnswer {
    admin: Option<String>,
}

#[allow(clippy::missing_errors_doc, reason = "they all fail alike; the type's documentation says how")]
impl GroupQueries {
    /// Asks the contract at this address.
    pub fn new(client: QueryClient, contract: AccountId) -> Self {
        Self { client, contract }
    }

    /// The contract's address.
    pub fn contract(&self) -> &AccountId {
        &self.contract
    }

    /// Asks the contract in its own words, for what has no method here.
    pub async fn ask<Answer: DeserializeOwned>(&self, question: &QueryMsg) -> Result<Answer, ClientError> {
        self.client.smart_query(&self.contract, question).await
    }

    /// Who administers the contract.
    pub async fn admin(&self) -> Result<Option<String>, ClientError> {
        Ok(self.ask::<AdminAnswer>(&QueryMsg::Admin {}).await?.admin)
    }

    /// The weight of a member; `None` for those who are none. Members of weight 0 exist and do not vote.
    pub async fn member(&self, account: &AccountId) -> Result<Option<u64>, ClientError> {
        let question = QueryMsg::Member { addr: account.to_string(), at_height: None };
        Ok(self.ask::<MemberResponse>(&question).await?.weight)
    }

    /// The weight of all members together.
    pub async fn total_weight(&self) -> Result<u64, ClientError> {
        Ok(self.ask::<TotalWeightResponse>(&QueryMsg::TotalWeight { at_height: None }).await?.weight)
    }

    /// All members, by account.
    pub fn members(&self) -> BoxStream<'_, Result<Member, ClientError>> {
        paged(move |start_after: Option<String>| async move {
            let members =
                self.ask::<MemberListResponse>(&QueryMsg::ListMembers { start_after, limit: None }).await?.members;
            let next = members.last().map(|member| member.addr.clone());
            Ok((members, next))
        })
    }
}

/// Changes one group contract in the name of its admin.
///
/// Every method waits for its transaction's block. It fails with [`ClientError::Chain`] where the contract refuses; its
/// own words are in the failure's log.
#[derive(Clone, Debug)]
pub struct GroupTransactions {
    client: SigningClient,
    queries: GroupQueries,
}

#[allow(clippy::missing_errors_doc, reason = "they all fail alike; the type's documentation says how")]
impl GroupTransactions {
    /// Sends to the contract at this address.
    pub fn new(client: SigningClient, contract: AccountId) -> Self {
        Self { queries: GroupQueries::new(client.queries().clone(), contract), client }
    }

    /// The asking half.
    pub fn queries(&self) -> &GroupQueries {
        &self.queries
    }

    /// The account's client.
    pub fn client(&self) -> &SigningClient {
        &self.client
    }

    /// Sends any message.
    pub async fn execute(&self, message: &ExecuteMsg, memo: &str) -> Result<Transaction, ClientError> {
        self.client.execute(self.queries.contract(), message, vec![], memo).await
    }

    /// Adds members, or changes their weights, and removes others.
    pub async fn update_members(&self, add: Vec<Member>, remove: &[AccountId]) -> Result<Transaction, ClientError> {
        let remove = remove.iter().map(ToString::to_string).collect();
        self.execute(&ExecuteMsg::UpdateMembers { remove, add }, "updating quorum members").await
    }

    /// Hands over administration, or gives it up for ever.
    pub async fn update_admin(&self, admin: Option<&AccountId>) -> Result<Transaction, ClientError> {
        let admin = admin.map(ToString::to_string);
        self.execute(&ExecuteMsg::UpdateAdmin { admin }, "updating contract admin").await
    }
}
