//! Rows of the key generation: dealings for 20 receivers with threshold 14, ours against the published crate.

use crate::rows::Row;
use anyhow::{Context, Result, ensure};
use our_dkg::{Dealing, DecryptionKey, KeyPair, NodeIndex, Receivers, keep_searching, verify_dealings};
use peer_dkg::bte::{PublicKey, PublicKeyWithProof, decrypt_share, setup};
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;
use std::collections::BTreeMap;
use std::hint::black_box;

const RECEIVERS: u64 = 20;
const THRESHOLD: usize = 14;

/// Measures all rows. Both sides start from the same decoded values except where a row says `from bytes`.
pub fn dkg_rows(done: &mut dyn FnMut(Row)) -> Result<()> {
    let mut rng = ChaCha20Rng::from_seed([42; 32]);
    let mut peer_rng = ChaCha20Rng::from_seed([43; 32]);
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

    done(Row::measure(
        "dealing create, 20 receivers",
        8.0,
        5,
        &mut || drop(black_box(peer_dkg::Dealing::create(&mut peer_rng, &params, 1, threshold, &peer_receivers, None))),
        &mut || {
            let fresh = Receivers::new(members()).expect("the keys are distinct");
            black_box(Dealing::create(&fresh, THRESHOLD, &mut rng)).expect("the threshold fits");
        },
    ));

    let peer_verify = |dealing: &peer_dkg::Dealing| {
        dealing.verify(&params, threshold, &peer_receivers, None).expect("valid");
    };
    let verify =
        Row::measure("dealing verify, 20 receivers", 100.0, 4, &mut || peer_verify(&peer_dealing), &mut || {
            dealing.verify(&receivers, THRESHOLD, None, &mut rng).expect("valid")
        });
    let together = Row::measure("", 0.0, 4, &mut || {}, &mut || {
        verify_dealings(&dealings, &receivers, THRESHOLD, None, &mut rng).expect("valid");
    });
    let together = Row {
        work: "dealing verify, each of one dealer's five together",
        ours: together.per_piece(5).ours,
        ..verify.clone()
    };
    done(verify);
    done(together);
    done(Row::measure(
        "dealing verify from bytes, 20 receivers",
        50.0,
        3,
        &mut || peer_verify(&peer_dkg::Dealing::try_from_bytes(&bytes).expect("well-formed")),
        &mut || {
            let decoded = Dealing::from_bytes(&bytes).expect("well-formed");
            decoded.verify(&receivers, THRESHOLD, None, &mut rng).expect("valid");
        },
    ));

    // The first decryption of a process builds the table of logarithms; later rounds count.
    for (work, goal, key) in [
        ("decrypt a share, published key form", 6.0, &peer_form),
        ("decrypt a share, our key form", 20.0, &pair.decryption),
    ] {
        done(Row::measure(
            work,
            goal,
            7,
            &mut || {
                black_box(decrypt_share(&params, &peer_key, position, &peer_dealing.ciphertexts, None))
                    .expect("decrypts");
            },
            &mut || {
                black_box(dealing.decrypt_share(key, &receivers, *node, &mut keep_searching)).expect("decrypts");
            },
        ));
    }
    Ok(())
}
