//! Facts of a chain, in memory: deposits, blacklist, proposals and votes. Whole networks are tested on a real chain.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use async_trait::async_trait;
use nym_api::chain::{Blacklisting, Chain, ChainError, ChainResult, Matter, Proposal, Quorum, Standing};
use parking_lot::Mutex;

#[derive(Clone, Debug)]
pub struct Decision {
    pub matter: Matter,
    pub votes: BTreeMap<String, bool>,
    pub executed: bool,
}

#[derive(Debug, Default)]
pub struct Facts {
    pub time: i64,
    pub down: bool,
    pub deposits: HashMap<u32, [u8; 32]>,
    /// The key of every deposit that is not listed: for benches.
    pub any_deposit: Option<[u8; 32]>,
    pub forfeited: HashMap<u32, String>,
    pub blacklist: HashMap<String, Blacklisting>,
    pub quorum: Quorum,
    pub members: Vec<String>,
    pub votes_needed: usize,
    pub decisions: Vec<Decision>,
    pub paid: Vec<(String, u16)>,
}

impl Facts {
    fn describe(&self, id: u64, account: &str) -> Option<Proposal> {
        let decision = self.decisions.get(usize::try_from(id).ok()?.checked_sub(1)?)?;
        let yes = decision.votes.values().filter(|yes| **yes).count();
        Some(Proposal {
            id,
            matter: decision.matter.clone(),
            open: !decision.executed,
            executed: decision.executed,
            passed: !decision.executed && yes >= self.votes_needed,
            voted: decision.votes.contains_key(account),
        })
    }

    pub fn propose(&mut self, matter: Matter) -> u64 {
        self.decisions.push(Decision { matter, votes: BTreeMap::new(), executed: false });
        self.decisions.len() as u64
    }
}

/// The chain as one account sees it.
#[derive(Clone, Debug)]
pub struct MemoryChain {
    pub facts: Arc<Mutex<Facts>>,
    pub account: String,
}

impl MemoryChain {
    fn ask<T>(&self, question: impl FnOnce(&mut Facts) -> T) -> ChainResult<T> {
        let mut facts = self.facts.lock();
        if facts.down { Err(ChainError::Unavailable("it is switched off".into())) } else { Ok(question(&mut facts)) }
    }
}

#[async_trait]
impl Chain for MemoryChain {
    async fn block_time(&self) -> ChainResult<i64> {
        self.ask(|facts| facts.time)
    }

    async fn standing(&self, deposit_id: u32, public_key: &str) -> ChainResult<Standing> {
        self.ask(|facts| Standing {
            deposit_key: facts.deposits.get(&deposit_id).copied().or(facts.any_deposit),
            forfeited: facts.forfeited.get(&deposit_id).cloned(),
            blacklisting: facts.blacklist.get(public_key).copied(),
        })
    }

    async fn forfeited(&self, deposit_id: u32) -> ChainResult<Option<String>> {
        self.ask(|facts| facts.forfeited.get(&deposit_id).cloned())
    }

    async fn blacklisting(&self, public_key: &str) -> ChainResult<Option<Blacklisting>> {
        self.ask(|facts| facts.blacklist.get(public_key).copied())
    }

    async fn quorum(&self) -> ChainResult<Quorum> {
        self.ask(|facts| facts.quorum.clone())
    }

    async fn settled_epoch(&self) -> ChainResult<Option<u64>> {
        self.ask(|facts| {
            let settled = facts.quorum.in_service.as_ref().map(|generation| generation.epoch_id);
            settled.filter(|epoch_id| *epoch_id == facts.quorum.current_epoch)
        })
    }

    async fn proposals(&self) -> ChainResult<Vec<Proposal>> {
        self.ask(|facts| {
            (1..=facts.decisions.len() as u64)
                .filter_map(|id| facts.describe(id, &self.account))
                .filter(|proposal| proposal.open)
                .collect()
        })
    }

    async fn proposal(&self, id: u64) -> ChainResult<Option<Proposal>> {
        self.ask(|facts| facts.describe(id, &self.account))
    }

    fn account(&self) -> Option<String> {
        Some(self.account.clone())
    }

    async fn balance(&self) -> ChainResult<u128> {
        self.ask(|_| 1_000_000_000)
    }

    async fn is_member(&self) -> ChainResult<bool> {
        self.ask(|facts| facts.members.contains(&self.account))
    }

    async fn propose_blacklist(&self, public_key: &str, evidence: &[Vec<u8>; 2]) -> ChainResult<()> {
        self.ask(|facts| {
            let matter = Matter::Blacklist { public_key: public_key.into(), evidence: evidence.clone() };
            let proposal_id = facts.propose(matter);
            facts.blacklist.entry(public_key.into()).or_insert(Blacklisting { proposal_id, is_final: false });
        })
    }

    async fn propose_forfeit(
        &self,
        deposit_id: u32,
        public_key: &str,
        withdrawal_request: &[u8],
        signature: &[u8],
    ) -> ChainResult<()> {
        self.ask(|facts| {
            facts.propose(Matter::Forfeit {
                deposit_id,
                public_key: public_key.into(),
                withdrawal_request: withdrawal_request.to_vec(),
                signature: signature.to_vec(),
            });
        })
    }

    async fn vote(&self, proposal: u64, yes: bool) -> ChainResult<()> {
        self.ask(|facts| match facts.decisions.get_mut(proposal as usize - 1) {
            Some(decision) if !decision.executed && !decision.votes.contains_key(&self.account) => {
                decision.votes.insert(self.account.clone(), yes);
                Ok(())
            }
            _ => Err(ChainError::Refused("no such open proposal, or voted already".into())),
        })?
    }

    async fn execute(&self, proposal: u64) -> ChainResult<()> {
        self.ask(|facts| {
            let needed = facts.votes_needed;
            let Some(decision) = facts.decisions.get_mut(proposal as usize - 1) else {
                return Err(ChainError::Refused("no such proposal".into()));
            };
            if decision.executed || decision.votes.values().filter(|yes| **yes).count() < needed {
                return Err(ChainError::Refused("it has not passed".into()));
            }
            decision.executed = true;
            match decision.matter.clone() {
                Matter::Blacklist { public_key, .. } => {
                    facts.blacklist.insert(public_key, Blacklisting { proposal_id: proposal, is_final: true });
                }
                Matter::Forfeit { deposit_id, public_key, .. } => {
                    facts.forfeited.insert(deposit_id, public_key);
                }
                Matter::Redeem { tickets, provider, .. } => facts.paid.push((provider, tickets)),
            }
            Ok(())
        })?
    }
}
