//! Dealings.

use super::deployment::{KEY_SIZE, Quorum};
use crate::Engine;
use nym_contracts_common::ContractSafeBytes;
use nym_dkg_contract::msg::{
    DealerDealingsStatusResponse, DealingChunkResponse, DealingChunkStatusResponse, DealingMetadataResponse,
    DealingResponse, DealingStatusResponse, ExecuteMsg as DkgMsg, QueryMsg as DkgQuery,
};
use nym_dkg_contract::types::{DealingChunkInfo, EpochState, PartialContractDealing};

fn announced(dealing_index: u32, sizes: &[u64]) -> DkgMsg {
    let chunks = sizes.iter().map(|&size| DealingChunkInfo { size }).collect();
    DkgMsg::CommitDealingsMetadata { dealing_index, chunks, resharing: false }
}

fn chunk(dealing_index: u32, chunk_index: u16, data: &[u8]) -> DkgMsg {
    let data = ContractSafeBytes(data.to_vec());
    DkgMsg::CommitDealingsChunk { chunk: PartialContractDealing { dealing_index, chunk_index, data } }
}

pub(super) fn metadata<E: Engine>(engine: &mut E) {
    let mut quorum = Quorum::deploy(engine, 3);
    quorum.initiate();
    let [signer, late] = [0, 2].map(|n| quorum.signers[n].clone());
    quorum.register(0, false);
    quorum.register(1, false);
    quorum.dkg_refuses(&signer, &announced(0, &[1]), "only during 'exchange of dealings'");
    quorum.advance_late();
    quorum.dkg_refuses(&late, &announced(0, &[1]), "is no dealer of epoch 0");
    let resharing = DkgMsg::CommitDealingsMetadata { dealing_index: 0, chunks: vec![], resharing: true };
    quorum.dkg_refuses(&signer, &resharing, "only during 'exchange of dealings (resharing)'");
    quorum.dkg_refuses(&signer, &announced(KEY_SIZE, &[1]), "there is no dealing 2");
    for empty in [&[][..], &[0], &[4, 0], &[0, 4]] {
        quorum.dkg_refuses(&signer, &announced(0, empty), "has no chunks, or an empty one");
    }
    quorum.dkg_refuses(&signer, &announced(0, &[1; 51]), "has 51 chunks: at most 50");
    quorum.dkg_refuses(&signer, &announced(0, &[4, 4, 3, 4]), "chunk 2 is not");
    quorum.dkg_refuses(&signer, &announced(0, &[2049]), "has 2049 bytes: at most 2048");
    // The last one may differ, but not without limit.
    quorum.dkg_refuses(&signer, &announced(0, &[4, 2049]), "has 2049 bytes: at most 2048");
    quorum.dkg_refuses(&signer, &announced(0, &[u64::MAX]), "at most 2048");
    quorum.dkg_takes(&signer, &announced(0, &[2048; 50]));
    quorum.dkg_refuses(&signer, &announced(0, &[1]), "dealing 0 was announced already");
    quorum.dkg_takes(&signer, &announced(1, &[4, 7]));

    let dealer = signer.to_string();
    let answer: DealingMetadataResponse =
        quorum.dkg_asks(&DkgQuery::GetDealingsMetadata { epoch_id: 0, dealer: dealer.clone(), dealing_index: 1 });
    let metadata = answer.metadata.expect("it was announced");
    let sizes: Vec<_> = metadata.submitted_chunks.values().map(|chunk| chunk.info.size).collect();
    assert_eq!((metadata.dealing_index, sizes), (1, vec![4, 7]));
    assert!(!metadata.is_complete());
    let nothing: DealingMetadataResponse =
        quorum.dkg_asks(&DkgQuery::GetDealingsMetadata { epoch_id: 1, dealer, dealing_index: 1 });
    assert!(nothing.metadata.is_none() && nothing.dealer == signer);
}

pub(super) fn chunks<E: Engine>(engine: &mut E) {
    let mut quorum = Quorum::deploy(engine, 3);
    quorum.initiate();
    quorum.register_all(false);
    let signer = quorum.signers[0].clone();
    quorum.dkg_refuses(&signer, &chunk(0, 0, b"abcd"), "dealing 0 was not announced");
    quorum.dkg_takes(&signer, &announced(0, &[4, 4, 1]));
    quorum.dkg_refuses(&signer, &chunk(0, 3, b"abcd"), "chunk 3 of dealing 0 was not announced");
    for wrong in [&b"abc"[..], b"abcde", b""] {
        quorum.dkg_refuses(&signer, &chunk(0, 1, wrong), "was announced with 4 bytes");
    }
    // In any order, and zeros are bytes like others.
    let taken = quorum.dkg_takes(&signer, &chunk(0, 1, &[0, 0, 0, 9]));
    quorum.dkg_refuses(&signer, &chunk(0, 1, b"abcd"), &format!("was brought at height {} already", taken.height));
    let dealer = signer.to_string();
    let status = |chunk_index| DkgQuery::GetDealingChunkStatus {
        epoch_id: 0,
        dealer: dealer.clone(),
        dealing_index: 0,
        chunk_index,
    };
    let brought: DealingChunkStatusResponse = quorum.dkg_asks(&status(1));
    assert_eq!(brought.status.submission_height, Some(taken.height));
    for missing in [0, 7] {
        assert_eq!(quorum.dkg_asks::<DealingChunkStatusResponse>(&status(missing)).status.submission_height, None);
    }
    let whole = DkgQuery::GetDealing { epoch_id: 0, dealer: dealer.clone(), dealing_index: 0 };
    assert!(quorum.dkg_asks::<DealingResponse>(&whole).dealing.is_none());
    quorum.dkg_takes(&signer, &chunk(0, 0, &[0, 1, 2, 3]));
    assert_eq!(quorum.epoch().state_progress.submitted_dealings, 0);
    quorum.dkg_takes(&signer, &chunk(0, 2, &[255]));
    assert_eq!(quorum.epoch().state_progress.submitted_dealings, 1);
    let bytes = quorum.dkg_asks::<DealingResponse>(&whole).dealing.expect("it is complete");
    assert_eq!(bytes.as_slice(), [0, 1, 2, 3, 0, 0, 0, 9, 255]);
    let question = DkgQuery::GetDealingChunk { epoch_id: 0, dealer: dealer.clone(), dealing_index: 0, chunk_index: 1 };
    let one: DealingChunkResponse = quorum.dkg_asks(&question);
    assert_eq!(one.chunk, Some(ContractSafeBytes(vec![0, 0, 0, 9])));
    let question = DkgQuery::GetDealingStatus { epoch_id: 0, dealer: dealer.clone(), dealing_index: 0 };
    let status: DealingStatusResponse = quorum.dkg_asks(&question);
    assert!(status.status.has_metadata && status.status.fully_submitted);
    assert_eq!(status.status.chunk_submission_status.len(), 3);
    let all: DealerDealingsStatusResponse = quorum.dkg_asks(&DkgQuery::GetDealerDealingsStatus { epoch_id: 0, dealer });
    assert!(!all.all_dealings_fully_submitted);
    let complete: Vec<_> = all.dealing_submission_status.values().map(|one| one.fully_submitted).collect();
    assert_eq!(complete, [true, false]);

    // The largest chunk there is.
    let other = quorum.signers[1].clone();
    quorum.dkg_takes(&other, &announced(0, &[2048, 1]));
    quorum.dkg_takes(&other, &chunk(0, 0, &[0xa5; 2048]));
    // Late chunks would make signers see different dealings.
    quorum.deal(2, false);
    quorum.dkg_takes(&signer, &announced(1, &[1]));
    quorum.dkg_takes(&signer, &chunk(1, 0, b"x"));
    assert_eq!(quorum.advance_late(), EpochState::VerificationKeySubmission { resharing: false });
    quorum.dkg_refuses(&other, &chunk(0, 1, b"x"), "only during 'exchange of dealings'");
}

pub(super) fn pruning<E: Engine>(engine: &mut E) {
    let mut quorum = Quorum::with_keys(engine, 3);
    let dealer = quorum.signers[0].to_string();
    let anyone = quorum.engine.account("anyone", &[]);
    let dealings = |quorum: &mut Quorum<E>, epoch_id| {
        (0..KEY_SIZE).all(|dealing_index| {
            let question = DkgQuery::GetDealing { epoch_id, dealer: dealer.clone(), dealing_index };
            quorum.dkg_asks::<DealingResponse>(&question).dealing.is_some()
        })
    };
    let prune = DkgMsg::PruneDealings { limit: None };
    // Those of the keys in service stay, for signers that come late.
    quorum.dkg_takes(&anyone, &prune);
    assert!(dealings(&mut quorum, 0));
    // A ceremony that fails leaves dealings between those in service and those of the next one.
    quorum.trigger(false);
    quorum.register_all(false);
    quorum.deal_all(3, false);
    quorum.advance_late();
    quorum.advance_late();
    quorum.dkg_takes(&anyone, &DkgMsg::PruneDealings { limit: Some(1) });
    quorum.dkg_takes(&anyone, &prune);
    assert!(dealings(&mut quorum, 0) && !dealings(&mut quorum, 1));
    quorum.ceremony(false);
    quorum.dkg_takes(&anyone, &prune);
    assert!(!dealings(&mut quorum, 0) && dealings(&mut quorum, 2));
    let question = DkgQuery::GetDealingsMetadata { epoch_id: 0, dealer: dealer.clone(), dealing_index: 0 };
    assert!(quorum.dkg_asks::<DealingMetadataResponse>(&question).metadata.is_none());
    // Without being asked, every new chunk makes room for itself.
    quorum.trigger(false);
    quorum.ceremony(false);
    quorum.trigger(false);
    quorum.ceremony(false);
    assert!(!dealings(&mut quorum, 2) && dealings(&mut quorum, 4));
}
