//! Vectors, algebra and bad input, on whichever backend is compiled in: run with the default features and again with
//! `--no-default-features --features pure`. Agreement with `vectors/` makes the two agree with each other.
#![allow(clippy::unwrap_used, reason = "tests may fail loudly")]

use nym_curve::{
    CurveError, FixedBase, G1, G1Affine, G2, G2Affine, G2Prepared, PairingBatch, Point, Polynomial, Scalar,
    hash_parts_to_scalar, hash_to_g1, hash_to_g2, hash_to_scalar, interpolate_at_zero, interpolate_points_at_zero,
    lagrange_at_zero, pairing, pairing_product_is_one, random_weights,
};
use proptest::prelude::*;
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;
use serde_json::Value;

fn rng(seed: u8) -> ChaCha20Rng {
    ChaCha20Rng::from_seed([seed; 32])
}

fn unhex(value: &Value) -> Vec<u8> {
    hex::decode(value.as_str().unwrap()).unwrap()
}

#[test]
fn spec_vectors() {
    let vectors: Value = serde_json::from_str(include_str!("../vectors/spec.json")).unwrap();
    let domain = |name: &str| vectors[name].as_str().unwrap().as_bytes().to_vec();
    for entry in vectors["hashes"].as_array().unwrap() {
        let message = unhex(&entry["message"]);
        assert_eq!(hash_to_scalar(&message, &domain("scalar_domain")).to_bytes().to_vec(), unhex(&entry["scalar"]));
        assert_eq!(hash_to_g1(&message, &domain("g1_domain")).to_bytes().to_vec(), unhex(&entry["g1"]));
        assert_eq!(hash_to_g2(&message, &domain("g2_domain")).to_bytes().to_vec(), unhex(&entry["g2"]));
    }
    for case in vectors["lagrange"].as_array().unwrap() {
        let indices: Vec<u64> = serde_json::from_value(case[0].clone()).unwrap();
        let values: Vec<u64> = serde_json::from_value(case[1].clone()).unwrap();
        let values: Vec<Scalar> = values.into_iter().map(Scalar::from).collect();
        assert_eq!(interpolate_at_zero(&indices, &values), Ok(Scalar::from(case[2].as_u64().unwrap())));
    }
    let polynomial = &vectors["polynomial"];
    let coefficients: Vec<i64> = serde_json::from_value(polynomial["coefficients"].clone()).unwrap();
    let coefficients = coefficients
        .into_iter()
        .map(|c| if c < 0 { -Scalar::from(c.unsigned_abs()) } else { Scalar::from(c.unsigned_abs()) })
        .collect();
    let value = Polynomial::new(coefficients).evaluate(&Scalar::from(polynomial["argument"].as_u64().unwrap()));
    assert_eq!(value, Scalar::from(polynomial["value"].as_u64().unwrap()));
}

/// One digest over many operations with seeded inputs. The same constant on both backends means the same bytes.
#[test]
fn both_backends_give_the_same_bytes() {
    use sha2::{Digest, Sha256};
    let mut rng = rng(7);
    let mut digest = Sha256::new();
    for round in 0u8..8 {
        let scalars: Vec<Scalar> = (0..40).map(|_| Scalar::random(&mut rng)).collect();
        let g1: Vec<G1> = (0..40).map(|_| G1::random(&mut rng)).collect();
        let g2: Vec<G2> = (0..40).map(|_| G2::random(&mut rng)).collect();
        let (g1, g2) = (G1::batch_to_affine(&g1), G2::batch_to_affine(&g2));
        for n in [1, 2, 7, 23, 24, 40] {
            digest.update(G1::msm(&g1[..n], &scalars[..n]).to_bytes());
            digest.update(G2::msm(&g2[..n], &scalars[..n]).to_bytes());
        }
        digest.update(hash_to_g1(&[round], b"D").to_bytes());
        digest.update(hash_to_g2(&[round], b"D").to_bytes());
        digest.update(hash_to_scalar(&[round], b"D").to_bytes());
        digest.update(scalars[0].invert().unwrap().to_bytes());
        digest.update((scalars[1] * scalars[2] - scalars[3]).to_bytes());
        digest.update((g1[0] * scalars[0] + g1[1]).to_bytes());
        digest.update((G2::from(g2[0]).double() - g2[1]).to_bytes());
        digest.update([u8::from(pairing(&g1[0], &g2[0]) == pairing(&g1[1], &g2[0]))]);
    }
    let vectors: Value = serde_json::from_str(include_str!("../vectors/own.json")).unwrap();
    assert_eq!(
        hex::encode(digest.finalize()),
        vectors["digest_of_operations"].as_str().unwrap(),
        "{}",
        nym_curve::BACKEND
    );
}

#[test]
fn fixed_bases_agree_with_multiplication() {
    let mut rng = rng(1);
    let edge = [Scalar::ZERO, Scalar::ONE, -Scalar::ONE, Scalar::from(127), Scalar::from(128), Scalar::from(u64::MAX)];
    let random: Vec<Scalar> = (0..20).map(|_| Scalar::random(&mut rng)).collect();
    let p = FixedBase::<G1>::new(G1::random(&mut rng).to_affine());
    let q = FixedBase::<G2>::new(G2::random(&mut rng).to_affine());
    for scalar in edge.iter().chain(&random) {
        assert_eq!(p.mul(scalar), *p.point() * scalar);
        assert_eq!(p.mul_public(scalar), *p.point() * scalar);
        assert_eq!(q.mul(scalar), *q.point() * scalar);
        assert_eq!(q.mul_public(scalar), *q.point() * scalar);
    }
    // Powers of two around the top row, where a digit is carried into the last one: 2^256 is reduced.
    for power in 249..=256 {
        let scalar = (0..power).fold(Scalar::ONE, |scalar, _| scalar + scalar);
        for scalar in [scalar, scalar - Scalar::ONE, -scalar] {
            assert_eq!(p.mul(&scalar), *p.point() * scalar, "{power}");
        }
    }
    for (bits, values) in [(6, [0, 1, 16, 49, 63]), (32, [0, 16, 1 << 31, 1_702_425_600, u64::from(u32::MAX)])] {
        for value in values.map(Scalar::from) {
            assert_eq!(p.mul_short(&value, bits), *p.point() * value);
            assert_eq!(q.mul_short(&value, bits), *q.point() * value);
        }
    }
    let two = FixedBase::<G1>::new(G1Affine::generator());
    let sum = FixedBase::sum_public(&[(&p, &random[0]), (&two, &random[1])], &[*p.point(), *p.point()]);
    assert_eq!(sum, *p.point() * random[0] + G1::generator() * random[1] + *p.point() + *p.point());
    // Equal and opposite entries must not confuse the trees of affine additions.
    assert!(FixedBase::sum_public(&[(&p, &random[0]), (&p, &-random[0])], &[]).is_identity());
    assert_eq!(FixedBase::sum_public(&[(&p, &random[0]), (&p, &random[0])], &[]), p.mul(&(random[0] + random[0])));
}

#[test]
fn sums_of_products_agree_with_the_definition() {
    let mut rng = rng(2);
    for n in [0usize, 1, 2, 3, 10, 23, 24, 25, 70] {
        let mut scalars: Vec<Scalar> = (0..n).map(|_| Scalar::random(&mut rng)).collect();
        let mut points: Vec<G1> = (0..n).map(|_| G1::random(&mut rng)).collect();
        if n > 2 {
            (scalars[0], scalars[1], points[2]) = (Scalar::ZERO, -Scalar::from(5), G1::identity());
        }
        if n > 9 {
            // Equal and opposite points, small and equal scalars.
            (points[5], points[6], points[7]) = (points[4], -points[4], points[4]);
            (scalars[4], scalars[5], scalars[6]) = (scalars[4], scalars[4], scalars[4]);
            (scalars[8], scalars[9]) = (Scalar::ONE, Scalar::from(255));
        }
        let affine = G1::batch_to_affine(&points);
        let expected: G1 = points.iter().zip(&scalars).map(|(point, scalar)| *point * scalar).sum();
        assert_eq!(G1::msm(&affine, &scalars), expected, "{n}");
    }
}

#[test]
fn strict_decoding() {
    let q = hex::decode("01000000fffffffffe5bfeff02a4bd5305d8a10908d83933487d9d2953a7ed73").unwrap();
    assert_eq!(Scalar::from_slice(&q), Err(CurveError::NotCanonicalScalar));
    assert!(Scalar::from_slice(&(-Scalar::ONE).to_bytes()).is_ok());
    assert_eq!(Scalar::from_slice(&[0; 31]), Err(CurveError::Length { kind: "scalar", expected: 32, got: 31 }));

    let good = G1Affine::generator().to_bytes();
    assert_eq!(G1Affine::from_bytes(&good), Ok(G1Affine::generator()));
    let not_a_point = Err(CurveError::NotAPoint { kind: "G1 point" });
    let mut uncompressed = good;
    uncompressed[0] &= 0x7f;
    assert_eq!(G1Affine::from_bytes(&uncompressed), not_a_point);
    // x = p: not canonical, though p = 0 mod p.
    let mut p = [0u8; 48];
    hex::decode_to_slice(
        "1a0111ea397fe69a4b1ba7b6434bacd764774b84f38512bf6730d2a0f6b0f6241eabfffeb153ffffb9feffffffffaaab",
        &mut p,
    )
    .unwrap();
    p[0] |= 0x80;
    assert_eq!(G1Affine::from_bytes(&p), not_a_point);
    // x = 0 gives the point (0, 2) of order 3: on the curve, outside the subgroup.
    let mut small_order = [0u8; 48];
    small_order[0] = 0x80;
    assert_eq!(G1Affine::from_bytes(&small_order), not_a_point);

    let mut identity = [0u8; 48];
    identity[0] = 0xc0;
    assert_eq!(G1Affine::from_bytes(&identity), Ok(G1Affine::identity()));
    assert_eq!(G1Affine::from_bytes_nonidentity(&identity), Err(CurveError::Identity { kind: "G1 point" }));
    for (position, value) in [(0, 0xe0), (0, 0xc1), (47, 1), (20, 0x80)] {
        let mut odd = identity;
        odd[position] = value;
        assert_eq!(G1Affine::from_bytes(&odd), not_a_point, "{position}");
        let mut odd = [0u8; 96];
        odd[0] = 0xc0;
        odd[position] = value;
        assert_eq!(G2Affine::from_bytes(&odd), Err(CurveError::NotAPoint { kind: "G2 point" }), "{position}");
    }
    assert!(G2Affine::from_slice(&[0xc0]).is_err());
}

#[test]
fn serde_forms() {
    let scalar = Scalar::from(0x0102);
    let json = serde_json::to_string(&scalar).unwrap();
    assert_eq!(json, format!("\"0201{}\"", "00".repeat(30)));
    assert_eq!(serde_json::from_str::<Scalar>(&json).unwrap(), scalar);
    let point = G2Affine::generator();
    let upper = serde_json::to_string(&point).unwrap().to_uppercase();
    assert_eq!(serde_json::from_str::<G2Affine>(&upper).unwrap(), point);
    assert!(serde_json::from_str::<G1Affine>("\"00\"").is_err());
    assert!(serde_json::from_str::<G1Affine>(&format!("\"{}\"", "zz".repeat(48))).is_err());
}

#[test]
fn pairings_are_bilinear_and_batches_catch_cancelling_errors() {
    let mut rng = rng(3);
    let (a, b) = (Scalar::random(&mut rng), Scalar::random(&mut rng));
    let (p, q) = (G1Affine::generator(), G2Affine::generator());
    let (ap, bq) = ((p * a).to_affine(), (q * b).to_affine());
    assert_eq!(pairing(&ap, &bq), pairing(&p, &q).pow(&(a * b)));
    assert_eq!(pairing(&ap, &bq) * pairing(&-ap, &bq), nym_curve::Gt::one());
    assert_eq!(pairing(&ap, &bq).inverse(), pairing(&-ap, &bq));
    let terms = (&ap, &G2Prepared::from(bq));
    assert!(pairing_product_is_one(&[
        terms,
        (&-ap, &G2Prepared::from(bq)),
        (&G1Affine::identity(), &G2Prepared::from(bq))
    ]));
    assert!(!pairing_product_is_one(&[terms]));
    assert!(pairing_product_is_one(&[]));
    // More terms than the backend's loop takes at once.
    let many: Vec<G1Affine> = (0..40).map(|i| if i % 2 == 0 { ap } else { -ap }).collect();
    let prepared = G2Prepared::from(bq);
    assert!(pairing_product_is_one(&many.iter().map(|p| (p, &prepared)).collect::<Vec<_>>()));
    assert!(!pairing_product_is_one(&many[1..].iter().map(|p| (p, &prepared)).collect::<Vec<_>>()));

    // e(aP + E, Q) and e(aP − E, Q): unweighted they cancel, weighted they do not.
    let error = G1::random(&mut rng);
    let generator = G2Prepared::from(q);
    let check = |errors: [G1; 2], rng: &mut ChaCha20Rng| {
        let mut batch = PairingBatch::new(&[&generator]);
        for (error, weight) in errors.into_iter().zip(random_weights(2, rng)) {
            batch.add((error + ap).to_affine(), weight, q);
            batch.add_fixed(0, -ap, weight);
        }
        batch.is_one()
    };
    assert!(check([G1::identity(), G1::identity()], &mut rng));
    assert!(!check([error, -error], &mut rng));
}

#[test]
fn interpolation_refuses_bad_indices() {
    assert_eq!(lagrange_at_zero(&[]), Err(CurveError::Empty));
    assert_eq!(lagrange_at_zero(&[1, 0]), Err(CurveError::ZeroIndex));
    assert_eq!(lagrange_at_zero(&[3, 1, 3]), Err(CurveError::DuplicateIndex(3)));
    assert_eq!(lagrange_at_zero(&[9]), Ok(vec![Scalar::ONE]));
    assert_eq!(interpolate_at_zero(&[1], &[]), Err(CurveError::Mismatch { left: 1, right: 0 }));
    let mut zero = [Scalar::ONE, Scalar::ZERO];
    assert!(!Scalar::batch_invert(&mut zero));
}

fn scalar() -> impl Strategy<Value = Scalar> {
    prop_oneof![
        any::<[[u8; 32]; 2]>().prop_map(|halves| Scalar::from_wide_bytes(halves.concat()[..].try_into().unwrap())),
        any::<u64>().prop_map(Scalar::from),
        any::<u64>().prop_map(|value| -Scalar::from(value)),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn field_and_group_laws(a in scalar(), b in scalar(), c in scalar()) {
        prop_assert_eq!((a + b) * c, a * c + b * c);
        prop_assert_eq!(a - a, Scalar::ZERO);
        if let Some(inverse) = a.invert() {
            prop_assert_eq!(a * inverse, Scalar::ONE);
        }
        let g = G1::generator();
        prop_assert_eq!(g * (a + b), g * a + g * b);
        prop_assert_eq!((g * a) * b, g * (a * b));
        prop_assert_eq!(Scalar::from_bytes(&a.to_bytes()), Ok(a));
        let point = (g * a).to_affine();
        prop_assert_eq!(G1Affine::from_bytes(&point.to_bytes()), Ok(point));
        let points = [point, (g * b).to_affine()];
        prop_assert_eq!(G1::msm(&points, &[b, c]), point * b + points[1] * c);
        prop_assert_eq!(hash_parts_to_scalar(&[b"a", b"bc"], b"D"), hash_to_scalar(b"abc", b"D"));
    }

    #[test]
    fn any_threshold_of_shares_gives_the_secret(secret in scalar(), indices in proptest::collection::hash_set(1u64..1000, 5), seed in any::<u8>()) {
        let mut polynomial = Polynomial::random(5, &mut rng(seed));
        polynomial.set_constant_term(secret);
        let indices: Vec<u64> = indices.into_iter().collect();
        let values: Vec<Scalar> = indices.iter().map(|index| polynomial.evaluate(&Scalar::from(*index))).collect();
        prop_assert_eq!(interpolate_at_zero(&indices, &values), Ok(secret));
        prop_assert_ne!(interpolate_at_zero(&indices[1..], &values[1..]), Ok(secret));
        let points: Vec<G2> = values.iter().map(|value| G2::generator() * value).collect();
        let interpolated = interpolate_points_at_zero::<G2>(&indices, &G2::batch_to_affine(&points));
        prop_assert_eq!(interpolated, Ok(G2::generator() * secret));
    }

    #[test]
    fn arbitrary_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..100)) {
        let _ = Scalar::from_slice(&bytes);
        if let Ok(point) = G1Affine::from_slice(&bytes) {
            prop_assert_eq!(point.to_bytes().to_vec(), bytes.clone());
        }
        if let Ok(point) = G2Affine::from_slice(&bytes) {
            prop_assert_eq!(point.to_bytes().to_vec(), bytes);
        }
    }
}
