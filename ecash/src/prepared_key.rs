//! A verification key with everything that is constant while it serves.

use crate::keys::VerificationKeyAuth;
use crate::parameters::{ATTRIBUTES, SET_SIZE_COINS, generators, h1};
use crate::{EcashDay, Result, TicketType};
use nym_curve::{FixedBase, G1, G1Affine, G2, G2Affine, Point};
use std::sync::OnceLock;

/// A checked verification key with its encoding, tables and hashes. Make one per epoch and share it: tables (about
/// 4 MiB when all are in use) and coin hashes are built on first use.
#[derive(Debug)]
pub struct PreparedKey {
    key: VerificationKeyAuth,
    pub(crate) bytes: Vec<u8>,
    pub(crate) alpha: FixedBase<G2>,
    /// β² of sk, v, date and type.
    pub(crate) beta: [FixedBase<G2>; ATTRIBUTES],
    constants: OnceLock<Constants>,
    coin_hashes: OnceLock<Vec<G1Affine>>,
}

/// Public parts of the keys under which the three signatures of a payment verify.
#[derive(Debug)]
pub(crate) struct Constants {
    /// TYPE_EXP·β²_2.
    pub(crate) expiration: G2Affine,
    /// TYPE_IDX·(β²_1 + β²_2).
    pub(crate) index: G2Affine,
    /// typ·β²_3 for each ticket type.
    pub(crate) types: Vec<G2Affine>,
}

impl PreparedKey {
    /// Checks the key; builds nothing yet.
    ///
    /// # Errors
    /// As [`VerificationKeyAuth::check`].
    pub fn new(key: VerificationKeyAuth) -> Result<Self> {
        key.check()?;
        let beta = |j: usize| FixedBase::new(key.beta_g2[j]);
        Ok(Self {
            bytes: key.to_bytes(),
            alpha: FixedBase::new(key.alpha),
            beta: [beta(0), beta(1), beta(2), beta(3)],
            constants: OnceLock::new(),
            coin_hashes: OnceLock::new(),
            key,
        })
    }

    /// The key itself.
    pub fn key(&self) -> &VerificationKeyAuth {
        &self.key
    }

    pub(crate) fn constants(&self) -> &Constants {
        self.constants.get_or_init(|| {
            let generators = generators();
            let beta = |j: usize| G2::from(self.key.beta_g2[j]);
            let points: Vec<G2> = [beta(2) * generators.type_expiration, (beta(1) + beta(2)) * generators.type_index]
                .into_iter()
                .chain(TicketType::ALL.map(|ticket_type| beta(3).mul_u64(u64::from(ticket_type.number()))))
                .collect();
            let points = G2::batch_to_affine(&points);
            Constants { expiration: points[0], index: points[1], types: points[2..].to_vec() }
        })
    }

    /// The bases of coin-index signatures under this master key: H1(key ‖ LE64(index)) for every index.
    pub(crate) fn coin_hashes(&self) -> &[G1Affine] {
        self.coin_hashes.get_or_init(|| {
            let mut message = self.bytes.clone();
            let prefix = message.len();
            let hashes: Vec<G1> = (0..SET_SIZE_COINS as u64)
                .map(|index| {
                    message.truncate(prefix);
                    message.extend(index.to_le_bytes());
                    h1(&message)
                })
                .collect();
            G1::batch_to_affine(&hashes)
        })
    }

    /// S·β²_1 + TYPE_EXP·β²_2, what the expiration signature of a payment adds to κ_e.
    pub(crate) fn spend_date_term(&self, day: EcashDay) -> G2 {
        FixedBase::sum_public(&[(&self.beta[1], &day.attribute())], &[self.constants().expiration])
    }
}
