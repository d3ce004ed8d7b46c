//! Accounts: each is derived from the name of its role.

use bip39::{Language, Mnemonic};
use nyxd_client::{AccountId, Config, QueryClient, Signer, SigningClient};
use sha2::{Digest, Sha256};

#[derive(Clone)]
pub struct Account {
    pub words: String,
    pub address: AccountId,
}

impl Account {
    pub fn of(role: &str) -> Self {
        let entropy = Sha256::digest(format!("processes of {role}"));
        Self::from_words(&Mnemonic::from_entropy_in(Language::English, &entropy).unwrap().to_string())
    }

    pub fn from_words(words: &str) -> Self {
        let signer = Signer::from_mnemonic(words, 0, "n").unwrap();
        Self { words: words.to_owned(), address: signer.address().clone() }
    }

    /// A client that sends in its name. Two of them do not know of each other.
    pub fn client(&self, rpc: &str) -> SigningClient {
        SigningClient::new(queries(rpc), Signer::from_mnemonic(&self.words, 0, "n").unwrap())
    }
}

pub fn queries(rpc: &str) -> QueryClient {
    QueryClient::connect(Config::new(rpc.parse().unwrap())).unwrap()
}
