//! Constants and generators of the scheme (`docs/protocol/crypto.md` §0.4, §1.1, §1.2).

use nym_curve::{FixedBase, G1, G1Affine, G2, G2Affine, G2Prepared, Point, Scalar, hash_parts_to_scalar, hash_to_g1};
use std::sync::LazyLock;

/// Tickets in a ticketbook.
pub const TICKETBOOK_SIZE: u64 = 50;
/// Days a ticketbook is valid, the day of issuance included.
pub const VALIDITY_DAYS: u16 = 7;
/// Seconds in a day.
pub const SECONDS_PER_DAY: u32 = 86_400;
/// Attributes of a ticketbook: user secret, wallet secret, expiration date, ticket type.
pub const ATTRIBUTES: usize = 4;

pub(crate) const SET_SIZE_COINS: usize = 50;
pub(crate) const SET_SIZE_DATES: usize = 7;

const G1_DOMAIN: &[u8] = b"NYMECASH-V01-CS02-with-BLS12381G1_XMD:SHA-256_SSWU_RO_";
const SCALAR_DOMAIN: &[u8] = b"NYMECASH-V01-CS02-with-expander-SHA256";

/// H1: to a point of G1.
pub(crate) fn h1(message: &[u8]) -> G1 {
    hash_to_g1(message, G1_DOMAIN)
}

/// Hs: to a scalar, of the concatenation of `parts`.
pub(crate) fn hs(parts: &[&[u8]]) -> Scalar {
    hash_parts_to_scalar(parts, SCALAR_DOMAIN)
}

/// The public generators, with the tables and encodings that proofs need. One instance serves the process.
pub(crate) struct Generators {
    pub(crate) g1: FixedBase<G1>,
    pub(crate) g2: FixedBase<G2>,
    pub(crate) g2_prepared: G2Prepared,
    pub(crate) gamma1: FixedBase<G1>,
    pub(crate) gamma2: FixedBase<G1>,
    pub(crate) gamma3: FixedBase<G1>,
    pub(crate) gamma4: FixedBase<G1>,
    pub(crate) delta: FixedBase<G1>,
    pub(crate) g1_bytes: [u8; 48],
    pub(crate) g2_bytes: [u8; 96],
    /// γ1 ‖ γ2 ‖ γ3 ‖ γ4.
    pub(crate) gammas_bytes: Vec<u8>,
    /// Marks expiration-date signatures (ASCII `ZKNYMEXPIRATIONDATE4llCBMEypAxr3`, little-endian).
    pub(crate) type_expiration: Scalar,
    /// Marks coin-index signatures (ASCII `ZKNYMSINDICESh^7gTYbhnap*12n5GG6`, little-endian).
    pub(crate) type_index: Scalar,
}

/// The generators, derived on first use.
pub(crate) fn generators() -> &'static Generators {
    static GENERATORS: LazyLock<Generators> = LazyLock::new(|| {
        let gammas = [h1(b"gamma1"), h1(b"gamma2"), h1(b"gamma3"), h1(b"gamma4")].map(|gamma| gamma.to_affine());
        let gammas_bytes = gammas.iter().flat_map(|gamma| gamma.to_bytes()).collect();
        let [gamma1, gamma2, gamma3, gamma4] = gammas.map(FixedBase::new);
        let type_scalar = |ascii| Scalar::from_bytes(ascii).expect("both type constants are below the group order");
        Generators {
            g1: FixedBase::new(G1Affine::generator()),
            g2: FixedBase::new(G2Affine::generator()),
            g2_prepared: G2Prepared::from(G2Affine::generator()),
            gamma1,
            gamma2,
            gamma3,
            gamma4,
            delta: FixedBase::new(h1(b"delta").to_affine()),
            g1_bytes: G1Affine::generator().to_bytes(),
            g2_bytes: G2Affine::generator().to_bytes(),
            gammas_bytes,
            type_expiration: type_scalar(b"ZKNYMEXPIRATIONDATE4llCBMEypAxr3"),
            type_index: type_scalar(b"ZKNYMSINDICESh^7gTYbhnap*12n5GG6"),
        }
    });
    &GENERATORS
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests may fail loudly")]

    use super::*;
    use crate::PayInfo;

    #[test]
    fn reference_generators_and_hashes() {
        let vectors: serde_json::Value = serde_json::from_str(include_str!("../vectors/spec.json")).unwrap();
        let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
        let generators = generators();
        for (name, base) in [
            ("gamma1", &generators.gamma1),
            ("gamma2", &generators.gamma2),
            ("gamma3", &generators.gamma3),
            ("gamma4", &generators.gamma4),
            ("delta", &generators.delta),
        ] {
            assert_eq!(hex::encode(base.point().to_bytes()), text(&vectors["generators"][name]), "{name}");
        }
        assert_eq!(hex::encode(hs(&[]).to_bytes()), text(&vectors["hash_of_empty"]));
        for position in 0..2 {
            let scalar = PayInfo([6; 72]).ticket_scalar(position);
            assert_eq!(hex::encode(scalar.to_bytes()), text(&vectors["ticket_scalars"][position]));
        }
    }
}
