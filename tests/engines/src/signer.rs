//! Accounts of scenarios, and transactions that several of them sign.

use cosmrs::{
    AccountId, Any, Coin,
    crypto::secp256k1::SigningKey,
    proto::{cosmos::tx::v1beta1::TxRaw, traits::Message},
    tx::{AuthInfo, Body, Fee, SignDoc, SignerInfo},
};
use sha2::{Digest as _, Sha256};

/// The id of the chain.
pub const CHAIN_ID: &str = "nyx";

/// An account with its key.
pub struct Signer {
    key: SigningKey,
    /// Its address.
    pub address: AccountId,
}

/// A signer with the numbers that the chain has for its account.
pub struct Numbered<'a> {
    /// The signer.
    pub signer: &'a Signer,
    /// Account number.
    pub account: u64,
    /// The sequence of the account's next transaction.
    pub sequence: u64,
}

impl Signer {
    /// The account of a secret key.
    ///
    /// # Panics
    /// The bytes are no key.
    #[must_use]
    pub fn new(secret: &[u8; 32]) -> Self {
        let key = SigningKey::from_slice(secret).expect("a hash or a derived key is a key");
        let address = key.public_key().account_id("n").expect("the prefix is valid");
        Signer { key, address }
    }

    /// An account whose key follows from its name.
    #[must_use]
    pub fn named(name: &str) -> Self {
        Signer::new(&Sha256::digest(name.as_bytes()).into())
    }
}

/// A transaction with one message. The first signer sends it, the last one pays for it.
///
/// # Panics
/// Never with the messages of scenarios.
#[must_use]
pub fn sign(message: Any, signers: &[Numbered<'_>], gas: u64, fee: Coin) -> Vec<u8> {
    let payer = signers.last().map(|last| last.signer.address.clone());
    let auth_info = AuthInfo {
        signer_infos: signers
            .iter()
            .map(|one| SignerInfo::single_direct(Some(one.signer.key.public_key()), one.sequence))
            .collect(),
        fee: Fee { amount: vec![fee], gas_limit: gas, payer, granter: None },
    };
    let body = Body::new([message], "", 0u32);
    let chain_id = CHAIN_ID.parse().expect("it is a chain id");
    let documents =
        signers.iter().map(|one| SignDoc::new(&body, &auth_info, &chain_id, one.account).expect("it can be encoded"));
    let signatures = signers
        .iter()
        .zip(documents)
        .map(|(one, document)| {
            let bytes = document.into_bytes().expect("it can be encoded");
            one.signer.key.sign(&bytes).expect("a key signs what it is given").to_vec()
        })
        .collect();
    let body_bytes = body.into_bytes().expect("it can be encoded");
    let auth_info_bytes = auth_info.into_bytes().expect("it can be encoded");
    TxRaw { body_bytes, auth_info_bytes, signatures }.encode_to_vec()
}
