//! Who takes part: node indices.

use crate::DkgError;
use nym_curve::Scalar;
use std::fmt;
use std::num::NonZeroU64;

/// The index that the contract gave a dealer; also where the polynomial is evaluated for that dealer's share.
///
/// Never zero, because the value at zero is the secret (`docs/protocol/crypto.md` §11.6).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeIndex(NonZeroU64);

impl NodeIndex {
    /// # Errors
    /// [`DkgError::ZeroIndex`] for zero.
    pub fn new(index: u64) -> Result<Self, DkgError> {
        NonZeroU64::new(index).map(Self).ok_or(DkgError::ZeroIndex)
    }

    /// The bare number.
    pub fn get(self) -> u64 {
        self.0.get()
    }

    pub(crate) fn scalar(self) -> Scalar {
        Scalar::from(self.get())
    }
}

impl TryFrom<u64> for NodeIndex {
    type Error = DkgError;
    fn try_from(index: u64) -> Result<Self, DkgError> {
        Self::new(index)
    }
}

impl fmt::Display for NodeIndex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
