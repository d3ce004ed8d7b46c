//! What travels: payment info and payment (§4.1, §4.3).

use super::proof::SpendProof;
use crate::encoding::{from_bin, to_bin};
use crate::parameters::{TICKETBOOK_SIZE, hs};
use crate::{EcashError, Result, Signature, TicketType};
use nym_curve::{G1Affine, G2Affine, Scalar};
use rand_core::{CryptoRng, RngCore};
use serde::de::{Error, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;

/// Identifies a spent ticket: the compressed serial number S = 1/(v + index + 1)·δ.
pub type SerialNumber = [u8; 48];

/// To whom and when a payment is made: 72 bytes. The same payment info twice is a replay; two payments of one ticket
/// with different payment infos reveal the payer.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct PayInfo(pub [u8; 72]);

impl PayInfo {
    /// Length in bytes.
    pub const LEN: usize = 72;

    /// For a provider (its Ed25519 identity key) at a Unix time in seconds, with fresh randomness.
    pub fn new<R: RngCore + CryptoRng + ?Sized>(provider: &[u8; 32], unix_seconds: i64, rng: &mut R) -> Self {
        let mut bytes = [0; 72];
        rng.fill_bytes(&mut bytes[..32]);
        bytes[32..40].copy_from_slice(&unix_seconds.to_be_bytes());
        bytes[40..].copy_from_slice(provider);
        Self(bytes)
    }

    /// Unix time in seconds stated by the payer.
    pub fn timestamp(&self) -> i64 {
        let bytes = self.0[32..40].try_into().expect("eight of 72 bytes");
        i64::from_be_bytes(bytes)
    }

    /// Identity key of the provider that is paid.
    pub fn provider(&self) -> &[u8; 32] {
        self.0[40..].try_into().expect("the last 32 of 72 bytes")
    }

    /// R_k for the ticket at position `position` of the payment.
    pub(crate) fn ticket_scalar(&self, position: usize) -> Scalar {
        hs(&[&self.0, &(position as u64).to_le_bytes()])
    }
}

impl fmt::Debug for PayInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PayInfo({})", hex::encode(self.0))
    }
}

impl Serialize for PayInfo {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(&self.0)
    }
}

impl<'de> Deserialize<'de> for PayInfo {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_bytes(PayInfoVisitor)
    }
}

struct PayInfoVisitor;

impl<'de> Visitor<'de> for PayInfoVisitor {
    type Value = PayInfo;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("72 bytes of payment info")
    }

    fn visit_bytes<E: Error>(self, bytes: &[u8]) -> Result<PayInfo, E> {
        bytes.try_into().map(PayInfo).map_err(|_| E::invalid_length(bytes.len(), &self))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<PayInfo, A::Error> {
        let mut bytes = [0; 72];
        for (position, byte) in bytes.iter_mut().enumerate() {
            *byte = sequence.next_element()?.ok_or_else(|| A::Error::invalid_length(position, &self))?;
        }
        if sequence.next_element::<u8>()?.is_some() {
            return Err(A::Error::invalid_length(73, &self));
        }
        Ok(PayInfo(bytes))
    }
}

/// Tickets spent at once, with the proof that they come from a valid ticketbook.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Payment {
    /// Blinded key for the ticketbook's signature.
    pub kappa: G2Affine,
    /// Blinded key for the expiration-date signature.
    pub kappa_e: G2Affine,
    /// The randomised signature of the ticketbook.
    pub sig: Signature,
    /// The randomised expiration-date signature.
    pub sig_exp: Signature,
    /// Blinded keys for the coin-index signatures.
    pub kappa_k: Vec<G2Affine>,
    /// The randomised coin-index signatures.
    pub omega: Vec<Signature>,
    /// Serial numbers.
    pub ss: Vec<G1Affine>,
    /// Double-spending tags.
    pub tt: Vec<G1Affine>,
    /// Commitments to ticket indices.
    pub aa: Vec<G1Affine>,
    /// Number of tickets.
    pub spend_value: u64,
    /// Commitment to the wallet secret.
    pub cc: G1Affine,
    /// Ticket type; signed with the ticketbook.
    pub t_type: u8,
    /// Ties everything together.
    pub zk_proof: SpendProof,
}

impl Payment {
    /// Longest binary form: all tickets of a ticketbook with the coin-index proof (integers beyond one byte included).
    pub const MAX_LEN: usize = 683 + 507 * 50 + 64;

    /// The binary form: 683 + 507·l bytes for l tickets (474·l from clients that omit the coin-index proof).
    pub fn to_bytes(&self) -> Vec<u8> {
        to_bin(self)
    }

    /// Reads [`Self::to_bytes`]. Points and scalars are checked; whether the payment holds is [`super::verify`]'s.
    ///
    /// # Errors
    /// Bytes that are no payment, or too many.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self> {
        from_bin("payment", bytes, Self::MAX_LEN)
    }

    /// The serial numbers in compressed form.
    pub fn serial_numbers(&self) -> Vec<SerialNumber> {
        self.ss.iter().map(G1Affine::to_bytes).collect()
    }

    /// All serial numbers in one string: base58 of their concatenation.
    pub fn encoded_serial_number(&self) -> String {
        bs58::encode(self.serial_numbers().concat()).into_string()
    }

    /// The ticket type.
    ///
    /// # Errors
    /// [`EcashError::UnknownTicketType`].
    pub fn ticket_type(&self) -> Result<TicketType> {
        TicketType::try_from(self.t_type)
    }

    /// The checks that need no arithmetic, made before any list is indexed: between 1 and 50 tickets, every list as
    /// long as the number of tickets, three attribute responses, zero or that many coin-index responses, no identity,
    /// known type, distinct serial numbers.
    ///
    /// # Errors
    /// What fails first.
    pub fn check_shape(&self) -> Result<()> {
        if self.spend_value == 0 {
            return Err(EcashError::NoTickets);
        }
        if self.spend_value > TICKETBOOK_SIZE {
            return Err(EcashError::NotEnoughTickets { wanted: self.spend_value, left: TICKETBOOK_SIZE });
        }
        self.ticket_type()?;
        let proof = &self.zk_proof;
        let tickets = self.ss.len();
        if tickets as u64 != self.spend_value {
            let expected = usize::try_from(self.spend_value).unwrap_or(usize::MAX);
            return Err(EcashError::ListLength { list: "ss", expected, got: tickets });
        }
        for (list, got) in [
            ("tt", self.tt.len()),
            ("aa", self.aa.len()),
            ("kappa_k", self.kappa_k.len()),
            ("omega", self.omega.len()),
            ("responses_l", proof.responses_l.len()),
            ("responses_o_a", proof.responses_o_a.len()),
            ("responses_mu", proof.responses_mu.len()),
            ("responses_o_mu", proof.responses_o_mu.len()),
        ] {
            if got != tickets {
                return Err(EcashError::ListLength { list, expected: tickets, got });
            }
        }
        let got = proof.responses_attributes.len();
        if got != 3 {
            return Err(EcashError::ListLength { list: "responses_attributes", expected: 3, got });
        }
        let got = proof.responses_r_k.len();
        if got != 0 && got != tickets {
            return Err(EcashError::ListLength { list: "responses_r_k", expected: tickets, got });
        }
        self.check_identities()?;
        let mut serials = self.serial_numbers();
        serials.sort_unstable();
        if serials.windows(2).any(|pair| pair[0] == pair[1]) {
            return Err(EcashError::RepeatedSerialNumber);
        }
        Ok(())
    }

    fn check_identities(&self) -> Result<()> {
        let g1 = self.ss.iter().chain(&self.tt).chain(&self.aa).chain([&self.cc]).any(G1Affine::is_identity);
        let g2 = self.kappa_k.iter().chain([&self.kappa, &self.kappa_e]).any(G2Affine::is_identity);
        if g1 || g2 {
            return Err(EcashError::Identity("a point of the payment"));
        }
        self.sig.check_nonidentity("the payment's ticketbook signature")?;
        self.sig_exp.check_nonidentity("the payment's expiration-date signature")?;
        self.omega.iter().try_for_each(|omega| omega.check_nonidentity("a coin-index signature of the payment"))
    }
}
