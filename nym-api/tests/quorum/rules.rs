//! The rule that a deposit belongs to the first request signed for it, against a model, in the real database.

use std::collections::HashMap;

use nym_api::storage::{IssueOutcome, IssuedRecord, RequestIdentity, Storage};
use nym_ecash::{BlindedSignature, EcashDay, SecretKeyUser, TicketType, WithdrawalRequest};
use proptest::prelude::*;
use rand::rngs::OsRng;

#[derive(Clone, Debug)]
struct Attempt {
    deposit: u32,
    request: usize,
    epoch: u64,
}

fn attempts() -> impl Strategy<Value = Vec<Attempt>> {
    let attempt = (0_u32..4, 0_usize..3, 1_u64..4);
    prop::collection::vec(attempt.prop_map(|(deposit, request, epoch)| Attempt { deposit, request, epoch }), 1..40)
}

fn requests(today: EcashDay) -> Vec<(RequestIdentity, WithdrawalRequest)> {
    let user = SecretKeyUser::random(&mut OsRng);
    let expiration = today.default_expiration().unwrap();
    (0..3)
        .map(|_| {
            let (request, _) = WithdrawalRequest::create(&user, expiration, TicketType::V1MixnetEntry, &mut OsRng);
            (RequestIdentity::of(&request, expiration, TicketType::V1MixnetEntry).unwrap(), request)
        })
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn a_deposit_belongs_to_its_first_request_for_ever(attempts in attempts(), concurrent in any::<bool>()) {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        runtime.block_on(async {
            let folder = tempfile::tempdir().unwrap();
            let storage = Storage::open(&folder.path().join("db.sqlite")).await.unwrap();
            let today: EcashDay = "2026-11-24".parse().unwrap();
            let requests = requests(today);
            let record = |attempt: &Attempt| {
                let (identity, request) = &requests[attempt.request];
                // Any point serves as a signature here; it differs by epoch as real ones do.
                let c = request.private_attributes_commitments[(attempt.epoch % 2) as usize];
                IssuedRecord {
                    deposit_id: attempt.deposit,
                    request: identity.clone(),
                    user: [1; 48],
                    epoch_id: attempt.epoch,
                    answer: BlindedSignature { h: request.joined_commitment_hash, c },
                    today,
                }
            };
            let outcomes: Vec<IssueOutcome> = if concurrent {
                let stored = attempts.iter().map(|attempt| storage.store_issued(record(attempt)));
                futures::future::join_all(stored).await.into_iter().map(Result::unwrap).collect()
            } else {
                let mut outcomes = Vec::new();
                for attempt in &attempts {
                    outcomes.push(storage.store_issued(record(attempt)).await.unwrap());
                }
                outcomes
            };
            // Whatever the order was, it must be explained by one owner per deposit.
            let mut owner: HashMap<u32, usize> = HashMap::new();
            for (attempt, outcome) in attempts.iter().zip(&outcomes) {
                if !matches!(outcome, IssueOutcome::OtherRequest) {
                    let first = *owner.entry(attempt.deposit).or_insert(attempt.request);
                    assert_eq!(first, attempt.request, "two requests were signed for deposit {}", attempt.deposit);
                }
            }
            let mut answered: HashMap<(u32, u64), usize> = HashMap::new();
            let mut leaves = 0;
            for (attempt, outcome) in attempts.iter().zip(&outcomes) {
                let is_owner = owner.get(&attempt.deposit) == Some(&attempt.request);
                match outcome {
                    IssueOutcome::OtherRequest => assert!(!is_owner || concurrent),
                    IssueOutcome::Stored { leaf } => {
                        let times = answered.entry((attempt.deposit, attempt.epoch)).or_default();
                        *times += 1;
                        assert_eq!(*times, 1, "stored once per generation");
                        leaves += usize::from(leaf.is_some());
                    }
                    IssueOutcome::Already(answer) => {
                        assert!(is_owner);
                        assert_eq!(*answer, record(attempt).answer);
                    }
                }
            }
            if !concurrent {
                for (attempt, outcome) in attempts.iter().zip(&outcomes) {
                    let expected = owner[&attempt.deposit] == attempt.request;
                    assert_eq!(!matches!(outcome, IssueOutcome::OtherRequest), expected);
                }
            }
            assert_eq!(leaves, owner.len(), "one leaf per deposit");
            let expiration = today.default_expiration().unwrap();
            assert_eq!(storage.leaves(expiration).await.unwrap().len(), owner.len());
            storage.close().await;
        });
    }
}
