//! Who is who on a localnet: every role has an account of its own, all of them derived from
//! the master mnemonic, so that the same command always gives the same addresses.

use bip39::{Language, Mnemonic};
use sha2::{Digest, Sha256};

use nyxd_client::{AccountId, Signer, SigningClient};

use crate::{chain::Chain, error::LocalnetError};

/// Address prefix of the chain.
pub const BECH32_PREFIX: &str = "n";

/// An account of the localnet: its role, its mnemonic (index 0 of the usual path) and its address.
#[derive(Clone)]
pub struct Account {
    /// The role, for instance `rewarder` or `node-3`.
    pub role: String,
    /// 24 words. Secrets of a test network: they are printed and written on purpose.
    pub mnemonic: Mnemonic,
    /// The `n1…` address of the first key.
    pub address: AccountId,
}

impl Account {
    /// Derives the account of `role` under `master`: the entropy is
    /// `SHA-256("nym-localnet" ‖ 0 ‖ master words ‖ 0 ‖ role)`.
    pub fn derive(master: &Mnemonic, role: &str) -> Result<Self, LocalnetError> {
        let mut hash = Sha256::new();
        hash.update(b"nym-localnet\0");
        hash.update(master.to_string().as_bytes());
        hash.update(b"\0");
        hash.update(role.as_bytes());
        let mnemonic = Mnemonic::from_entropy_in(Language::English, &hash.finalize())
            .expect("32 bytes are the entropy of 24 words");
        Self::from_mnemonic(role, mnemonic)
    }

    /// The account whose key is the first one of `mnemonic`.
    pub fn from_mnemonic(role: &str, mnemonic: Mnemonic) -> Result<Self, LocalnetError> {
        let signer = Signer::from_mnemonic(&mnemonic.to_string(), 0, BECH32_PREFIX)?;
        Ok(Self { role: role.to_owned(), address: signer.address().clone(), mnemonic })
    }

    /// A client that signs for this account. Clients of one account do not know of each other's
    /// transactions, so each account has one at a time.
    pub fn client(&self, chain: &Chain) -> Result<SigningClient, LocalnetError> {
        let signer = Signer::from_mnemonic(&self.mnemonic.to_string(), 0, BECH32_PREFIX)?;
        Ok(SigningClient::new(chain.queries()?, signer))
    }
}

/// All accounts of a localnet.
pub struct Accounts {
    /// Holds all tokens at genesis.
    pub master: Account,
    /// Administrators of the contracts, in the order mixnet, group, multisig.
    pub mixnet_admin: Account,
    /// Administrator of the group contract.
    pub group_admin: Account,
    /// Administrator of the multisig contract.
    pub multisig_admin: Account,
    /// Administrator of the ecash contract.
    pub ecash_admin: Account,
    /// Administrator of the key generation contract.
    pub dkg_admin: Account,
    /// Turns the epochs.
    pub rewarder: Account,
    /// Members of the quorum; none with `--no-quorum`.
    pub signers: Vec<Account>,
    /// Providers of bandwidth, which take tickets.
    pub providers: Vec<Account>,
    /// Stand for contracts that are not built yet, or left out: vesting, ecash and dkg.
    pub placeholders: Vec<Account>,
    /// Funded accounts for whoever tries the network.
    pub users: Vec<Account>,
    /// Operators, one a node.
    pub operators: Vec<Account>,
    /// Delegators.
    pub delegators: Vec<Account>,
}

/// Accounts for whoever tries the network.
const USERS: u32 = 3;
/// Accounts that delegate.
const DELEGATORS: u32 = 3;
/// Accounts that take tickets.
const PROVIDERS: u32 = 2;

impl Accounts {
    /// Derives all accounts under the master mnemonic.
    pub fn derive(master: Mnemonic, nodes: u32, signers: u32) -> Result<Self, LocalnetError> {
        let one = |role: &str| Account::derive(&master, role);
        let many = |role: &str, count: u32| {
            (1..=count).map(|i| one(&format!("{role}-{i}"))).collect::<Result<Vec<_>, LocalnetError>>()
        };
        Ok(Self {
            mixnet_admin: one("mixnet-admin")?,
            group_admin: one("group-admin")?,
            multisig_admin: one("multisig-admin")?,
            ecash_admin: one("ecash-admin")?,
            dkg_admin: one("dkg-admin")?,
            rewarder: one("rewarder")?,
            signers: many("signer", signers)?,
            providers: many("provider", PROVIDERS)?,
            placeholders: ["vesting", "ecash", "dkg"].into_iter().map(one).collect::<Result<_, _>>()?,
            users: many("user", USERS)?,
            operators: many("node", nodes)?,
            delegators: many("delegator", DELEGATORS)?,
            master: Account::from_mnemonic("master", master)?,
        })
    }

    /// Every account.
    pub fn all(&self) -> impl Iterator<Item = &Account> {
        [&self.master, &self.mixnet_admin, &self.group_admin, &self.multisig_admin]
            .into_iter()
            .chain([&self.ecash_admin, &self.dkg_admin, &self.rewarder])
            .chain(&self.signers)
            .chain(&self.providers)
            .chain(&self.placeholders)
            .chain(&self.users)
            .chain(&self.operators)
            .chain(&self.delegators)
    }

    /// The address that stands for a contract that is not built yet.
    pub fn placeholder(&self, contract: &str) -> &AccountId {
        &self
            .placeholders
            .iter()
            .find(|account| account.role == contract)
            .expect("every missing contract has a placeholder account")
            .address
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words() -> Mnemonic {
        Mnemonic::from_entropy_in(Language::English, &[7; 32]).expect("32 bytes")
    }

    #[test]
    fn accounts_are_the_same_every_time_and_differ_by_role() {
        let first = Accounts::derive(words(), 5, 4).expect("derives");
        let again = Accounts::derive(words(), 5, 4).expect("derives");
        let addresses: Vec<String> = first.all().map(|account| account.address.to_string()).collect();
        assert_eq!(addresses, again.all().map(|account| account.address.to_string()).collect::<Vec<_>>());
        let mut unique = addresses.clone();
        unique.sort();
        unique.dedup();
        assert_eq!(unique.len(), addresses.len());
        assert!(addresses.iter().all(|address| address.starts_with("n1")));
    }
}
