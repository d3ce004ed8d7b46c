//! Reading and writing the byte forms (`docs/protocol/crypto.md` §8): fixed-size elements and big-endian 32-bit counts.

use crate::DkgError;
use nym_curve::{G1Affine, G2Affine, Scalar};

/// Bytes from outside, consumed front to back. Counts are checked against what is left before anything is allocated.
pub(crate) struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    pub(crate) fn bytes(&mut self, count: usize, what: &'static str) -> Result<&'a [u8], DkgError> {
        let left = self.rest.len();
        let (head, tail) =
            self.rest.split_at_checked(count).ok_or(DkgError::Truncated { what, needed: count as u64, left })?;
        self.rest = tail;
        Ok(head)
    }

    fn array<const N: usize>(&mut self, what: &'static str) -> Result<&'a [u8; N], DkgError> {
        let bytes = self.bytes(N, what)?;
        Ok(bytes.try_into().expect("exactly N bytes were taken"))
    }

    pub(crate) fn u64(&mut self, what: &'static str) -> Result<u64, DkgError> {
        self.array(what).map(|bytes| u64::from_be_bytes(*bytes))
    }

    /// A count of elements of `size` bytes each, all of which are there.
    pub(crate) fn count(&mut self, size: usize, what: &'static str) -> Result<usize, DkgError> {
        let count = u32::from_be_bytes(*self.array(what)?);
        let needed = u64::from(count) * size as u64;
        if needed > self.rest.len() as u64 {
            return Err(DkgError::Truncated { what, needed, left: self.rest.len() });
        }
        Ok(usize::try_from(count).expect("a count of elements that are in memory fits usize"))
    }

    /// A count that must be `expected`, of elements that are all there.
    pub(crate) fn exact_count(&mut self, expected: usize, size: usize, what: &'static str) -> Result<(), DkgError> {
        let got = self.count(size, what)?;
        if got == expected { Ok(()) } else { Err(DkgError::WrongCount { what, expected, got }) }
    }

    /// A block preceded by its length.
    pub(crate) fn block(&mut self, what: &'static str) -> Result<&'a [u8], DkgError> {
        let length = self.count(1, what)?;
        self.bytes(length, what)
    }

    pub(crate) fn g1(&mut self, what: &'static str) -> Result<G1Affine, DkgError> {
        G1Affine::from_bytes(self.array(what)?).map_err(|source| DkgError::Element { what, source })
    }

    pub(crate) fn g2(&mut self, what: &'static str) -> Result<G2Affine, DkgError> {
        G2Affine::from_bytes(self.array(what)?).map_err(|source| DkgError::Element { what, source })
    }

    pub(crate) fn scalar(&mut self, what: &'static str) -> Result<Scalar, DkgError> {
        Scalar::from_bytes(self.array(what)?).map_err(|source| DkgError::Element { what, source })
    }

    pub(crate) fn g1s(&mut self, count: usize, what: &'static str) -> Result<Vec<G1Affine>, DkgError> {
        (0..count).map(|_| self.g1(what)).collect()
    }

    pub(crate) fn g2s(&mut self, count: usize, what: &'static str) -> Result<Vec<G2Affine>, DkgError> {
        (0..count).map(|_| self.g2(what)).collect()
    }

    pub(crate) fn g1_array<const N: usize>(&mut self, what: &'static str) -> Result<[G1Affine; N], DkgError> {
        let mut points = [G1Affine::identity(); N];
        for point in &mut points {
            *point = self.g1(what)?;
        }
        Ok(points)
    }

    pub(crate) fn finish(self, what: &'static str) -> Result<(), DkgError> {
        if self.rest.is_empty() { Ok(()) } else { Err(DkgError::TrailingBytes { what, left: self.rest.len() }) }
    }
}

pub(crate) fn put_count(out: &mut Vec<u8>, count: usize) {
    let count = u32::try_from(count).expect("lists are bounded by the number of receivers");
    out.extend_from_slice(&count.to_be_bytes());
}

pub(crate) fn put_g1s<'a>(out: &mut Vec<u8>, points: impl IntoIterator<Item = &'a G1Affine>) {
    for point in points {
        out.extend_from_slice(&point.to_bytes());
    }
}

pub(crate) fn put_g2s<'a>(out: &mut Vec<u8>, points: impl IntoIterator<Item = &'a G2Affine>) {
    for point in points {
        out.extend_from_slice(&point.to_bytes());
    }
}

pub(crate) fn put_scalars<'a>(out: &mut Vec<u8>, scalars: impl IntoIterator<Item = &'a Scalar>) {
    for scalar in scalars {
        out.extend_from_slice(&scalar.to_bytes());
    }
}

/// Refuses the identity in a list of points.
pub(crate) fn no_identity<'a>(
    points: impl IntoIterator<Item = &'a G1Affine>,
    what: &'static str,
) -> Result<(), DkgError> {
    if points.into_iter().any(G1Affine::is_identity) { Err(DkgError::Identity { what }) } else { Ok(()) }
}
