//! Questions to the contract.

use cosmwasm_std::Coin;
use futures::stream::BoxStream;
use nym_ecash_contract::{
    msg::{
        BlacklistProposalResponse, BlacklistProposalsResponse, BlacklistedAccount, BlacklistedAccountResponse,
        DepositData, DepositResponse, DepositsStatistics, ForfeitProposalResponse, ForfeitedDepositResponse,
        IssuanceStandingResponse, LatestDepositResponse, PagedBlacklistedAccountResponse, PagedDepositsResponse,
        PagedForfeitedDepositsResponse, PayoutResponse, PoolResponse, QueryMsg, WhitelistedAccountsResponse,
    },
    types::{
        BlacklistProposal, Blacklisting, Deposit, DepositId, ForfeitProposal, ForfeitedDeposit, Payout, ProposalId,
        WhitelistedAccount,
    },
};
use serde::{Deserialize, de::DeserializeOwned};

use crate::{AccountId, ClientError, QueryClient, paging::paged};

/// Asks one ecash contract.
///
/// Every question fails when the node does not answer, when the contract refuses ([`ClientError::Chain`]), or when its
/// answer has another form ([`ClientError::Answer`]).
#[derive(Clone, Debug)]
pub struct EcashQueries {
    client: QueryClient,
    contract: AccountId,
}

#[derive(Deserialize)]
struct AdminAnswer {
    admin: Option<String>,
}

#[allow(clippy::missing_errors_doc, reason = "they all fail alike; the type's documentation says how")]
impl EcashQueries {
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

    /// Who administers the contract.
    pub async fn admin(&self) -> Result<Option<String>, ClientError> {
        Ok(self.ask::<AdminAnswer>(&QueryMsg::Admin {}).await?.admin)
    }

    /// Price of a ticketbook.
    pub async fn default_deposit(&self) -> Result<Coin, ClientError> {
        self.ask(&QueryMsg::GetDefaultDepositAmount {}).await
    }

    /// The reduced price of an account, if it has one.
    pub async fn reduced_deposit(&self, account: &AccountId) -> Result<Option<Coin>, ClientError> {
        self.ask(&QueryMsg::GetReducedDepositAmount { address: account.to_string() }).await
    }

    /// All accounts with a reduced price, by address.
    pub async fn whitelisted_accounts(&self) -> Result<Vec<WhitelistedAccount>, ClientError> {
        let question = QueryMsg::GetAllWhitelistedAccounts {};
        Ok(self.ask::<WhitelistedAccountsResponse>(&question).await?.whitelisted_accounts)
    }

    /// A deposit.
    pub async fn deposit(&self, deposit_id: DepositId) -> Result<Option<Deposit>, ClientError> {
        Ok(self.ask::<DepositResponse>(&QueryMsg::GetDeposit { deposit_id }).await?.deposit)
    }

    /// The last deposit.
    pub async fn latest_deposit(&self) -> Result<Option<DepositData>, ClientError> {
        Ok(self.ask::<LatestDepositResponse>(&QueryMsg::GetLatestDeposit {}).await?.deposit)
    }

    /// Deposits after one, by ascending number; all when there is none given.
    pub fn deposits(&self, after: Option<DepositId>) -> BoxStream<'_, Result<DepositData, ClientError>> {
        paged(move |start_after: Option<DepositId>| async move {
            let question = QueryMsg::GetDepositsPaged { limit: None, start_after: start_after.or(after) };
            let page: PagedDepositsResponse = self.ask(&question).await?;
            Ok((page.deposits, page.start_next_after))
        })
    }

    /// Sums of deposits by price.
    pub async fn deposits_statistics(&self) -> Result<DepositsStatistics, ClientError> {
        self.ask(&QueryMsg::GetDepositsStatistics {}).await
    }

    /// Where a key stands on the blacklist; only a final entry means something.
    pub async fn blacklisted_account(&self, public_key: &str) -> Result<Option<Blacklisting>, ClientError> {
        let question = QueryMsg::GetBlacklistedAccount { public_key: public_key.into() };
        Ok(self.ask::<BlacklistedAccountResponse>(&question).await?.account)
    }

    /// All pending and final entries of the blacklist, by key.
    pub fn blacklist(&self) -> BoxStream<'_, Result<BlacklistedAccount, ClientError>> {
        paged(move |start_after| async move {
            let question = QueryMsg::GetBlacklistPaged { limit: None, start_after };
            let page: PagedBlacklistedAccountResponse = self.ask(&question).await?;
            Ok((page.accounts, page.start_next_after))
        })
    }

    /// All that a signer must know of a deposit and a key before it signs, in one answer.
    pub async fn issuance_standing(
        &self,
        deposit_id: DepositId,
        public_key: &str,
    ) -> Result<IssuanceStandingResponse, ClientError> {
        self.ask(&QueryMsg::GetIssuanceStanding { deposit_id, public_key: public_key.into() }).await
    }

    /// A proposal to blacklist a key, with its evidence.
    pub async fn blacklist_proposal(&self, proposal_id: ProposalId) -> Result<Option<BlacklistProposal>, ClientError> {
        let question = QueryMsg::GetBlacklistProposal { proposal_id };
        Ok(self.ask::<BlacklistProposalResponse>(&question).await?.proposal)
    }

    /// All proposals to blacklist a key, with their evidence.
    pub async fn blacklist_proposals(&self, public_key: &str) -> Result<Vec<BlacklistProposal>, ClientError> {
        let question = QueryMsg::GetBlacklistProposals { public_key: public_key.into() };
        Ok(self.ask::<BlacklistProposalsResponse>(&question).await?.proposals)
    }

    /// A proposal to withhold a deposit, with its evidence.
    pub async fn forfeit_proposal(&self, proposal_id: ProposalId) -> Result<Option<ForfeitProposal>, ClientError> {
        let question = QueryMsg::GetForfeitProposal { proposal_id };
        Ok(self.ask::<ForfeitProposalResponse>(&question).await?.proposal)
    }

    /// Whether and why a deposit is withheld.
    pub async fn forfeited_deposit(&self, deposit_id: DepositId) -> Result<Option<ForfeitedDeposit>, ClientError> {
        let question = QueryMsg::GetForfeitedDeposit { deposit_id };
        Ok(self.ask::<ForfeitedDepositResponse>(&question).await?.forfeited)
    }

    /// All withheld deposits, by number.
    pub fn forfeited_deposits(&self) -> BoxStream<'_, Result<ForfeitedDeposit, ClientError>> {
        paged(move |start_after| async move {
            let question = QueryMsg::GetForfeitedDepositsPaged { limit: None, start_after };
            let page: PagedForfeitedDepositsResponse = self.ask(&question).await?;
            Ok((page.forfeited, page.start_next_after))
        })
    }

    /// A gateway's request to be paid for tickets.
    pub async fn payout(&self, gateway: &AccountId, commitment_bs58: &str) -> Result<Option<Payout>, ClientError> {
        let question = QueryMsg::GetPayout { gateway: gateway.to_string(), commitment_bs58: commitment_bs58.into() };
        Ok(self.ask::<PayoutResponse>(&question).await?.payout)
    }

    /// All sums, and what can still be paid out.
    pub async fn pool(&self) -> Result<PoolResponse, ClientError> {
        self.ask(&QueryMsg::GetPool {}).await
    }
}
