//! Rows of the key generation: dealings for 20 receivers with threshold 14, ours against the published crate.

use anyhow::{Context, Result, ensure};
use our_dkg::{Dealing, DecryptionKey, KeyPair, NodeIndex, Receivers, keep_searching, verify_dealings};
use peer_dkg::bte::{PublicKey, PublicKeyWithProof, decrypt_share, setup};
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;
use std::collections::BTreeMap;
use std::hint::black_box;

/// Times a piece of work: returns milliseconds per run, the best of the given number of runs.
pub type Stopwatch<'a> = &'a mut dyn FnMut(usize, &mut dyn FnMut()) -> f64;

/// One work measured on both sides.
#[derive(Clone, Debug)]
pub struct DkgRow {
    /// What is measured.
    pub work: &'static str,
    /// Our time in milliseconds.
    pub ours: f64,
    /// The peer's time in milliseconds.
    pub peer: f64,
    /// How many times faster we must be.
    pub goal: f64,
}

const RECEIVERS: u64 = 20;
const THRESHOLD: usize = 14;

/// Measures all rows. Both sides start from the same decoded values except where a row says `from bytes`.
pub fn dkg_rows(stopwatch: Stopwatch<'_>) -> Result<Vec<DkgRow>> {
    let mut rng = ChaCha20Rng::from_seed([42; 32]);
    let params = setup();
    let pairs: Vec<(NodeIndex, KeyPair)> = (1..=RECEIVERS)
        .map(|index| Ok((NodeIndex::new(index)?, KeyPair::generate(&mut rng))))
        .collect::<Result<_>>()?;
    // New each time: a dealing leaves tables of the receivers' keys behind, which a peer does not have either.
    let members = || pairs.iter().map(|(index, pair)| (*index, pair.public.key()));
    let receivers = Receivers::new(members())?;
    let peer_receivers: BTreeMap<u64, PublicKey> = pairs
        .iter()
        .map(|(index, pair)| {
            let key = PublicKeyWithProof::try_from_bytes(&pair.public.to_bytes()).context("the peer reads our key")?;
            Ok((index.get(), *key.public_key()))
        })
        .collect::<Result<_>>()?;
    let threshold = THRESHOLD as u64;

    let dealings: Vec<Dealing> =
        (0..5).map(|_| Dealing::create(&receivers, THRESHOLD, &mut rng)).collect::<Result<_, _>>()?;
    let dealing = &dealings[0];
    let bytes = dealing.to_bytes();
    let peer_dealing = peer_dkg::Dealing::try_from_bytes(&bytes).context("the peer reads our dealing")?;
    let (node, pair) = &pairs[3];
    let position = receivers.position(*node)?;
    let peer_form = pair.decryption.without_scalar();
    let peer_key =
        peer_dkg::bte::DecryptionKey::try_from_bytes(&pair.decryption.to_bytes()).context("the peer reads our key")?;
    ensure!(DecryptionKey::from_bytes(&peer_key.to_bytes())?.belongs_to(&pair.public.key()), "the keys agree");

    let mut rows = Vec::new();
    let mut row = |work, ours, peer, goal| rows.push(DkgRow { work, ours, peer, goal });

    let peer = stopwatch(2, &mut || {
        black_box(peer_dkg::Dealing::create(&mut rng, &params, 1, threshold, &peer_receivers, None));
    });
    let ours = stopwatch(10, &mut || {
        let fresh = Receivers::new(members()).expect("the keys are distinct");
        black_box(Dealing::create(&fresh, THRESHOLD, &mut rng)).expect("the threshold fits");
    });
    row("dealing create, 20 receivers", ours, peer, 8.0);

    let peer = stopwatch(2, &mut || peer_dealing.verify(&params, threshold, &peer_receivers, None).expect("valid"));
    let ours = stopwatch(10, &mut || dealing.verify(&receivers, THRESHOLD, None, &mut rng).expect("valid"));
    row("dealing verify, 20 receivers", ours, peer, 100.0);

    let from_bytes = stopwatch(5, &mut || {
        let decoded = Dealing::from_bytes(&bytes).expect("well-formed");
        decoded.verify(&receivers, THRESHOLD, None, &mut rng).expect("valid");
    });
    let peer_from_bytes = stopwatch(1, &mut || {
        let decoded = peer_dkg::Dealing::try_from_bytes(&bytes).expect("well-formed");
        decoded.verify(&params, threshold, &peer_receivers, None).expect("valid");
    });
    row("dealing verify from bytes, 20 receivers", from_bytes, peer_from_bytes, 50.0);

    let five = stopwatch(3, &mut || {
        verify_dealings(&dealings, &receivers, THRESHOLD, None, &mut rng).expect("valid");
    });
    row("dealing verify, each of one dealer's five together", five / 5.0, peer, 100.0);

    // The first decryption of a process builds the table of logarithms.
    for key in [&peer_form, &pair.decryption] {
        dealing.decrypt_share(key, &receivers, *node, &mut keep_searching)?;
    }
    let peer = stopwatch(3, &mut || {
        black_box(decrypt_share(&params, &peer_key, position, &peer_dealing.ciphertexts, None)).expect("decrypts");
    });
    let ours = stopwatch(10, &mut || {
        black_box(dealing.decrypt_share(&peer_form, &receivers, *node, &mut keep_searching)).expect("decrypts");
    });
    row("decrypt a share, peer's key form", ours, peer, 6.0);
    let ours = stopwatch(20, &mut || {
        black_box(dealing.decrypt_share(&pair.decryption, &receivers, *node, &mut keep_searching)).expect("decrypts");
    });
    row("decrypt a share, our key form", ours, peer, 20.0);
    Ok(rows)
}
