//! Overlays and databases against plain ordered maps.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::{Db, Layers, Order, StoreKey, Table, WriteBatch, prefix_end};

const STORE: StoreKey = StoreKey::Bank;

type Model = BTreeMap<Vec<u8>, Vec<u8>>;

#[derive(Debug, Clone)]
enum Step {
    Set(Vec<u8>, Vec<u8>),
    Delete(Vec<u8>),
    Push,
    Merge,
    Revert,
    Commit,
    Range(Option<Vec<u8>>, Option<Vec<u8>>, bool),
}

fn key() -> impl Strategy<Value = Vec<u8>> {
    proptest::collection::vec(0u8..4, 0..4)
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => (key(), key()).prop_map(|(key, value)| Step::Set(key, value)),
        2 => key().prop_map(Step::Delete),
        1 => Just(Step::Push),
        1 => Just(Step::Merge),
        1 => Just(Step::Revert),
        1 => Just(Step::Commit),
        3 => (proptest::option::of(key()), proptest::option::of(key()), any::<bool>())
            .prop_map(|(start, end, reverse)| Step::Range(start, end, reverse)),
    ]
}

fn range(model: &Model, start: Option<&Vec<u8>>, end: Option<&Vec<u8>>, reverse: bool) -> Vec<(Vec<u8>, Vec<u8>)> {
    let mut entries: Vec<_> = model
        .iter()
        .filter(|(key, _)| start.is_none_or(|start| *key >= start) && end.is_none_or(|end| *key < end))
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect();
    if reverse {
        entries.reverse();
    }
    entries
}

fn follows_the_model(db: &Db, steps: Vec<Step>) {
    let mut layers = Layers::new(db.snapshot().unwrap());
    let mut stack: Vec<Model> = vec![Model::new()];
    for step in steps {
        let depth = stack.len();
        let top = stack.last_mut().unwrap();
        match step {
            Step::Set(key, value) => {
                top.insert(key.clone(), value.clone());
                layers.set(STORE, key, value);
            }
            Step::Delete(key) => {
                top.remove(&key);
                layers.delete(STORE, key);
            }
            Step::Push => {
                let copy = top.clone();
                stack.push(copy);
                layers.push();
            }
            Step::Merge if depth > 1 => {
                let merged = stack.pop().unwrap();
                *stack.last_mut().unwrap() = merged;
                layers.merge();
            }
            Step::Revert if depth > 1 => {
                stack.pop();
                layers.revert();
            }
            Step::Merge | Step::Revert => {}
            Step::Commit => {
                db.commit(layers.to_batch()).unwrap();
                layers = Layers::new(db.snapshot().unwrap());
                let top = stack.pop().unwrap();
                stack = vec![top];
            }
            Step::Range(start, end, reverse) => {
                let order = if reverse { Order::Descending } else { Order::Ascending };
                let entries: Vec<_> = layers
                    .range(STORE, start.as_deref(), end.as_deref(), order)
                    .unwrap()
                    .map(|entry| entry.map(|(key, value)| (key.to_vec(), value.to_vec())).unwrap())
                    .collect();
                assert_eq!(entries, range(top, start.as_ref(), end.as_ref(), reverse));
            }
        }
        let top = stack.last().unwrap();
        for key in top.keys().chain([&vec![1, 2], &vec![]]) {
            assert_eq!(layers.get(STORE, key).unwrap().as_deref(), top.get(key).map(Vec::as_slice));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn overlays_behave_as_a_map(steps in proptest::collection::vec(step(), 0..60)) {
        follows_the_model(&Db::memory(), steps);
    }

    #[test]
    fn the_end_of_a_prefix_is_the_first_key_behind_it(prefix in proptest::collection::vec(any::<u8>(), 0..4), key in proptest::collection::vec(any::<u8>(), 0..6)) {
        let inside = key >= prefix && prefix_end(&prefix).is_none_or(|end| key < end);
        prop_assert_eq!(inside, key.starts_with(&prefix));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn overlays_behave_as_a_map_on_disk(steps in proptest::collection::vec(step(), 0..60)) {
        let folder = tempfile::tempdir().unwrap();
        follows_the_model(&Db::open(folder.path()).unwrap(), steps);
    }
}

#[test]
fn an_iteration_shows_the_state_when_it_began() {
    let layers = Layers::new(Db::memory().snapshot().unwrap());
    layers.set(STORE, &b"a"[..], &b"1"[..]);
    layers.set(STORE, &b"c"[..], &b"3"[..]);
    let iter = layers.range(STORE, None, None, Order::Ascending).unwrap();
    layers.set(STORE, &b"b"[..], &b"2"[..]);
    layers.delete(STORE, &b"c"[..]);
    let keys: Vec<_> = iter.map(|entry| entry.unwrap().0).collect();
    assert_eq!(keys, [&b"a"[..], b"c"]);
}

#[test]
fn forks_and_snapshots_keep_apart() {
    let db = Db::memory();
    let before = db.snapshot().unwrap();
    let layers = Layers::new(before.clone());
    layers.set(STORE, &b"k"[..], &b"1"[..]);
    let fork = layers.fork();
    fork.set(STORE, &b"k"[..], &b"2"[..]);
    assert_eq!(layers.get(STORE, b"k").unwrap().as_deref(), Some(&b"1"[..]));
    db.commit(fork.to_batch()).unwrap();
    assert_eq!(before.get(STORE.table(), b"k").unwrap(), None);
    assert_eq!(db.snapshot().unwrap().get(STORE.table(), b"k").unwrap().as_deref(), Some(&b"2"[..]));
}

#[test]
fn a_home_in_use_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let _held = Db::open(folder.path()).unwrap();
    let Err(error) = Db::open(folder.path()) else { panic!("the home was opened twice") };
    assert!(error.to_string().contains("is in use by another process"), "{error}");
}

/// The process that dies: started by [`a_killed_process_loses_nothing_that_it_acknowledged`] on the test binary itself.
#[test]
fn writes_until_it_is_killed() {
    use std::io::Write;
    let Ok(home) = std::env::var("NYXLET_TEST_KILL_HOME") else { return };
    let db = Db::open(home.as_ref()).unwrap();
    let mut out = std::io::stdout();
    for number in 0u64.. {
        let mut batch = WriteBatch::new();
        // Two tables in one batch: they must never disagree.
        batch.put(Table("left"), number.to_be_bytes().to_vec(), vec![7; 100]);
        batch.put(Table("right"), number.to_be_bytes().to_vec(), vec![9; 100]);
        db.commit(batch).unwrap();
        writeln!(out, "acknowledged {number}").unwrap();
        out.flush().unwrap();
    }
}

#[test]
fn a_killed_process_loses_nothing_that_it_acknowledged() {
    use std::{
        io::{BufRead, BufReader},
        process::{Command, Stdio},
    };
    let folder = tempfile::tempdir().unwrap();
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "store::tests::writes_until_it_is_killed", "--nocapture"])
        .env("NYXLET_TEST_KILL_HOME", folder.path())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut acknowledged = None;
    for line in BufReader::new(child.stdout.take().unwrap()).lines() {
        let line = line.unwrap();
        if let Some((_, number)) = line.split_once("acknowledged ") {
            acknowledged = Some(number.parse::<u64>().unwrap());
        }
        if acknowledged == Some(20) {
            break;
        }
    }
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(acknowledged, Some(20));

    let db = Db::open(folder.path()).unwrap();
    let snapshot = db.snapshot().unwrap();
    let keys = |table| -> Vec<Vec<u8>> {
        let entries = snapshot.range(Table(table), None, None, Order::Ascending).unwrap();
        entries.map(|entry| entry.unwrap().0.to_vec()).collect()
    };
    let (left, right) = (keys("left"), keys("right"));
    assert_eq!(left, right);
    assert!(left.len() > 20, "21 batches were acknowledged, {} are there", left.len());
}
