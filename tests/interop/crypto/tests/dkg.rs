//! The published `nym-dkg` and ours read each other's keys and dealings, agree on every share and key, and differ only
//! where the peer accepts what must be refused.

use nym_curve::{G2Affine, Scalar, interpolate_at_zero};
use our_dkg::{
    Ceremony, Dealing, DecryptionKey, DkgError, KEY_SIZE, KeyPair, NodeIndex, PublicKeyWithProof, Receivers,
    RecoveredVerificationKeys, Secrets, Submission, keep_searching,
};
use peer_dkg::bte::{self, Params, decrypt_share, keygen, setup};
use peer_dkg::{combine_shares, try_recover_verification_keys};
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;
use std::collections::BTreeMap;
use std::panic::catch_unwind;
use std::sync::OnceLock;

/// One party, known to both implementations. Even ones made their keys with the peer, odd ones with us.
struct Party {
    node: NodeIndex,
    public: PublicKeyWithProof,
    key: DecryptionKey,
    peer_public: bte::PublicKey,
    peer_key: bte::DecryptionKey,
}

fn params() -> &'static Params {
    static PARAMS: OnceLock<Params> = OnceLock::new();
    PARAMS.get_or_init(setup)
}

fn rng(seed: u8) -> ChaCha20Rng {
    ChaCha20Rng::from_seed([seed; 32])
}

/// Twenty parties under indices 2, 5, 8, …, every key carried across as bytes.
fn parties() -> &'static [Party] {
    static PARTIES: OnceLock<Vec<Party>> = OnceLock::new();
    PARTIES.get_or_init(|| {
        let mut rng = rng(7);
        (0..20u64)
            .map(|position| {
                let (public_bytes, key_bytes) = if position % 2 == 0 {
                    let (key, public) = keygen(params(), &mut rng);
                    (public.to_bytes(), key.to_bytes())
                } else {
                    let pair = KeyPair::generate(&mut rng);
                    (pair.public.to_bytes().to_vec(), pair.decryption.to_bytes().to_vec())
                };
                let public = PublicKeyWithProof::from_bytes(&public_bytes).unwrap();
                public.verify().unwrap();
                let key = DecryptionKey::from_bytes(&key_bytes).unwrap();
                assert!(key.belongs_to(&public.key()));
                let peer_public = bte::PublicKeyWithProof::try_from_bytes(&public_bytes).unwrap();
                assert!(peer_public.verify());
                let peer_key = bte::DecryptionKey::try_from_bytes(&key_bytes).unwrap();
                assert_eq!(public.to_bytes().as_slice(), peer_public.to_bytes());
                assert_eq!(key.to_bytes().as_slice(), peer_key.to_bytes());
                let peer_public = *peer_public.public_key();
                Party { node: NodeIndex::new(3 * position + 2).unwrap(), public, key, peer_public, peer_key }
            })
            .collect()
    })
}

fn receivers(parties: &[Party]) -> (Receivers, BTreeMap<u64, bte::PublicKey>) {
    let ours = Receivers::new(parties.iter().map(|party| (party.node, party.public.key()))).unwrap();
    (ours, parties.iter().map(|party| (party.node.get(), party.peer_public)).collect())
}

/// What the peer decrypts, as our scalar. A combination of one share is the share.
fn peer_share(dealing: &peer_dkg::Dealing, position: usize, party: &Party) -> Scalar {
    let share = decrypt_share(params(), &party.peer_key, position, &dealing.ciphertexts, None).unwrap();
    Scalar::from_bytes(&combine_shares(vec![share], &[1]).unwrap().to_bytes()).unwrap()
}

#[test]
fn one_dealing_per_size_each_way() {
    let mut rng = rng(8);
    for n in 2..=20usize {
        let members = &parties()[..n];
        let (receivers, peer_receivers) = receivers(members);
        let threshold = 2 * n / 3 + 1;
        let reader = n % members.len();

        let (theirs, _) = peer_dkg::Dealing::create(&mut rng, params(), 1, threshold as u64, &peer_receivers, None);
        let read = Dealing::from_bytes(&theirs.to_bytes()).unwrap();
        assert_eq!(read.to_bytes(), theirs.to_bytes());
        read.verify(&receivers, threshold, None, &mut rng).unwrap();
        let party = &members[reader];
        let share = read.decrypt_share(&party.key, &receivers, party.node, &mut keep_searching).unwrap();
        assert_eq!(*share, peer_share(&theirs, reader, party), "n = {n}");

        let ours = Dealing::create(&receivers, threshold, &mut rng).unwrap();
        let read = peer_dkg::Dealing::try_from_bytes(&ours.to_bytes()).unwrap();
        assert_eq!(read.to_bytes(), ours.to_bytes());
        read.verify(params(), threshold as u64, &peer_receivers, None).unwrap();
        let share = ours.decrypt_share(&party.key, &receivers, party.node, &mut keep_searching).unwrap();
        assert_eq!(*share, peer_share(&read, reader, party), "n = {n}");
    }
}

/// What each party deals: one block of bytes per key component.
type Dealt = BTreeMap<NodeIndex, Vec<Vec<u8>>>;

/// Parties at even positions deal with the peer's code, the others with ours.
fn deal(members: &[Party], threshold: usize, previous: Option<&[Vec<Scalar>]>, rng: &mut ChaCha20Rng) -> Dealt {
    let (receivers, peer_receivers) = receivers(members);
    let ceremony = Ceremony::new(receivers, threshold, KEY_SIZE).unwrap();
    members
        .iter()
        .enumerate()
        .map(|(position, party)| {
            let secrets = previous.map(|previous| &previous[position]);
            let dealings = if position % 2 == 0 {
                (0..KEY_SIZE)
                    .map(|component| {
                        let secret = secrets.map(|secrets| {
                            Option::from(peer_dkg::Scalar::from_bytes(&secrets[component].to_bytes())).unwrap()
                        });
                        let threshold = threshold as u64;
                        let index = party.node.get();
                        peer_dkg::Dealing::create(&mut *rng, params(), index, threshold, &peer_receivers, secret)
                            .0
                            .to_bytes()
                    })
                    .collect()
            } else {
                let dealings = match secrets {
                    None => ceremony.deal(rng).unwrap(),
                    Some(secrets) => ceremony.reshare(secrets, rng).unwrap(),
                };
                dealings.iter().map(Dealing::to_bytes).collect()
            };
            (party.node, dealings)
        })
        .collect()
}

/// Both implementations judge and combine the same bytes and must agree. Returns every party's key and the public keys.
fn conclude(
    members: &[Party],
    threshold: usize,
    dealt: &Dealt,
    previous: Option<&[Vec<G2Affine>]>,
    rng: &mut ChaCha20Rng,
) -> (Vec<Vec<Scalar>>, Vec<RecoveredVerificationKeys>) {
    let (receivers, peer_receivers) = receivers(members);
    let ceremony = Ceremony::new(receivers, threshold, KEY_SIZE).unwrap();
    let accepted: Vec<_> = dealt
        .iter()
        .enumerate()
        .map(|(position, (dealer, dealings))| {
            let dealings = dealings.iter().map(|bytes| Some(bytes.as_slice())).collect();
            let secrets =
                previous.map_or(Secrets::Fresh, |previous| Secrets::Reshared(Some(previous[position].as_slice())));
            ceremony.judge(&Submission { dealer: *dealer, dealings, secrets }, rng).unwrap()
        })
        .collect();
    let public = ceremony.derive_verification_keys(&accepted).unwrap();
    let keys: Vec<Vec<Scalar>> = members
        .iter()
        .map(|party| {
            ceremony.derive_secret_key(&accepted, &party.key, party.node, &mut keep_searching).unwrap().to_vec()
        })
        .collect();

    let indices: Vec<u64> = dealt.keys().map(|node| node.get()).collect();
    for component in 0..KEY_SIZE {
        let dealings: BTreeMap<u64, peer_dkg::Dealing> = dealt
            .iter()
            .map(|(node, dealings)| (node.get(), peer_dkg::Dealing::try_from_bytes(&dealings[component]).unwrap()))
            .collect();
        for (position, dealing) in dealings.values().enumerate() {
            let prior = previous.map(|previous| peer_point(&previous[position][component]));
            dealing.verify(params(), threshold as u64, &peer_receivers, prior).unwrap();
        }
        let recovered = try_recover_verification_keys(&dealings, threshold as u64, &peer_receivers).unwrap();
        assert_eq!(recovered.to_bytes(), public[component].to_bytes());
        assert_eq!(RecoveredVerificationKeys::from_bytes(&recovered.to_bytes()).unwrap(), public[component]);
        for (position, party) in members.iter().enumerate() {
            let shares = dealings
                .values()
                .map(|dealing| decrypt_share(params(), &party.peer_key, position, &dealing.ciphertexts, None).unwrap())
                .collect();
            let combined = combine_shares(shares, &indices).unwrap();
            assert_eq!(combined.to_bytes(), keys[position][component].to_bytes());
        }
    }
    (keys, public)
}

/// Our point in the peer's type. A prior component crosses as the first of a list of recovered keys.
fn peer_point(point: &G2Affine) -> peer_dkg::G2Projective {
    let bytes = RecoveredVerificationKeys { master: *point, partials: vec![] }.to_bytes();
    peer_dkg::RecoveredVerificationKeys::try_from_bytes(&bytes).unwrap().recovered_master
}

#[test]
fn a_mixed_ceremony_of_four_agrees_fresh_and_reshared() {
    let mut rng = rng(9);
    let (members, threshold) = (&parties()[..4], 3);
    let dealt = deal(members, threshold, None, &mut rng);
    let (keys, public) = conclude(members, threshold, &dealt, None, &mut rng);

    let anchors: Vec<Vec<G2Affine>> = (0..members.len())
        .map(|position| public.iter().map(|component| component.partials[position]).collect())
        .collect();
    let dealt = deal(members, threshold, Some(&keys), &mut rng);
    let (new_keys, new_public) = conclude(members, threshold, &dealt, Some(&anchors), &mut rng);
    for component in 0..KEY_SIZE {
        assert_eq!(public[component].master, new_public[component].master);
        let secret = |keys: &[Vec<Scalar>]| {
            let (indices, values): (Vec<u64>, Vec<Scalar>) =
                members[1..].iter().zip(&keys[1..]).map(|(party, key)| (party.node.get(), key[component])).unzip();
            interpolate_at_zero(&indices, &values).unwrap()
        };
        assert_eq!(secret(&keys), secret(&new_keys));
        assert_ne!(keys[0][component], new_keys[0][component]);
    }
}

#[test]
fn what_the_peer_accepts_and_must_be_refused() {
    let mut rng = rng(10);
    let members = &parties()[..2];
    let (receivers, peer_receivers) = receivers(members);

    // A dealing of nothing: its constant coefficient is the identity.
    let zero = Some(peer_dkg::Scalar::zero());
    let (nothing, _) = peer_dkg::Dealing::create(&mut rng, params(), 2, 2, &peer_receivers, zero);
    nothing.verify(params(), 2, &peer_receivers, None).unwrap();
    let read = Dealing::from_bytes(&nothing.to_bytes()).unwrap();
    let what = "the constant coefficient";
    assert_eq!(read.verify(&receivers, 2, None, &mut rng), Err(DkgError::Identity { what }));

    // One encryption key under two indices: the peer deals to both.
    let copied: BTreeMap<u64, bte::PublicKey> = [(2, members[0].peer_public), (3, members[0].peer_public)].into();
    let (dealing, _) = peer_dkg::Dealing::create(&mut rng, params(), 2, 1, &copied, None);
    dealing.verify(params(), 1, &copied, None).unwrap();
    let node = |index| NodeIndex::new(index).unwrap();
    let key = members[0].public.key();
    assert_eq!(
        Receivers::new([(node(2), key), (node(3), key)]),
        Err(DkgError::DuplicateKey { node: node(3), holder: node(2) })
    );

    // A length prefix beyond the end: the peer panics, we return an error.
    let mut bytes = dealing.to_bytes();
    bytes[..4].copy_from_slice(&u32::MAX.to_be_bytes());
    let copy = bytes.clone();
    let peer = catch_unwind(move || peer_dkg::Dealing::try_from_bytes(&copy).is_err());
    assert!(peer.is_err(), "the peer no longer panics: this row can go");
    assert!(matches!(Dealing::from_bytes(&bytes), Err(DkgError::Truncated { .. })));

    // A decryption key with one d value less decodes there.
    let mut bytes = members[0].key.to_bytes().to_vec();
    bytes.drain(148..148 + 96);
    bytes[144..148].copy_from_slice(&255u32.to_be_bytes());
    assert!(bte::DecryptionKey::try_from_bytes(&bytes).is_ok());
    assert!(matches!(DecryptionKey::from_bytes(&bytes), Err(DkgError::WrongCount { expected: 256, got: 255, .. })));
}

#[test]
fn open_rows_hold_on_both_sides() {
    // Transcripts do not bind the dealer: another dealer can hand in a copy, and both accept it. Closing this needs a
    // new format (docs/protocol/crypto.md §11.6).
    let mut rng = rng(11);
    let members = &parties()[..3];
    let (receivers, peer_receivers) = receivers(members);
    let ceremony = Ceremony::new(receivers, 2, 1).unwrap();
    let dealing = ceremony.deal(&mut rng).unwrap()[0].to_bytes();
    for dealer in [members[0].node, members[1].node] {
        let submission = Submission { dealer, dealings: vec![Some(&dealing)], secrets: Secrets::Fresh };
        assert!(ceremony.judge(&submission, &mut rng).is_ok());
    }
    peer_dkg::Dealing::try_from_bytes(&dealing).unwrap().verify(params(), 2, &peer_receivers, None).unwrap();
}
