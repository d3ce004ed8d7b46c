//! What can be wrong with bytes or arguments.

use thiserror::Error;

/// Why bytes are not a scalar or a point, or why arguments cannot be used.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum CurveError {
    /// The length is not the one of the type.
    #[error("a {kind} takes {expected} bytes, {got} were given")]
    Length {
        /// `scalar`, `G1 point` or `G2 point`.
        kind: &'static str,
        /// Length of the encoding in bytes.
        expected: usize,
        /// Length that was given.
        got: usize,
    },
    /// A scalar that is not below the group order.
    #[error("the scalar is not below the group order: only the canonical encoding is accepted")]
    NotCanonicalScalar,
    /// Bytes that are no point of the prime-order subgroup in canonical compressed form.
    #[error("the bytes are no {kind}: x must be canonical, the point on the curve and in the prime-order subgroup")]
    NotAPoint {
        /// `G1 point` or `G2 point`.
        kind: &'static str,
    },
    /// The identity where a protocol forbids it.
    #[error("the {kind} is the identity, which is not allowed here")]
    Identity {
        /// `G1 point` or `G2 point`.
        kind: &'static str,
    },
    /// Text that is not hexadecimal.
    #[error("the text is not hexadecimal")]
    Hex,
    /// An interpolation point at the origin.
    #[error("index 0 cannot be an interpolation point: the secret itself lives there")]
    ZeroIndex,
    /// An interpolation point given twice.
    #[error("index {0} appears more than once among the interpolation points")]
    DuplicateIndex(u64),
    /// Nothing to interpolate.
    #[error("at least one share is needed")]
    Empty,
    /// Two lists that belong together differ in length.
    #[error("{left} values do not pair with {right}")]
    Mismatch {
        /// Length of the first list.
        left: usize,
        /// Length of the second list.
        right: usize,
    },
}
