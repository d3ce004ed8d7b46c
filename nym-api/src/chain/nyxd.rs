//! [`Chain`] over a real one: the ecash, DKG, group and multisig contracts through `nyxd-client`.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use cosmwasm_std::{CosmosMsg, Empty, Timestamp, WasmMsg};
use cw_utils::Expiration;
use cw3::{Status, Vote};
use futures::{StreamExt, TryStreamExt};
use nym_ecash::VerificationKeyAuth;
use nym_network::Network;
use nyxd_client::dkg::DkgQueries;
use nyxd_client::dkg::contract::types::{DealerDetails, KeyGeneration};
use nyxd_client::ecash::contract::constants::{
    BLACKLIST_PROPOSAL_TITLE, FORFEIT_PROPOSAL_TITLE, PAYOUT_PROPOSAL_TITLE, REDEMPTION_PROPOSAL_TITLE,
};
use nyxd_client::ecash::contract::msg::ExecuteMsg;
use nyxd_client::ecash::contract::types::{DoubleSpendEvidence, ForfeitEvidence};
use nyxd_client::ecash::{EcashQueries, EcashTransactions};
use nyxd_client::group::GroupQueries;
use nyxd_client::multisig::{MultisigQueries, MultisigTransactions, Proposal as MultisigProposal};
use nyxd_client::{AccountId, ClientError, QueryClient, SigningClient};
use parking_lot::Mutex;
use url::Url;

use super::{Blacklisting, Chain, ChainError, ChainResult, Matter, Proposal, Quorum, Standing};
use crate::keys::{PublicGeneration, SignerShare};

/// Proposals looked at, latest first, unless an expired one of the ecash contract comes before: they all live equally
/// long, so what is older has expired as well. Anybody may make proposals to redeem tickets, so there may be many.
const PROPOSALS: usize = 2000;

/// How long a generation's shares are not asked for again, unless told otherwise.
const READ_AGAIN: Duration = Duration::from_secs(60);
/// Generations whose shares are remembered.
const REMEMBERED: usize = 32;

#[derive(Clone, Debug)]
struct Read {
    verified_keys: u32,
    at: Instant,
    public: PublicGeneration,
}

/// The contracts of one network.
#[derive(Clone, Debug)]
pub struct NyxdChain {
    queries: QueryClient,
    signing: Option<SigningClient>,
    ecash: EcashQueries,
    dkg: DkgQueries,
    group: GroupQueries,
    multisig: MultisigQueries,
    /// Shares read lately, by epoch.
    read: Arc<Mutex<BTreeMap<u64, Read>>>,
    read_again: Duration,
}

impl NyxdChain {
    /// The contracts that the network description names; with an account if there is a signing client.
    ///
    /// # Errors
    /// [`ChainError::Answer`] naming a contract that the description lacks.
    pub fn new(queries: QueryClient, signing: Option<SigningClient>, network: &Network) -> ChainResult<Self> {
        let contracts = &network.details.contracts;
        let address = |name: &str, value: &Option<String>| -> ChainResult<AccountId> {
            let text = value.as_deref().ok_or_else(|| {
                ChainError::Answer(format!("the network description has no {name}: add it to its env file"))
            })?;
            queries.address(text).map_err(|error| ChainError::Answer(error.to_string()))
        };
        let ecash = address("ECASH_CONTRACT_ADDRESS", &contracts.ecash_contract_address)?;
        let dkg = address("COCONUT_DKG_CONTRACT_ADDRESS", &contracts.coconut_dkg_contract_address)?;
        let group = address("GROUP_CONTRACT_ADDRESS", &contracts.group_contract_address)?;
        let multisig = address("MULTISIG_CONTRACT_ADDRESS", &contracts.multisig_contract_address)?;
        Ok(Self {
            ecash: EcashQueries::new(queries.clone(), ecash),
            dkg: DkgQueries::new(queries.clone(), dkg),
            group: GroupQueries::new(queries.clone(), group),
            multisig: MultisigQueries::new(queries.clone(), multisig),
            read: Arc::default(),
            read_again: READ_AGAIN,
            queries,
            signing,
        })
    }

    /// Asks for the shares of a generation again after this time (instead of a minute): so long may it take until a
    /// signer's new address is noticed.
    #[must_use]
    pub fn reading_again_after(self, read_again: Duration) -> Self {
        Self { read_again, ..self }
    }

    fn signing(&self) -> ChainResult<&SigningClient> {
        self.signing.as_ref().ok_or(ChainError::NoAccount)
    }

    fn ecash_transactions(&self) -> ChainResult<EcashTransactions> {
        Ok(EcashTransactions::new(self.signing()?.clone(), self.ecash.contract().clone()))
    }

    fn multisig_transactions(&self) -> ChainResult<MultisigTransactions> {
        Ok(MultisigTransactions::new(self.signing()?.clone(), self.multisig.contract().clone()))
    }

    /// As [`Self::generation`], asked for once in a while: accepted shares stay as they are, addresses may change.
    async fn generation_read_lately(&self, generation: &KeyGeneration) -> ChainResult<PublicGeneration> {
        let epoch_id = generation.epoch_id;
        let known = self.read.lock().get(&epoch_id).cloned();
        if let Some(known) = known
            && known.verified_keys == generation.verified_keys
            && known.at.elapsed() < self.read_again
        {
            return Ok(known.public);
        }
        let public = self.generation(generation).await?;
        let read = Read { verified_keys: generation.verified_keys, at: Instant::now(), public: public.clone() };
        let mut all = self.read.lock();
        all.insert(epoch_id, read);
        while all.len() > REMEMBERED {
            all.pop_first();
        }
        Ok(public)
    }

    /// A generation with the shares that were accepted; those that cannot be used are left out and named.
    async fn generation(&self, generation: &KeyGeneration) -> ChainResult<PublicGeneration> {
        let epoch_id = generation.epoch_id;
        let shares: Vec<_> = self.dkg.verification_keys(epoch_id).try_collect().await.map_err(failed)?;
        let dealers: Vec<_> = self.dkg.epoch_dealers(epoch_id).try_collect().await.map_err(failed)?;
        let mut signers = Vec::with_capacity(shares.len());
        for share in shares.into_iter().filter(|share| share.verified) {
            let (key, announce_address) =
                match (VerificationKeyAuth::from_base58(&share.share), share.announce_address.parse()) {
                    (Ok(key), Ok(address)) => (key, address),
                    (key, address) => {
                        let key = key.err().map(|error| error.to_string());
                        let address = address.err().map(|error: url::ParseError| error.to_string());
                        tracing::warn!(epoch_id, owner = %share.owner, ?key, ?address, "a signer's share is left out");
                        continue;
                    }
                };
            let identity = dealers
                .iter()
                .find(|dealer| dealer.address == share.owner)
                .and_then(|dealer| key_of_base58(&dealer.ed25519_identity));
            let owner = share.owner.to_string();
            signers.push(SignerShare { index: share.node_index, owner, announce_address, identity, key });
        }
        signers.sort_by_key(|signer| signer.index);
        let threshold = usize::try_from(generation.threshold)
            .map_err(|_| ChainError::Answer(format!("threshold {} of epoch {epoch_id}", generation.threshold)))?;
        Ok(PublicGeneration { epoch_id, threshold, signers })
    }

    /// Where the dealers of an epoch are; addresses that are none are left out.
    async fn addresses(&self, epoch_id: u64) -> ChainResult<HashMap<String, Url>> {
        let dealers: Vec<_> = self.dkg.epoch_dealers(epoch_id).try_collect().await.map_err(failed)?;
        let address = |dealer: DealerDetails| Some((dealer.address.to_string(), dealer.announce_address.parse().ok()?));
        Ok(dealers.into_iter().filter_map(address).collect())
    }

    /// What a proposal is about, if it is one of ours to judge.
    async fn judged(&self, proposal: MultisigProposal) -> ChainResult<Option<Proposal>> {
        let matter = match self.matter(&proposal).await? {
            Some(matter) => matter,
            None => return Ok(None),
        };
        let open = proposal.status == Status::Open || proposal.status == Status::Passed;
        let voted = match &self.signing {
            Some(signing) if open => {
                self.multisig.vote(proposal.id, signing.address()).await.map_err(failed)?.is_some()
            }
            _ => false,
        };
        Ok(Some(Proposal {
            id: proposal.id,
            matter,
            open,
            executed: proposal.status == Status::Executed,
            passed: proposal.status == Status::Passed,
            voted,
        }))
    }

    async fn matter(&self, proposal: &MultisigProposal) -> ChainResult<Option<Matter>> {
        // Only what the ecash contract proposes to itself, in one message without funds.
        if proposal.proposer.as_str() != self.ecash.contract().as_ref() {
            return Ok(None);
        }
        let Some(message) = self.only_message(&proposal.msgs) else { return Ok(None) };
        Ok(match (proposal.title.as_str(), message) {
            (BLACKLIST_PROPOSAL_TITLE, ExecuteMsg::AddToBlacklist { public_key }) => {
                let stored = self.ecash.blacklist_proposal(proposal.id).await.map_err(failed)?;
                stored.filter(|stored| stored.public_key == public_key).map(|stored| Matter::Blacklist {
                    public_key,
                    evidence: [stored.evidence.first.to_vec(), stored.evidence.second.to_vec()],
                })
            }
            (FORFEIT_PROPOSAL_TITLE, ExecuteMsg::ForfeitDeposit { deposit_id, public_key }) => {
                let stored = self.ecash.forfeit_proposal(proposal.id).await.map_err(failed)?;
                stored.filter(|stored| stored.public_key == public_key && stored.deposit_id == deposit_id).map(
                    |stored| Matter::Forfeit {
                        deposit_id,
                        public_key,
                        withdrawal_request: stored.evidence.withdrawal_request.to_vec(),
                        signature: stored.evidence.signature.to_vec(),
                    },
                )
            }
            (REDEMPTION_PROPOSAL_TITLE, ExecuteMsg::RedeemTickets { n, gw }) => {
                Some(Matter::Redeem { commitment: proposal.description.clone(), tickets: n, provider: gw })
            }
            (PAYOUT_PROPOSAL_TITLE, ExecuteMsg::PayForTickets { n, gw, commitment_bs58 })
                if commitment_bs58 == proposal.description =>
            {
                Some(Matter::Redeem { commitment: commitment_bs58, tickets: n, provider: gw })
            }
            _ => None,
        })
    }

    fn only_message(&self, messages: &[CosmosMsg<Empty>]) -> Option<ExecuteMsg> {
        match messages {
            [CosmosMsg::Wasm(WasmMsg::Execute { contract_addr, msg, funds })]
                if funds.is_empty() && contract_addr == self.ecash.contract().as_ref() =>
            {
                cosmwasm_std::from_json(msg).ok()
            }
            _ => None,
        }
    }
}

#[async_trait]
impl Chain for NyxdChain {
    async fn block_time(&self) -> ChainResult<i64> {
        Ok(self.queries.block_time(None).await.map_err(failed)?.unix_timestamp())
    }

    async fn standing(&self, deposit_id: u32, public_key: &str) -> ChainResult<Standing> {
        let answer = self.ecash.issuance_standing(deposit_id, public_key).await.map_err(failed)?;
        let deposit_key = answer
            .deposit
            .map(|deposit| {
                key_of_base58(&deposit.bs58_encoded_ed25519_pubkey)
                    .ok_or_else(|| ChainError::Answer(format!("deposit {deposit_id} has no ed25519 key")))
            })
            .transpose()?;
        Ok(Standing {
            deposit_key,
            forfeited: answer.forfeited.map(|forfeited| forfeited.public_key),
            blacklisting: answer
                .blacklisting
                .map(|entry| Blacklisting { proposal_id: entry.proposal_id, is_final: entry.is_final() }),
        })
    }

    async fn forfeited(&self, deposit_id: u32) -> ChainResult<Option<String>> {
        Ok(self.ecash.forfeited_deposit(deposit_id).await.map_err(failed)?.map(|forfeited| forfeited.public_key))
    }

    async fn blacklisting(&self, public_key: &str) -> ChainResult<Option<Blacklisting>> {
        let entry = self.ecash.blacklisted_account(public_key).await.map_err(failed)?;
        Ok(entry.map(|entry| Blacklisting { proposal_id: entry.proposal_id, is_final: entry.is_final() }))
    }

    async fn quorum(&self) -> ChainResult<Quorum> {
        let generations = self.dkg.key_generations().await.map_err(failed)?;
        // Whoever takes part in a ceremony that runs has registered its address anew there. After one that failed it
        // announces the address for its keys in service, which is the later word.
        let mut addresses = match generations.ceremony {
            Some(ceremony) => self.addresses(ceremony.epoch_id).await?,
            None => HashMap::new(),
        };
        let in_service = match &generations.in_service {
            Some(generation) => Some(self.generation_read_lately(generation).await?),
            None => None,
        };
        let in_service = in_service.map(|generation| at_latest_addresses(generation, &mut addresses));
        let mut outgoing = Vec::new();
        for generation in &generations.outgoing {
            let generation = self.generation_read_lately(generation).await?;
            outgoing.push(at_latest_addresses(generation, &mut addresses));
        }
        let current_epoch = generations
            .ceremony
            .map(|ceremony| ceremony.epoch_id)
            .or(in_service.as_ref().map(|generation| generation.epoch_id))
            .unwrap_or_default();
        Ok(Quorum { in_service, outgoing, current_epoch })
    }

    async fn settled_epoch(&self) -> ChainResult<Option<u64>> {
        let generations = self.dkg.key_generations().await.map_err(failed)?;
        let settled = generations.in_service.filter(|_| generations.ceremony.is_none());
        Ok(settled.map(|generation| generation.epoch_id))
    }

    async fn proposals(&self) -> ChainResult<Vec<Proposal>> {
        let mut proposals = Vec::new();
        let now = self.queries.block_time(None).await.map_err(failed)?.unix_timestamp();
        let mut latest = self.multisig.latest_proposals().take(PROPOSALS);
        while let Some(proposal) = latest.next().await {
            let proposal = proposal.map_err(failed)?;
            let expired = |end: Timestamp| i64::try_from(end.seconds()).is_ok_and(|end| end <= now);
            let voting_is_over = matches!(proposal.expires, Expiration::AtTime(end) if expired(end));
            let is_ours = proposal.proposer.as_str() == self.ecash.contract().as_ref();
            // One that has passed may be executed later than that.
            if is_ours && voting_is_over && proposal.status != Status::Passed {
                break;
            }
            if matches!(proposal.status, Status::Open | Status::Passed) {
                proposals.extend(self.judged(proposal).await?);
            }
        }
        proposals.sort_by_key(|proposal| proposal.id);
        Ok(proposals)
    }

    async fn proposal(&self, id: u64) -> ChainResult<Option<Proposal>> {
        match self.multisig.proposal(id).await {
            Ok(proposal) => self.judged(proposal).await,
            Err(ClientError::Chain(_)) => Ok(None),
            Err(error) => Err(failed(error)),
        }
    }

    fn account(&self) -> Option<String> {
        self.signing.as_ref().map(|signing| signing.address().to_string())
    }

    async fn balance(&self) -> ChainResult<u128> {
        let denom = self.queries.mix_denom();
        let coin = self.queries.balance(self.signing()?.address(), denom).await.map_err(failed)?;
        Ok(u128::from(coin.amount))
    }

    async fn is_member(&self) -> ChainResult<bool> {
        let Some(signing) = &self.signing else { return Ok(false) };
        Ok(self.group.member(signing.address()).await.map_err(failed)?.is_some_and(|weight| weight > 0))
    }

    async fn propose_blacklist(&self, public_key: &str, evidence: &[Vec<u8>; 2]) -> ChainResult<()> {
        let [first, second] = evidence.clone();
        let evidence = DoubleSpendEvidence { first: first.into(), second: second.into() };
        self.ecash_transactions()?.propose_blacklisting(public_key, evidence).await.map_err(failed)?;
        Ok(())
    }

    async fn propose_forfeit(
        &self,
        deposit_id: u32,
        public_key: &str,
        withdrawal_request: &[u8],
        signature: &[u8],
    ) -> ChainResult<()> {
        let evidence = ForfeitEvidence {
            withdrawal_request: withdrawal_request.to_vec().into(),
            signature: signature.to_vec().into(),
        };
        self.ecash_transactions()?.propose_forfeit(deposit_id, public_key, evidence).await.map_err(failed)?;
        Ok(())
    }

    async fn vote(&self, proposal: u64, yes: bool) -> ChainResult<()> {
        let vote = if yes { Vote::Yes } else { Vote::No };
        self.multisig_transactions()?.vote(proposal, vote).await.map_err(failed)?;
        Ok(())
    }

    async fn execute(&self, proposal: u64) -> ChainResult<()> {
        self.multisig_transactions()?.execute_proposal(proposal).await.map_err(failed)?;
        Ok(())
    }
}

/// A signer is in one place, whichever generation its share is of: where it announced to be last. Generations are given
/// latest first; what a signer registers for a ceremony the contract notes for that one only.
fn at_latest_addresses(mut generation: PublicGeneration, addresses: &mut HashMap<String, Url>) -> PublicGeneration {
    for signer in &mut generation.signers {
        let latest = addresses.entry(signer.owner.clone()).or_insert_with(|| signer.announce_address.clone());
        signer.announce_address.clone_from(latest);
    }
    generation
}

fn failed(error: ClientError) -> ChainError {
    match error {
        ClientError::Chain(failure) => ChainError::Refused(failure.to_string()),
        ClientError::Answer { .. } => ChainError::Answer(error.to_string()),
        other => ChainError::Unavailable(other.to_string()),
    }
}

fn key_of_base58(text: &str) -> Option<[u8; 32]> {
    // Base58 takes quadratic time; a key is at most 44 characters.
    if text.len() > 64 {
        return None;
    }
    bs58::decode(text).into_vec().ok()?.try_into().ok()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests may fail loudly")]

    use super::*;

    fn generation(epoch_id: u64, signers: &[(&str, &str)]) -> PublicGeneration {
        let key = nym_ecash::DealtKeys::deal(1, 1, &mut rand::rngs::OsRng).shares[0].1.verification_key();
        let signer = |(index, (owner, address)): (u64, &(&str, &str))| SignerShare {
            index,
            owner: (*owner).into(),
            announce_address: address.parse().unwrap(),
            identity: None,
            key: key.clone(),
        };
        PublicGeneration { epoch_id, threshold: 1, signers: (1..).zip(signers).map(signer).collect() }
    }

    #[test]
    fn a_signer_is_where_it_announced_to_be_last() {
        // One has registered for a later ceremony, one has announced anew in the generation in service, one has left.
        let mut addresses = HashMap::from([("a".to_owned(), "http://later.example/".parse().unwrap())]);
        let in_service = generation(2, &[("a", "http://a.example/"), ("b", "http://moved.example/")]);
        let outgoing =
            generation(1, &[("a", "http://a.example/"), ("b", "http://b.example/"), ("c", "http://c.example/")]);
        let places = |generation: PublicGeneration| -> Vec<String> {
            generation.signers.into_iter().map(|signer| signer.announce_address.to_string()).collect()
        };
        let latest = places(at_latest_addresses(in_service, &mut addresses));
        assert_eq!(latest, ["http://later.example/", "http://moved.example/"]);
        let earlier = places(at_latest_addresses(outgoing, &mut addresses));
        assert_eq!(earlier, ["http://later.example/", "http://moved.example/", "http://c.example/"]);
    }
}
