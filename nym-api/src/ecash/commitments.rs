//! Merkle trees over issued ticketbooks, one per expiration date (`docs/protocol/crypto.md` §7).

use std::collections::HashMap;

use nym_ecash::{EcashDay, EcashError, MerkleProof, MerkleTree};
use parking_lot::Mutex;

use crate::in_order::InOrder;
use crate::storage::{Result, Storage};

/// The trees; leaves are in the database, so these are rebuilt at the start.
#[derive(Debug, Default)]
pub(super) struct Commitments {
    trees: Mutex<HashMap<EcashDay, Tree>>,
}

#[derive(Debug)]
struct Tree {
    tree: MerkleTree,
    deposits: Vec<u32>,
    positions: HashMap<u32, usize>,
    queue: InOrder<(u32, [u8; 32])>,
}

impl Tree {
    fn of(leaves: Vec<(u32, [u8; 32])>) -> Self {
        let mut tree = Self {
            tree: MerkleTree::new(),
            deposits: Vec::new(),
            positions: HashMap::new(),
            queue: InOrder::starting_at(leaves.len()),
        };
        leaves.into_iter().for_each(|(deposit, leaf)| tree.append(deposit, leaf));
        tree
    }

    fn append(&mut self, deposit: u32, leaf: [u8; 32]) {
        let inserted = self.tree.insert(leaf);
        self.positions.insert(deposit, inserted.leaf.index);
        self.deposits.push(deposit);
    }
}

/// What is published of a date.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Commitment {
    /// Deposits in order of their leaves.
    pub(crate) deposits: Vec<u32>,
    /// The root.
    pub(crate) root: Option<[u8; 32]>,
}

impl Commitments {
    pub(super) async fn restore(storage: &Storage) -> Result<Self> {
        let mut trees = HashMap::new();
        for date in storage.expiration_dates().await? {
            trees.insert(date, Tree::of(storage.leaves(date).await?));
        }
        Ok(Self { trees: Mutex::new(trees) })
    }

    /// Adds a leaf that is stored at this position.
    pub(super) fn insert(&self, expiration: EcashDay, position: usize, deposit: u32, leaf: [u8; 32]) {
        let mut trees = self.trees.lock();
        let tree = trees.entry(expiration).or_insert_with(|| Tree::of(Vec::new()));
        for (deposit, leaf) in tree.queue.push(position, (deposit, leaf)) {
            tree.append(deposit, leaf);
        }
    }

    pub(super) fn of(&self, expiration: EcashDay) -> Commitment {
        self.trees.lock().get(&expiration).map_or(Commitment { deposits: Vec::new(), root: None }, |tree| Commitment {
            deposits: tree.deposits.clone(),
            root: tree.tree.root(),
        })
    }

    /// A proof for those of the deposits that have a leaf.
    pub(super) fn prove(&self, expiration: EcashDay, deposits: &[u32]) -> std::result::Result<MerkleProof, EcashError> {
        let trees = self.trees.lock();
        let tree = trees.get(&expiration).ok_or(EcashError::Merkle("no ticketbook of this date was issued here"))?;
        let positions: Vec<usize> =
            deposits.iter().filter_map(|deposit| tree.positions.get(deposit).copied()).collect();
        tree.tree.prove(&positions)
    }

    pub(super) fn forget_before(&self, day: EcashDay) {
        self.trees.lock().retain(|date, _| *date >= day);
    }
}
