//! The public parameters (`docs/protocol/crypto.md` §8.1).

use nym_curve::{FixedBase, G1, G1Affine, G2, G2Affine, G2Prepared, Point, hash_to_g2};
use std::sync::LazyLock;
use subtle::{ConditionallySelectable, ConstantTimeEq};

const SETUP_DOMAIN: &[u8] = b"NYM_COCONUT_NIDKG_V01_CS01_WITH_BLS12381G2_XMD:SHA-256_SSWU_RO_SETUP";

/// Values f_0..f_255 of the collapsed tree; each has one element d_i in a decryption key.
pub(crate) const TREE_HEIGHT: usize = 256;

/// The points that ciphertexts are built on, with tables for secret multiples. Built once per process: 0.8 MB.
pub(crate) struct Setup {
    pub(crate) g1: FixedBase<G1>,
    pub(crate) g1_chunks: ChunkTable,
    pub(crate) g2: FixedBase<G2>,
    pub(crate) f: FixedBase<G2>,
    pub(crate) h: FixedBase<G2>,
    pub(crate) f_prepared: G2Prepared,
    pub(crate) h_prepared: G2Prepared,
    pub(crate) g2_prepared: G2Prepared,
}

pub(crate) fn setup() -> &'static Setup {
    static SETUP: LazyLock<Setup> = LazyLock::new(|| {
        let f = G2Affine::from_bytes(&F).expect("the constant is a point of G2");
        let h = G2Affine::from_bytes(&H).expect("the constant is a point of G2");
        Setup {
            g1: FixedBase::new(G1Affine::generator()),
            g1_chunks: ChunkTable::new(),
            g2: FixedBase::new(G2Affine::generator()),
            f: FixedBase::new(f),
            h: FixedBase::new(h),
            f_prepared: G2Prepared::from(f),
            h_prepared: G2Prepared::from(h),
            g2_prepared: G2Prepared::from(G2Affine::generator()),
        }
    });
    &SETUP
}

/// 0..=15 times g1, 2^4·g1, 2^8·g1 and 2^12·g1: a chunk's multiple in four additions.
pub(crate) struct ChunkTable([[G1Affine; 16]; 4]);

impl ChunkTable {
    fn new() -> Self {
        let rows = [0, 4, 8, 12].map(|shift| {
            let row: [G1; 16] = std::array::from_fn(|factor| G1::generator().mul_u64((factor as u64) << shift));
            G1::batch_to_affine(&row).try_into().expect("sixteen multiples")
        });
        Self(rows)
    }

    /// chunk·g1 in constant time: every entry is read.
    pub(crate) fn mul(&self, chunk: u16) -> G1 {
        let mut sum = G1::identity();
        for (shift, row) in [0, 4, 8, 12].into_iter().zip(&self.0) {
            let digit = (chunk >> shift) & 15;
            let mut entry = row[0];
            for (index, candidate) in (1u16..).zip(&row[1..]) {
                entry.conditional_assign(candidate, index.ct_eq(&digit));
            }
            sum += entry;
        }
        sum
    }
}

/// What only the generation of a decryption key needs: f0 and fh_0..fh_255, 257 hashes to G2.
pub(crate) struct Tree {
    pub(crate) root: G2Affine,
    pub(crate) levels: Vec<G2Affine>,
}

pub(crate) fn tree() -> &'static Tree {
    static TREE: LazyLock<Tree> = LazyLock::new(|| {
        let mut points: Vec<G2> = vec![hash_to_g2(b"f0", SETUP_DOMAIN)];
        points.extend((0..TREE_HEIGHT).map(|level| hash_to_g2(format!("fh{level}").as_bytes(), SETUP_DOMAIN)));
        let mut points = G2::batch_to_affine(&points);
        let levels = points.split_off(1);
        Tree { root: points[0], levels }
    });
    &TREE
}

/// f = f0 + Σ fh_i, a constant because every bit of the collapsed tree counts as one; stored to spare the hashes.
const F: [u8; 96] = [
    0xac, 0xbc, 0x08, 0xaa, 0x74, 0xad, 0x56, 0x72, 0x4d, 0x50, 0x9a, 0x57, 0x27, 0xf8, 0x13, 0x2d, 0x4d, 0x04, 0xf1,
    0xc8, 0xd9, 0xb5, 0x25, 0xec, 0x8f, 0x97, 0x88, 0x21, 0xb1, 0x13, 0x82, 0x75, 0x2a, 0x8b, 0xe3, 0x1e, 0x7d, 0x7d,
    0x4c, 0xb6, 0x37, 0x4e, 0x9d, 0xfb, 0x76, 0x55, 0x1c, 0x6f, 0x00, 0x70, 0x4e, 0xaf, 0x5a, 0x79, 0xd8, 0x68, 0xb8,
    0xf1, 0xad, 0x7f, 0x89, 0x18, 0x42, 0xef, 0x6e, 0xbf, 0x14, 0xe7, 0x1f, 0x2f, 0xce, 0xfa, 0x29, 0x81, 0x14, 0x3d,
    0x97, 0xfa, 0x01, 0x92, 0xc0, 0xd3, 0x67, 0x48, 0xb1, 0xc4, 0x4e, 0xd0, 0x41, 0xe3, 0x53, 0x96, 0x21, 0xe0, 0x88,
    0xac,
];

/// h, hashed from `h`; stored beside [`F`].
const H: [u8; 96] = [
    0xa0, 0x13, 0xe3, 0xe5, 0xc2, 0x90, 0x85, 0xc1, 0x97, 0x22, 0x01, 0x1d, 0x27, 0xa1, 0x15, 0x23, 0xf1, 0x74, 0x6e,
    0x14, 0xc3, 0x61, 0x09, 0xea, 0x8a, 0x9c, 0xed, 0xf2, 0x3d, 0x32, 0x53, 0xf1, 0xaa, 0x5c, 0xdf, 0x6a, 0x91, 0xe0,
    0x91, 0x06, 0x8c, 0x7f, 0x65, 0x69, 0xff, 0x62, 0xb9, 0xec, 0x08, 0x39, 0x4e, 0xe6, 0x78, 0xda, 0x0f, 0xd3, 0xc8,
    0x56, 0x8b, 0x98, 0x28, 0x69, 0xcf, 0xf3, 0x3a, 0x40, 0xa5, 0xf6, 0x07, 0x3d, 0xd6, 0x3c, 0x6c, 0x87, 0xf8, 0xcd,
    0xaa, 0xd7, 0x74, 0x74, 0xc4, 0x1f, 0xf7, 0x76, 0xc4, 0xfc, 0x10, 0xab, 0x2c, 0x81, 0xa3, 0x9e, 0x28, 0x75, 0xab,
    0x2b,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chunk_table_multiplies() {
        for chunk in [0, 1, 15, 16, 0x1234, 0xf0f0, u16::MAX] {
            assert_eq!(setup().g1_chunks.mul(chunk), G1::generator().mul_u64(u64::from(chunk)));
        }
    }

    #[test]
    fn stored_constants_are_the_hashed_ones() {
        let published = crate::published::published().setup;
        let tree = tree();
        assert_eq!(hex::encode(tree.root.to_bytes()), published.f0);
        assert_eq!(hex::encode(tree.levels[0].to_bytes()), published.fh0);
        let f = tree.levels.iter().fold(G2::from(tree.root), |sum, level| sum + *level);
        assert_eq!(hex::encode(f.to_bytes()), published.f);
        assert_eq!(f.to_bytes(), F);
        let h = hash_to_g2(b"h", SETUP_DOMAIN);
        assert_eq!(hex::encode(h.to_bytes()), published.h);
        assert_eq!(h.to_bytes(), H);
    }
}
