//! Reading the facts: which questions are asked in which phase.

use std::collections::{BTreeMap, BTreeSet};

use cw_utils::Expiration;
use cw3::{ProposalResponse, Status, Vote, VoteListResponse};
use cw4::{Cw4QueryMsg, MemberListResponse};
use nym_dkg_contract::msg::{
    DealerDealingsStatusResponse, DealingResponse, KeyGenerationsResponse, PagedCeremonyProgressResponse,
    PagedDealerResponse, PagedKeySharesResponse, QueryMsg, StateAdvanceResponse, VkShareResponse,
};
use nym_dkg_contract::types::{Epoch, EpochState, KeyGeneration, State};
use nym_multisig_contract::msg::QueryMsg as MultisigQuery;

use super::ChainError;
use super::contracts::{Contracts, ask};
use super::facts::{Dealer, Dealings, Facts, InService, Phase, Proposal, ProposalStatus, Retry, Share};

/// Members, dealers and votes that are read at most: no list of a quorum is longer.
const MOST: usize = 1024;
/// Entries that are asked for at once; contracts give at most that many.
const PAGE: u32 = 30;

/// Asks the contracts.
#[derive(Debug)]
pub struct Reader {
    dkg: String,
    /// Settings that never change, asked for once.
    settings: Option<State>,
    /// Shares of a generation in service, which hardly ever change.
    in_service: Option<InService>,
    /// The last facts: as long as there is no new block, they stand.
    last: Option<Facts>,
}

impl Reader {
    /// For the DKG contract at this address; it names the others.
    pub fn new(dkg_contract: &str) -> Self {
        Self { dkg: dkg_contract.to_owned(), settings: None, in_service: None, last: None }
    }

    /// The DKG contract.
    pub fn dkg(&self) -> &str {
        &self.dkg
    }

    /// The contract's settings.
    ///
    /// # Errors
    /// [`ChainError`].
    pub async fn settings(&mut self, chain: &impl Contracts) -> Result<&State, ChainError> {
        if self.settings.is_none() {
            self.settings = Some(ask(chain, &self.dkg, &QueryMsg::GetState {}).await?);
        }
        Ok(self.settings.as_ref().expect("it was asked for above"))
    }

    /// All facts that the current phase needs. Facts of different blocks never mix phases: the phase is read first and
    /// again last.
    ///
    /// # Errors
    /// [`ChainError`], [`ChainError::Moved`] when the phase ended meanwhile.
    pub async fn facts(&mut self, chain: &impl Contracts) -> Result<Facts, ChainError> {
        let block = chain.block().await?;
        if let Some(last) = self.last.as_ref().filter(|last| last.block == block) {
            return Ok(last.clone());
        }
        let settings = self.settings(chain).await?.clone();
        let epoch: Epoch = ask(chain, &self.dkg, &QueryMsg::GetCurrentEpochState {}).await?;
        let advance: StateAdvanceResponse = ask(chain, &self.dkg, &QueryMsg::CanAdvanceState {}).await?;
        let (phase, id) = (phase_of(epoch.state), epoch.epoch_id);
        let mut facts = Facts {
            block,
            epoch: id,
            phase,
            resharing: epoch.state.resharing().unwrap_or(false),
            deadline: epoch.deadline.map(|deadline| deadline.seconds()),
            can_advance: phase != Phase::WaitingInitialisation && (advance.reached_deadline || advance.is_complete),
            key_size: settings.key_size,
            members: self.members(chain, settings.group_addr.addr().as_str()).await?,
            ..Facts::default()
        };
        if phase != Phase::WaitingInitialisation {
            let keys: KeyGenerationsResponse = ask(chain, &self.dkg, &QueryMsg::GetKeyGenerations {}).await?;
            facts.retry = keys.retry.map(|retry| Retry {
                failed_epoch: retry.failed_epoch_id,
                reason: retry.reason.to_string(),
                not_before: retry.not_before.seconds(),
            });
            facts.in_service = self.in_service(chain, keys.in_service, facts.resharing).await?;
            facts.threshold = ask(chain, &self.dkg, &QueryMsg::GetEpochThreshold { epoch_id: id }).await?;
            facts.dealers = self.dealers(chain, id).await?;
            // Who only looks is nobody's account.
            let account = chain.account();
            if phase == Phase::InProgress && !account.is_empty() && facts.dealer(account).is_none() {
                facts.outgoing_address = self.outgoing_address(chain, &keys.outgoing).await?;
            }
        }
        if matches!(phase, Phase::DealingExchange) {
            facts.own_dealings = self.own_dealings(chain, id).await?;
        }
        if (Phase::DealingExchange..Phase::InProgress).contains(&phase) {
            facts.complete_dealings = self.complete_dealings(chain, id).await?;
        }
        if phase > Phase::DealingExchange {
            facts.shares = self.shares(chain, id).await?;
        }
        if matches!(phase, Phase::ShareValidation | Phase::ShareFinalisation) {
            facts.proposals = self.proposals(chain, settings.multisig_addr.as_str(), &facts.shares).await?;
        }
        let again: Epoch = ask(chain, &self.dkg, &QueryMsg::GetCurrentEpochState {}).await?;
        if (again.epoch_id, again.state) != (epoch.epoch_id, epoch.state) {
            return Err(ChainError::Moved);
        }
        self.last = Some(facts.clone());
        Ok(facts)
    }

    /// One complete dealing, `None` if chunks are missing.
    ///
    /// # Errors
    /// [`ChainError`].
    pub async fn dealing(
        &self,
        chain: &impl Contracts,
        epoch_id: u64,
        dealer: &str,
        dealing_index: u32,
    ) -> Result<Option<Vec<u8>>, ChainError> {
        let question = QueryMsg::GetDealing { epoch_id, dealer: dealer.to_owned(), dealing_index };
        let answer: DealingResponse = ask(chain, &self.dkg, &question).await?;
        Ok(answer.dealing.map(|bytes| bytes.to_vec()))
    }

    async fn members(&self, chain: &impl Contracts, group: &str) -> Result<BTreeSet<String>, ChainError> {
        let mut members = BTreeSet::new();
        let mut last = None;
        loop {
            let question = Cw4QueryMsg::ListMembers { start_after: last.take(), limit: Some(PAGE) };
            let page: MemberListResponse = ask(chain, group, &question).await?;
            let full = page.members.len() >= PAGE as usize;
            last = page.members.last().map(|member| member.addr.clone());
            members.extend(page.members.into_iter().filter(|member| member.weight > 0).map(|member| member.addr));
            if !full || members.len() > MOST {
                return Ok(members);
            }
        }
    }

    async fn in_service(
        &mut self,
        chain: &impl Contracts,
        generation: Option<KeyGeneration>,
        with_shares: bool,
    ) -> Result<Option<InService>, ChainError> {
        let Some(generation) = generation else {
            return Ok(None);
        };
        let (epoch, threshold, signers) = (generation.epoch_id, generation.threshold, generation.verified_keys);
        let known = self.in_service.as_ref().is_some_and(|known| known.epoch == epoch && !known.shares.is_empty());
        if !with_shares && !known {
            return Ok(Some(InService { epoch, threshold, signers, shares: BTreeMap::new() }));
        }
        if !known {
            let shares = self.shares(chain, epoch).await?;
            let verified = shares.into_values().filter(|share| share.verified).map(|share| (share.node, share.key));
            self.in_service = Some(InService { epoch, threshold, signers, shares: verified.collect() });
        }
        Ok(self.in_service.clone())
    }

    async fn dealers(&self, chain: &impl Contracts, epoch_id: u64) -> Result<BTreeMap<u64, Dealer>, ChainError> {
        let mut dealers = BTreeMap::new();
        let mut start_after = None;
        loop {
            let question = QueryMsg::GetEpochDealers { epoch_id, limit: Some(PAGE), start_after: start_after.take() };
            let page: PagedDealerResponse = ask(chain, &self.dkg, &question).await?;
            dealers.extend(page.dealers.into_iter().map(|dealer| {
                let registered = Dealer {
                    address: dealer.address.into_string(),
                    encryption_key: dealer.bte_public_key_with_proof,
                    announce_address: dealer.announce_address,
                };
                (dealer.assigned_index, registered)
            }));
            start_after = page.start_next_after.map(String::from);
            if start_after.is_none() || dealers.len() > MOST {
                return Ok(dealers);
            }
        }
    }

    async fn outgoing_address(
        &self,
        chain: &impl Contracts,
        outgoing: &[KeyGeneration],
    ) -> Result<Option<String>, ChainError> {
        for KeyGeneration { epoch_id, .. } in outgoing {
            let question = QueryMsg::GetVerificationKey { epoch_id: *epoch_id, owner: chain.account().to_owned() };
            let answer: VkShareResponse = ask(chain, &self.dkg, &question).await?;
            if let Some(share) = answer.share {
                return Ok(Some(share.announce_address));
            }
        }
        Ok(None)
    }

    async fn own_dealings(&self, chain: &impl Contracts, epoch_id: u64) -> Result<Dealings, ChainError> {
        let question = QueryMsg::GetDealerDealingsStatus { epoch_id, dealer: chain.account().to_owned() };
        let answer: DealerDealingsStatusResponse = ask(chain, &self.dkg, &question).await?;
        let announced = answer.dealing_submission_status.into_iter().filter(|(_, status)| status.has_metadata);
        let chunks = announced.map(|(dealing, status)| {
            let there = status.chunk_submission_status.into_iter();
            (dealing, there.map(|(chunk, status)| (chunk, status.submission_height.is_some())).collect())
        });
        Ok(Dealings { announced: chunks.collect() })
    }

    async fn complete_dealings(&self, chain: &impl Contracts, epoch_id: u64) -> Result<BTreeMap<u64, u32>, ChainError> {
        let mut complete = BTreeMap::new();
        let mut start_after = None;
        loop {
            let question =
                QueryMsg::GetCeremonyProgress { epoch_id, limit: Some(PAGE), start_after: start_after.take() };
            let page: PagedCeremonyProgressResponse = ask(chain, &self.dkg, &question).await?;
            complete.extend(page.dealers.into_iter().map(|dealer| (dealer.node_index, dealer.complete_dealings)));
            start_after = page.start_next_after.map(String::from);
            if start_after.is_none() || complete.len() > MOST {
                return Ok(complete);
            }
        }
    }

    async fn shares(&self, chain: &impl Contracts, epoch_id: u64) -> Result<BTreeMap<String, Share>, ChainError> {
        let mut shares = BTreeMap::new();
        let mut start_after = None;
        loop {
            let question = QueryMsg::GetKeyShares { epoch_id, limit: Some(PAGE), start_after: start_after.take() };
            let page: PagedKeySharesResponse = ask(chain, &self.dkg, &question).await?;
            shares.extend(page.shares.into_iter().map(|entry| {
                let (share, proposal) = (entry.share, entry.proposal_id);
                let fact = Share { node: share.node_index, key: share.share, verified: share.verified, proposal };
                (share.owner.into_string(), fact)
            }));
            start_after = page.start_next_after.map(String::from);
            if start_after.is_none() || shares.len() > MOST {
                return Ok(shares);
            }
        }
    }

    async fn proposals(
        &self,
        chain: &impl Contracts,
        multisig: &str,
        shares: &BTreeMap<String, Share>,
    ) -> Result<BTreeMap<u64, Proposal>, ChainError> {
        let mut proposals = BTreeMap::new();
        for proposal_id in shares.values().filter(|share| !share.verified).filter_map(|share| share.proposal) {
            let answer: ProposalResponse = ask(chain, multisig, &MultisigQuery::Proposal { proposal_id }).await?;
            let status = match answer.status {
                Status::Pending | Status::Open => ProposalStatus::Open,
                Status::Passed => ProposalStatus::Passed,
                Status::Rejected => ProposalStatus::Rejected,
                Status::Executed => ProposalStatus::Executed,
            };
            let expires = match answer.expires {
                Expiration::AtTime(time) => Some(time.seconds()),
                Expiration::AtHeight(_) | Expiration::Never {} => None,
            };
            let votes = self.votes(chain, multisig, proposal_id).await?;
            proposals.insert(proposal_id, Proposal { status, votes, expires });
        }
        Ok(proposals)
    }

    async fn votes(
        &self,
        chain: &impl Contracts,
        multisig: &str,
        proposal_id: u64,
    ) -> Result<BTreeMap<String, bool>, ChainError> {
        let mut votes = BTreeMap::new();
        let mut start_after = None;
        loop {
            let question = MultisigQuery::ListVotes { proposal_id, start_after: start_after.take(), limit: Some(PAGE) };
            let page: VoteListResponse = ask(chain, multisig, &question).await?;
            let full = page.votes.len() >= PAGE as usize;
            start_after = page.votes.last().map(|vote| vote.voter.clone());
            votes.extend(page.votes.into_iter().map(|vote| (vote.voter, vote.vote == Vote::Yes)));
            if !full || votes.len() > MOST {
                return Ok(votes);
            }
        }
    }
}

/// The phase of a state of the contract.
pub(super) fn phase_of(state: EpochState) -> Phase {
    match state {
        EpochState::WaitingInitialisation => Phase::WaitingInitialisation,
        EpochState::PublicKeySubmission { .. } => Phase::Registration,
        EpochState::DealingExchange { .. } => Phase::DealingExchange,
        EpochState::VerificationKeySubmission { .. } => Phase::ShareSubmission,
        EpochState::VerificationKeyValidation { .. } => Phase::ShareValidation,
        EpochState::VerificationKeyFinalization { .. } => Phase::ShareFinalisation,
        EpochState::InProgress => Phase::InProgress,
    }
}
