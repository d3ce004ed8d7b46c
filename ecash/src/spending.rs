//! What a client hands to a provider, and a provider to the signers (`docs/protocol/crypto.md` §6.4).

use crate::encoding::{from_bin, to_bin};
use crate::payment::{Claim, PayInfo, Payment};
use crate::prepared_key::PreparedKey;
use crate::{EcashDay, EcashError, Result};
use serde::{Deserialize, Serialize};

/// A payment with its payment info, day and epoch.
///
/// Two encodings exist: the byte form ([`Self::to_bytes`]; gateway protocol and databases) and serde (JSON and
/// bincode; WireGuard registration, verification by signers).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CredentialSpendingData {
    /// The payment.
    pub payment: Payment,
    /// What the payment is bound to.
    pub pay_info: PayInfo,
    /// The day of spending as the payer states it.
    pub spend_date: EcashDay,
    /// The key epoch of the ticketbook.
    pub epoch_id: u64,
}

impl CredentialSpendingData {
    const OVERHEAD: usize = 4 + PayInfo::LEN + 4 + 8;

    /// BE32(length) ‖ payment ‖ payment info ‖ BE32(Julian day) ‖ BE64(epoch).
    pub fn to_bytes(&self) -> Vec<u8> {
        let payment = self.payment.to_bytes();
        let mut bytes = Vec::with_capacity(payment.len() + Self::OVERHEAD);
        bytes.extend(u32::try_from(payment.len()).expect("payments have at most fifty tickets").to_be_bytes());
        bytes.extend(payment);
        bytes.extend(self.pay_info.0);
        bytes.extend(self.spend_date.julian_day().to_be_bytes());
        bytes.extend(self.epoch_id.to_be_bytes());
        bytes
    }

    /// Reads [`Self::to_bytes`].
    ///
    /// # Errors
    /// Any other length than stated, or parts that do not decode.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self> {
        let object = "spending data";
        let early = || EcashError::Malformed { object, reason: "the bytes end early".into() };
        let (len, rest) = bytes.split_first_chunk::<4>().ok_or_else(early)?;
        let len = usize::try_from(u32::from_be_bytes(*len)).map_err(|_| early())?;
        let expected = len.checked_add(Self::OVERHEAD).ok_or_else(early)?;
        if bytes.len() != expected {
            return Err(EcashError::Length { object, expected, got: bytes.len() });
        }
        let (payment, rest) = rest.split_at(len);
        let (pay_info, rest) = rest.split_first_chunk::<72>().ok_or_else(early)?;
        let (julian, rest) = rest.split_first_chunk::<4>().ok_or_else(early)?;
        let epoch: [u8; 8] = rest.try_into().map_err(|_| early())?;
        Ok(Self {
            payment: Payment::from_bytes(payment)?,
            pay_info: PayInfo(*pay_info),
            spend_date: EcashDay::from_julian_day(i32::from_be_bytes(*julian))?,
            epoch_id: u64::from_be_bytes(epoch),
        })
    }

    /// The serde form in bincode.
    pub fn to_bin(&self) -> Vec<u8> {
        to_bin(self)
    }

    /// Reads [`Self::to_bin`].
    ///
    /// # Errors
    /// Bytes that are none.
    pub fn from_bin(bytes: &[u8]) -> Result<Self> {
        from_bin("spending data", bytes, Payment::MAX_LEN + 128)
    }

    /// Base58 of the byte form.
    pub fn to_base58(&self) -> String {
        bs58::encode(self.to_bytes()).into_string()
    }

    /// The claim to verify under the master key of the stated epoch.
    pub fn claim<'a>(&'a self, key: &'a PreparedKey) -> Claim<'a> {
        Claim { payment: &self.payment, pay_info: &self.pay_info, day: self.spend_date, key }
    }
}

/// The gateway protocol's request; its byte form is that of the data, its serde form `{"data":{…}}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CredentialSpendingRequest {
    /// The payment.
    pub data: CredentialSpendingData,
}

/// What a client shows for bandwidth.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum BandwidthCredential {
    /// A ticket.
    ZkNym(Box<CredentialSpendingData>),
    /// A token while the network runs in upgrade mode.
    UpgradeModeJWT {
        /// The JSON web token.
        token: String,
    },
}

impl BandwidthCredential {
    /// The binary form.
    pub fn to_bin(&self) -> Vec<u8> {
        to_bin(self)
    }

    /// Reads [`Self::to_bin`].
    ///
    /// # Errors
    /// Bytes that are none.
    pub fn from_bin(bytes: &[u8]) -> Result<Self> {
        from_bin("bandwidth credential", bytes, Payment::MAX_LEN + 256)
    }
}
