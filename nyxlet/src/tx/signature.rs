//! Signatures of transactions: what is signed, how it is verified, and the memory of what was verified on entry.

use std::collections::{HashSet, VecDeque};

use cosmos_sdk_proto::{
    Any,
    cosmos::tx::v1beta1::{SignDoc, mode_info},
};
use parking_lot::Mutex;
use prost::Message;
use ripemd::Ripemd160;
use secp256k1::{Message as Prehash, PublicKey, SECP256K1, ecdsa::Signature};
use sha2::{Digest, Sha256};

use super::{Tx, amino};
use crate::{app::Router, modules::auth::secp256k1_key};

/// `SIGN_MODE_DIRECT`.
const DIRECT: i32 = 1;

/// `SIGN_MODE_LEGACY_AMINO_JSON`.
const AMINO: i32 = 127;

/// How many verified signatures are remembered between entry and delivery.
const REMEMBERED: usize = 1 << 16;

/// Remembers which signatures were verified on entry, so that delivery does not verify them again.
#[derive(Default)]
pub struct VerifiedSignatures(Mutex<Remembered>);

#[derive(Default)]
struct Remembered {
    set: HashSet<[u8; 32]>,
    order: VecDeque<[u8; 32]>,
}

/// Whose signature is verified, and over what beside the transaction.
#[derive(Clone, Copy)]
pub(super) struct SignerData<'a> {
    pub(super) key: &'a Any,
    pub(super) chain_id: &'a str,
    pub(super) account_number: u64,
    pub(super) sequence: u64,
}

/// Whether the signature number `index` is one over amino JSON.
pub(super) fn is_amino(tx: &Tx, index: usize) -> bool {
    let mode = tx.auth_info.signer_infos.get(index).and_then(|info| info.mode_info.as_ref()?.sum.as_ref());
    matches!(mode, Some(mode_info::Sum::Single(single)) if single.mode == AMINO)
}

impl VerifiedSignatures {
    /// Verifies the signature number `index` of a transaction by the key, or remembers that it did.
    ///
    /// # Errors
    /// The text that the node puts into the error.
    pub(super) fn verify(&self, router: &Router, tx: &Tx, index: usize, signer: SignerData<'_>) -> Result<(), String> {
        let SignerData { key, chain_id, account_number, .. } = signer;
        let signature = tx.signatures.get(index).map(Vec::as_slice).unwrap_or_default();
        let mode = tx.auth_info.signer_infos.get(index).and_then(|info| info.mode_info.as_ref()?.sum.as_ref());
        let document = match mode {
            Some(mode_info::Sum::Single(single)) if single.mode == DIRECT => sign_bytes(tx, chain_id, account_number),
            Some(mode_info::Sum::Single(single)) if single.mode == AMINO => {
                amino::sign_bytes(tx, router, chain_id, account_number, signer.sequence)?
            }
            Some(mode_info::Sum::Single(single)) => return Err(unsupported(single.mode)),
            Some(mode_info::Sum::Multi(_)) => return Err("expected multisig.PubKey, got *secp256k1.PubKey".into()),
            None => return Err("unexpected SignatureData <nil>".into()),
        };
        let hash: [u8; 32] = Sha256::digest(&document).into();
        let id: [u8; 32] =
            Sha256::new().chain_update(hash).chain_update(&key.value).chain_update(signature).finalize().into();
        if self.0.lock().set.contains(&id) {
            return Ok(());
        }
        if !is_valid(key, &hash, signature) {
            return Err("unable to verify single signer signature".into());
        }
        self.remember(id);
        Ok(())
    }

    fn remember(&self, id: [u8; 32]) {
        let mut remembered = self.0.lock();
        if !remembered.set.insert(id) {
            return;
        }
        remembered.order.push_back(id);
        if remembered.order.len() > REMEMBERED
            && let Some(oldest) = remembered.order.pop_front()
        {
            remembered.set.remove(&oldest);
        }
    }
}

/// The bytes that `SIGN_MODE_DIRECT` signs.
pub(super) fn sign_bytes(tx: &Tx, chain_id: &str, account_number: u64) -> Vec<u8> {
    SignDoc {
        body_bytes: tx.body_bytes.clone(),
        auth_info_bytes: tx.auth_info_bytes.clone(),
        chain_id: chain_id.to_owned(),
        account_number,
    }
    .encode_to_vec()
}

/// The address of a secp256k1 public key: RIPEMD-160 of its SHA-256. `None` for another kind of key.
pub(super) fn address_of(key: &Any) -> Option<Vec<u8>> {
    let key = secp256k1_key(key)?;
    (key.len() == 33).then(|| Ripemd160::digest(Sha256::digest(&key)).to_vec())
}

fn is_valid(key: &Any, hash: &[u8; 32], signature: &[u8]) -> bool {
    let Some(key) = secp256k1_key(key).and_then(|bytes| PublicKey::from_slice(&bytes).ok()) else {
        return false;
    };
    // High s is refused by the verification, as it is on a node: such a signature could be mirrored.
    Signature::from_compact(signature)
        .is_ok_and(|signature| SECP256K1.verify_ecdsa(Prehash::from_digest(*hash), &signature, &key).is_ok())
}

fn unsupported(mode: i32) -> String {
    let name = match mode {
        0 => "SIGN_MODE_UNSPECIFIED",
        2 => "SIGN_MODE_TEXTUAL",
        3 => "SIGN_MODE_DIRECT_AUX",
        191 => "SIGN_MODE_EIP_191",
        other => return format!("unsupported sign mode {other}"),
    };
    format!("unsupported sign mode {name}")
}
