//! Malicious dealers. Each registers and then does one thing wrong.

use nym_dkg::{Dealing, KeyPair, NodeIndex, PublicKeyWithProof, Receivers};
use nym_dkg_contract::msg::{ExecuteMsg, PagedDealerResponse, QueryMsg};
use nym_dkg_contract::types::{DealingChunkInfo, EpochState, PartialContractDealing};
use nym_ecash::DealtKeys;
use rand::RngCore;
use rand::rngs::OsRng;

use crate::signer::identity_key;
use crate::world::World;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Malice {
    /// Registers a key whose proof does not hold.
    UnprovenKey,
    /// Registers the key of a signer who registered before.
    StolenKey,
    /// One of five dealings shares other values than it commits to.
    WrongShares,
    /// Dealings for another threshold.
    WrongThreshold,
    /// Dealings that are cut off.
    WrongSizes,
    /// Random bytes.
    Garbage,
    /// Valid dealings of another dealer.
    Copies,
    /// Two dealings, and one chunk of a third.
    StopsHalfway,
    /// Everything announced, nothing sent.
    AnnouncesOnly,
    /// Sends chunks twice, and more once the exchange is over.
    RepeatsItself,
    /// Valid dealings, and a key share that is not its own.
    WrongShare,
    /// Valid dealings, and a key share that is no key.
    GarbageShare,
    /// Registers and is never heard of again.
    Silent,
}

/// All kinds that act after a registration that holds.
pub const DEALERS: [Malice; 9] = [
    Malice::WrongShares,
    Malice::WrongThreshold,
    Malice::WrongSizes,
    Malice::Garbage,
    Malice::Copies,
    Malice::StopsHalfway,
    Malice::AnnouncesOnly,
    Malice::RepeatsItself,
    Malice::Silent,
];

pub struct Byzantine {
    pub account: String,
    malice: Malice,
    keys: KeyPair,
    done: Option<(u64, &'static str)>,
}

impl Byzantine {
    pub fn new(malice: Malice) -> Self {
        let account = World::address(&format!("byzantine {malice:?}"));
        Self { account, malice, keys: KeyPair::generate(&mut OsRng), done: None }
    }

    /// Does its part of the current phase once. Returns whether it did something.
    pub async fn act(&mut self, world: &World) -> bool {
        let epoch = world.epoch().await;
        let name = match epoch.state {
            EpochState::PublicKeySubmission { .. } => "register",
            EpochState::DealingExchange { .. } => "deal",
            EpochState::VerificationKeySubmission { .. } => "publish",
            _ => return false,
        };
        if self.done == Some((epoch.epoch_id, name)) {
            return false;
        }
        let resharing = epoch.state.resharing().unwrap();
        match name {
            "register" => {
                let Some(key) = self.registration(world, epoch.epoch_id).await else { return false };
                let message = ExecuteMsg::RegisterDealer {
                    bte_key_with_proof: key,
                    identity_key: identity_key(),
                    announce_address: "http://byzantine.example/".into(),
                    resharing,
                };
                world.execute(&self.account, &world.dkg, &message).await.unwrap();
            }
            "deal" if !self.deal(world, epoch.epoch_id, resharing).await => return false,
            "publish" => self.publish(world, epoch.epoch_id, resharing).await,
            _ => {}
        }
        self.done = Some((epoch.epoch_id, name));
        true
    }

    async fn registration(&self, world: &World, epoch: u64) -> Option<String> {
        match self.malice {
            Malice::UnprovenKey => {
                let mut bytes = self.keys.public.to_bytes();
                bytes[100] ^= 1;
                Some(bs58::encode(bytes).into_string())
            }
            // Waits for someone to steal from.
            Malice::StolenKey => dealers(world, epoch).await.first().map(|(_, _, key)| key.clone()),
            _ => Some(self.keys.public.to_base58()),
        }
    }

    async fn deal(&self, world: &World, epoch: u64, resharing: bool) -> bool {
        let dealers = dealers(world, epoch).await;
        let Some((own, _, _)) = dealers.iter().find(|(_, account, _)| *account == self.account) else { return true };
        let members: Vec<(NodeIndex, _)> = dealers
            .iter()
            .filter_map(|(node, _, key)| {
                let key = PublicKeyWithProof::from_base58(key).ok().filter(|key| key.verify().is_ok())?;
                Some((NodeIndex::new(*node).unwrap(), key.key()))
            })
            .collect();
        let Ok(receivers) = Receivers::new(members.clone()) else { return true };
        let threshold: Option<u64> = world.ask(&world.dkg, &QueryMsg::GetEpochThreshold { epoch_id: epoch }).await;
        let threshold = usize::try_from(threshold.unwrap()).unwrap();
        let good = |threshold: usize| Dealing::create(&receivers, threshold, &mut OsRng).unwrap().to_bytes();
        let dealings: Vec<Vec<u8>> = match self.malice {
            Malice::WrongShares => {
                // The receivers' keys in another order: everybody gets the share of someone else.
                let shifted = members
                    .iter()
                    .enumerate()
                    .map(|(place, (node, _))| (*node, members[(place + 1) % members.len()].1));
                let shifted = Receivers::new(shifted.collect::<Vec<_>>()).unwrap();
                let wrong = Dealing::create(&shifted, threshold, &mut OsRng).unwrap().to_bytes();
                let mut dealings: Vec<Vec<u8>> = (0..5).map(|_| good(threshold)).collect();
                dealings[3] = wrong;
                dealings
            }
            Malice::WrongThreshold => (0..5).map(|_| good(if threshold > 1 { threshold - 1 } else { 2 })).collect(),
            Malice::WrongSizes => (0..5).map(|_| good(threshold)[..4000].to_vec()).collect(),
            Malice::Garbage => (0..5).map(|_| garbage(5000)).collect(),
            Malice::Copies => {
                // Waits until there is someone to copy.
                let Some(copied) = copy_of(world, epoch, &dealers, *own).await else { return false };
                copied
            }
            Malice::Silent => return true,
            _ => (0..5).map(|_| good(threshold)).collect(),
        };
        for (index, dealing) in (0u32..).zip(&dealings) {
            self.send(world, index, dealing, resharing).await;
        }
        true
    }

    async fn send(&self, world: &World, dealing_index: u32, dealing: &[u8], resharing: bool) {
        let chunks: Vec<&[u8]> = dealing.chunks(2048).collect();
        let announced = chunks.iter().map(|chunk| DealingChunkInfo { size: chunk.len() as u64 }).collect();
        let message = ExecuteMsg::CommitDealingsMetadata { dealing_index, chunks: announced, resharing };
        if world.execute(&self.account, &world.dkg, &message).await.is_err() {
            // Not a dealer of this resharing, or the exchange is over.
            return;
        }
        for (chunk_index, data) in (0u16..).zip(chunks) {
            let left_out = match self.malice {
                Malice::AnnouncesOnly => true,
                Malice::StopsHalfway => dealing_index > 2 || (dealing_index == 2 && chunk_index > 0),
                _ => false,
            };
            if left_out {
                continue;
            }
            let data = nym_contracts_common::ContractSafeBytes(data.to_vec());
            let chunk = PartialContractDealing { dealing_index, chunk_index, data };
            let message = ExecuteMsg::CommitDealingsChunk { chunk };
            let sent = world.execute(&self.account, &world.dkg, &message).await;
            if self.malice == Malice::RepeatsItself && sent.is_ok() {
                world.execute(&self.account, &world.dkg, &message).await.unwrap_err();
            }
        }
    }

    async fn publish(&self, world: &World, epoch: u64, resharing: bool) {
        if self.malice == Malice::RepeatsItself {
            let data = nym_contracts_common::ContractSafeBytes(vec![1; 100]);
            let chunk = PartialContractDealing { dealing_index: 0, chunk_index: 0, data };
            world.execute(&self.account, &world.dkg, &ExecuteMsg::CommitDealingsChunk { chunk }).await.unwrap_err();
        }
        let share = match self.malice {
            Malice::WrongShare => {
                let foreign = DealtKeys::deal(1, 1, &mut OsRng).master.verification_key();
                foreign.to_base58()
            }
            Malice::GarbageShare => bs58::encode(garbage(680)).into_string(),
            _ => return,
        };
        assert!(dealers(world, epoch).await.iter().any(|(_, account, _)| *account == self.account));
        let message = ExecuteMsg::CommitVerificationKeyShare { share, resharing };
        world.execute(&self.account, &world.dkg, &message).await.unwrap();
    }
}

fn garbage(length: usize) -> Vec<u8> {
    let mut bytes = vec![0; length];
    OsRng.fill_bytes(&mut bytes);
    bytes
}

/// Node index, account and registered key of every dealer.
pub async fn dealers(world: &World, epoch_id: u64) -> Vec<(u64, String, String)> {
    let question = QueryMsg::GetEpochDealers { epoch_id, limit: Some(25), start_after: None };
    let page: PagedDealerResponse = world.ask(&world.dkg, &question).await;
    let facts = page.dealers.into_iter();
    facts
        .map(|dealer| (dealer.assigned_index, dealer.address.into_string(), dealer.bte_public_key_with_proof))
        .collect()
}

async fn copy_of(world: &World, epoch_id: u64, dealers: &[(u64, String, String)], own: u64) -> Option<Vec<Vec<u8>>> {
    for (_, dealer, _) in dealers.iter().filter(|(node, _, _)| *node != own) {
        let mut copied = Vec::new();
        for dealing_index in 0..5 {
            let question = QueryMsg::GetDealing { epoch_id, dealer: dealer.clone(), dealing_index };
            let answer: nym_dkg_contract::msg::DealingResponse = world.ask(&world.dkg, &question).await;
            copied.extend(answer.dealing.map(|bytes| bytes.to_vec()));
        }
        if copied.len() == 5 {
            return Some(copied);
        }
    }
    None
}
