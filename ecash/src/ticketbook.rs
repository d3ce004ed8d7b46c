//! What clients store and exchange as files (`docs/protocol/crypto.md` §6.3).

use crate::date::date_string;
use crate::encoding::{from_bin, to_bin};
use crate::keys::{KeyPairUser, SecretKeyUser, VerificationKeyAuth};
use crate::sets::{CoinIndexSignature, ExpirationDateSignature};
use crate::withdrawal::{Wallet, WalletSignatures};
use crate::{EcashDay, EcashError, Result, TicketType};
use serde::{Deserialize, Serialize};
use zeroize::Zeroize;

/// Serialised data with its revision.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VersionSerialised {
    /// Binary form of the object.
    pub data: Vec<u8>,
    /// How to read it.
    pub revision: u8,
}

/// An object that is stored with a revision byte.
pub trait Stored: Serialize + serde::de::DeserializeOwned {
    /// What error messages call it.
    const NAME: &'static str;
    /// The revision that is written, and the only one that is read.
    const REVISION: u8;

    /// The binary form with its revision.
    fn pack(&self) -> VersionSerialised {
        VersionSerialised { data: to_bin(self), revision: Self::REVISION }
    }

    /// Reads a binary form of a stated revision.
    ///
    /// # Errors
    /// [`EcashError::UnknownRevision`], or bytes that do not decode.
    fn unpack(data: &[u8], revision: u8) -> Result<Self> {
        if revision != Self::REVISION {
            return Err(EcashError::UnknownRevision { object: Self::NAME, revision });
        }
        from_bin(Self::NAME, data, MAX_FILE)
    }
}

/// An importable ticketbook with all three global items is about 8 KiB.
const MAX_FILE: usize = 64 * 1024;

/// A ticketbook that is paid for and not issued yet.
#[derive(Clone, Serialize, Deserialize)]
pub struct IssuanceTicketBook {
    /// The deposit that pays for it.
    pub deposit_id: u32,
    /// Seed of the Ed25519 key named in the deposit.
    pub signing_key: [u8; 32],
    /// The client's e-cash keys.
    pub ecash_keypair: KeyPairUser,
    /// What the tickets will pay for.
    pub ticketbook_type: TicketType,
    /// Last day of validity.
    pub expiration_date: EcashDay,
}

impl Drop for IssuanceTicketBook {
    fn drop(&mut self) {
        self.signing_key.zeroize();
    }
}

impl std::fmt::Debug for IssuanceTicketBook {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "IssuanceTicketBook(deposit {}, {}, expires {})",
            self.deposit_id, self.ticketbook_type, self.expiration_date
        )
    }
}

impl Stored for IssuanceTicketBook {
    const NAME: &'static str = "pending ticketbook";
    const REVISION: u8 = 1;
}

/// A complete ticketbook.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct IssuedTicketBook {
    /// The aggregated signature.
    pub signatures_wallet: WalletSignatures,
    /// Tickets spent when it was stored; a database counter is authoritative afterwards.
    pub spent_tickets: u64,
    /// Key epoch of the signature.
    pub epoch_id: u64,
    /// The client's e-cash secret.
    pub ecash_secret_key: SecretKeyUser,
    /// Last day of validity.
    pub expiration_date: EcashDay,
    /// What the tickets pay for.
    pub ticketbook_type: TicketType,
}

impl IssuedTicketBook {
    /// The wallet that spends from this ticketbook.
    pub fn wallet(&self) -> Wallet {
        Wallet::new(self.signatures_wallet.clone(), self.spent_tickets)
    }

    /// Whether no ticket can be spent any more because of its date.
    pub fn is_expired(&self, today: EcashDay) -> bool {
        self.expiration_date.is_expired(today)
    }
}

impl Stored for IssuedTicketBook {
    const NAME: &'static str = "ticketbook";
    const REVISION: u8 = 1;
}

/// The seven aggregated signatures of an expiration date.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AggregatedExpirationDateSignatures {
    /// Key epoch.
    pub epoch_id: u64,
    /// The date they are for.
    #[serde(with = "date_string")]
    pub expiration_date: EcashDay,
    /// In canonical order.
    pub signatures: Vec<ExpirationDateSignature>,
}

impl Stored for AggregatedExpirationDateSignatures {
    const NAME: &'static str = "expiration-date signatures";
    const REVISION: u8 = 2;
}

/// The fifty aggregated signatures of an epoch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AggregatedCoinIndicesSignatures {
    /// Key epoch.
    pub epoch_id: u64,
    /// In canonical order.
    pub signatures: Vec<CoinIndexSignature>,
}

impl Stored for AggregatedCoinIndicesSignatures {
    const NAME: &'static str = "coin-index signatures";
    const REVISION: u8 = 2;
}

/// The master key of an epoch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EpochVerificationKey {
    /// Key epoch.
    pub epoch_id: u64,
    /// The key.
    pub key: VerificationKeyAuth,
}

impl Stored for EpochVerificationKey {
    const NAME: &'static str = "master verification key";
    const REVISION: u8 = 2;
}

/// An exported ticketbook with whatever else its importer may lack.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportableTicketBook {
    /// An [`IssuedTicketBook`].
    pub serialised_ticketbook: VersionSerialised,
    /// [`AggregatedExpirationDateSignatures`] of its date.
    pub serialised_expiration_date_signatures: Option<VersionSerialised>,
    /// [`AggregatedCoinIndicesSignatures`] of its epoch.
    pub serialised_coin_index_signatures: Option<VersionSerialised>,
    /// [`EpochVerificationKey`] of its epoch.
    pub serialised_master_verification_key: Option<VersionSerialised>,
}

impl Stored for ImportableTicketBook {
    const NAME: &'static str = "exported ticketbook";
    const REVISION: u8 = 1;
}

/// The parts of an exported ticketbook.
#[derive(Clone, Debug)]
pub struct ImportedTicketBook {
    /// The ticketbook.
    pub ticketbook: IssuedTicketBook,
    /// Signatures of its date, if included.
    pub expiration_date_signatures: Option<AggregatedExpirationDateSignatures>,
    /// Signatures of its epoch, if included.
    pub coin_index_signatures: Option<AggregatedCoinIndicesSignatures>,
    /// Master key of its epoch, if included.
    pub master_verification_key: Option<EpochVerificationKey>,
}

impl ImportableTicketBook {
    /// Unpacks all parts and checks that they are for the ticketbook's epoch and date.
    ///
    /// # Errors
    /// Parts that do not decode or are for something else.
    pub fn import(&self) -> Result<ImportedTicketBook> {
        fn part<T: Stored>(packed: Option<&VersionSerialised>) -> Result<Option<T>> {
            packed.map(|packed| T::unpack(&packed.data, packed.revision)).transpose()
        }
        let ticketbook =
            IssuedTicketBook::unpack(&self.serialised_ticketbook.data, self.serialised_ticketbook.revision)?;
        let imported = ImportedTicketBook {
            expiration_date_signatures: part::<AggregatedExpirationDateSignatures>(
                self.serialised_expiration_date_signatures.as_ref(),
            )?,
            coin_index_signatures: part::<AggregatedCoinIndicesSignatures>(
                self.serialised_coin_index_signatures.as_ref(),
            )?,
            master_verification_key: part::<EpochVerificationKey>(self.serialised_master_verification_key.as_ref())?,
            ticketbook,
        };
        let epoch = imported.ticketbook.epoch_id;
        let foreign =
            imported.expiration_date_signatures.as_ref().is_some_and(|signatures| {
                signatures.epoch_id != epoch || signatures.expiration_date != imported.ticketbook.expiration_date
            }) || imported.coin_index_signatures.as_ref().is_some_and(|signatures| signatures.epoch_id != epoch)
                || imported.master_verification_key.as_ref().is_some_and(|key| key.epoch_id != epoch);
        if foreign {
            return Err(EcashError::Malformed {
                object: Self::NAME,
                reason: "it carries signatures or a key of another epoch or date".into(),
            });
        }
        Ok(imported)
    }
}
