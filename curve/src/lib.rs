//! BLS12-381 as the e-cash scheme and the distributed key generation need it.
//!
//! What it is: scalars and points with strict decoding, multi-scalar multiplication, fixed-base tables, merged
//! pairings, hashing and interpolation over one of two backends: `blst` (feature `blst`, the native default) or pure
//! Rust (feature `pure`, for wasm32). Both give the same bytes. What it is not: a general curve library or a
//! protocol; it knows no domain strings and no message formats.
//!
//! Multiplication operators and [`FixedBase::mul`] are constant time in the scalar; functions with `msm`, `sum` or
//! `public` in their name are faster and for public scalars only.
//!
//! ```
//! use nym_curve::{G1, G1Affine, G2Affine, G2Prepared, Point, Scalar, pairing_product_is_one};
//!
//! let secret = Scalar::from(7);
//! let message = nym_curve::hash_to_g1(b"message", b"EXAMPLE-DOMAIN");
//! let signature = (message * secret).to_affine();
//! let public = G2Prepared::from(G2Affine::generator() * secret);
//! let generator = G2Prepared::from(G2Affine::generator());
//! assert!(pairing_product_is_one(&[(&message.to_affine(), &public), (&-signature, &generator)]));
//! assert_eq!(G1Affine::from_bytes(&signature.to_bytes()), Ok(signature));
//! ```

mod backend;
mod batch;
mod comb;
mod discrete_log;
mod encoding;
mod error;
mod hash;
mod interpolation;
mod msm;
mod pairing;
mod point;
mod scalar;
mod table;
#[cfg(feature = "testing")]
pub mod testing;

pub use batch::{PairingBatch, random_weights};
pub use comb::Comb;
pub use discrete_log::{DiscreteLogs, LogarithmGroup};
pub use error::CurveError;
pub use hash::{challenge, hash_parts_to_scalar, hash_to_g1, hash_to_g2, hash_to_scalar};
pub use interpolation::{Polynomial, interpolate_at_zero, interpolate_points_at_zero, lagrange_at_zero};
pub use pairing::{G2Prepared, Gt, MillerLoop, multi_miller_loop, pairing, pairing_product, pairing_product_is_one};
pub use point::{G1, G1Affine, G2, G2Affine, Point};
pub use scalar::Scalar;
pub use table::FixedBase;

/// The backend that is compiled in: `blst` or `bls12_381`.
pub const BACKEND: &str = backend::NAME;
