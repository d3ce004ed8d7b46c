//! Signers on one chain, scheduled in an order that a seed decides.

use std::time::Duration;

use nym_api::dkg::Pass;
use nym_dkg_contract::msg::ExecuteMsg;
use nym_dkg_contract::types::EpochState;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;

use crate::byzantine::Byzantine;
use crate::signer::Signer;
use crate::world::World;

/// Rounds after which a ceremony that has not ended is stuck.
const MOST_ROUNDS: usize = 6000;

pub struct Network {
    pub world: World,
    pub signers: Vec<Signer>,
    pub byzantine: Vec<Byzantine>,
    pub rng: ChaCha20Rng,
    /// How often, in a hundred passes, the process is killed right after one.
    pub kills: u32,
}

impl Network {
    /// Signers that are all members of the group.
    pub async fn new(signers: usize, seed: u64) -> Self {
        Self::with_byzantine(signers, Vec::new(), seed).await
    }

    /// Honest signers and malicious ones, all members.
    pub async fn with_byzantine(honest: usize, byzantine: Vec<Byzantine>, seed: u64) -> Self {
        let accounts: Vec<String> = (0..honest).map(|number| World::address(&format!("signer {number}"))).collect();
        let members: Vec<String> =
            accounts.iter().cloned().chain(byzantine.iter().map(|b| b.account.clone())).collect();
        let world = World::new(&members).await;
        let signers = accounts.iter().map(|account| Signer::new(&world, account)).collect();
        Self { world, signers, byzantine, rng: ChaCha20Rng::seed_from_u64(seed), kills: 0 }
    }

    /// The first ceremony, until a key is in service.
    pub async fn first_key(&mut self) -> u64 {
        self.world.as_admin(&ExecuteMsg::InitiateDkg {}).await;
        self.until(|state| state == EpochState::InProgress).await;
        self.in_service().await
    }

    /// A ceremony that the admin asks for, until the contract is in progress again, whatever came of it.
    pub async fn next_ceremony(&mut self, message: &ExecuteMsg) -> u64 {
        self.world.as_admin(message).await;
        self.until(|state| state == EpochState::InProgress).await;
        self.in_service().await
    }

    pub async fn in_service(&self) -> u64 {
        self.world.keys().await.in_service.expect("a key is in service").epoch_id
    }

    /// Lets everybody act until the contract's state fits.
    pub async fn until(&mut self, fits: impl Fn(EpochState) -> bool) {
        for _ in 0..MOST_ROUNDS {
            if fits(self.world.state().await) {
                return;
            }
            self.round().await;
        }
        let complaints: Vec<_> = self.signers.iter().map(|signer| signer.complaints.last()).collect();
        panic!("stuck in {:?}: {complaints:?}", self.world.epoch().await);
    }

    /// Lets everybody act until nobody has anything to do, without waiting for anything.
    pub async fn settle(&mut self) {
        for _ in 0..MOST_ROUNDS {
            if !self.act().await.0 {
                return;
            }
        }
        panic!("never settles");
    }

    /// Everybody acts once, in random order; when nobody could, time passes until someone may.
    pub async fn round(&mut self) {
        let (acted, turn) = self.act().await;
        if !acted {
            let left = match self.world.epoch().await.deadline {
                Some(deadline) => deadline.seconds().saturating_sub(self.world.block().await.1) + 1,
                None => 1,
            };
            let pause = turn.map_or(Duration::from_secs(left), |turn| turn.max(Duration::from_millis(100)));
            self.world.pass_time(pause).await;
        }
    }

    async fn act(&mut self) -> (bool, Option<Duration>) {
        let (mut acted, mut turn): (bool, Option<Duration>) = (false, None);
        let mut order: Vec<usize> = (0..self.signers.len() + self.byzantine.len()).collect();
        order.shuffle(&mut self.rng);
        for place in order {
            let Some(signer) = self.signers.get_mut(place) else {
                let malicious = place - self.signers.len();
                acted |= self.byzantine[malicious].act(&self.world).await;
                continue;
            };
            if !signer.is_reachable() {
                continue;
            }
            match signer.pass().await {
                Pass::Did(_) => acted = true,
                Pass::Failed(..) => turn = Some(turn.unwrap_or(Duration::from_secs(1)).min(Duration::from_secs(1))),
                Pass::Idle(next) => turn = [turn, next].into_iter().flatten().min(),
            }
            let killed = self.kills > 0 && rand::Rng::gen_ratio(&mut self.rng, self.kills, 100);
            // Whoever died in a transaction has something to go on with; being killed while idle is no progress.
            acted |= signer.is_dead();
            if signer.is_dead() || killed {
                signer.restart();
            }
        }
        (acted, turn)
    }

    /// Checks a generation from all sides: the contract's verified shares make one key, each signer holds the secret
    /// half of its share, and `verified` signers can sign.
    pub async fn check(&self, epoch: u64, verified: usize) {
        let master = self.world.master(epoch).await;
        let shares = self.world.shares(epoch).await;
        assert_eq!(shares.iter().filter(|share| share.verified).count(), verified);
        let mut held = Vec::new();
        for share in shares.iter().filter(|share| share.verified) {
            if let Some(signer) = self.signers.iter().find(|signer| signer.account == share.owner.as_str()) {
                let secret = signer.keys.secret(epoch).expect("a verified share's secret half is kept");
                assert_eq!(secret.verification_key().to_base58(), share.share);
                held.push((share.node_index, secret));
            }
        }
        let threshold = self.world.keys().await.in_service.unwrap().threshold;
        let threshold = usize::try_from(threshold).unwrap();
        let some: Vec<_> = held.iter().rev().take(threshold).map(|(node, secret)| (*node, secret.as_ref())).collect();
        if some.len() == threshold {
            let secret = nym_ecash::recover_master_secret(&some).unwrap();
            assert_eq!(secret.verification_key(), master, "t secret halves make the secret half of the common key");
        }
    }
}
