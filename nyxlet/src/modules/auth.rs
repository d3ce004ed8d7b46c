//! Accounts: numbers, sequences, public keys, and the accounts of modules.

mod account;
mod query;

use cosmos_sdk_proto::cosmos::auth::v1beta1::Params;
use prost::Message;

pub use account::{Account, secp256k1_key};

use crate::{
    address,
    app::{Context, Genesis, Module},
    app_state::AuthState,
    error::{ExecError, ExecResult, Root},
    store::StoreKey,
};

/// Name of the account that fees are paid to.
pub const FEE_COLLECTOR: &str = "fee_collector";

/// The accounts of modules with their permissions. None but the governance module's may receive coins by a message.
pub const MODULE_ACCOUNTS: [(&str, &[&str]); 12] = [
    ("bonded_tokens_pool", &["burner", "staking"]),
    ("distribution", &[]),
    (FEE_COLLECTOR, &[]),
    ("gov", &["burner"]),
    ("interchainaccounts", &[]),
    ("mint", &["minter"]),
    ("nft", &[]),
    ("not_bonded_tokens_pool", &["burner", "staking"]),
    ("protocolpool", &[]),
    ("protocolpool_escrow", &[]),
    ("transfer", &["minter", "burner"]),
    ("wasm", &["burner"]),
];

/// The module accounts that a wasmd node has after genesis, in the order of their account numbers.
const GENESIS_MODULE_ACCOUNTS: [&str; 6] =
    [FEE_COLLECTOR, "distribution", "bonded_tokens_pool", "not_bonded_tokens_pool", "gov", "mint"];

const PARAMS_KEY: u8 = 0;
const ACCOUNT_PREFIX: u8 = 1;
const NEXT_NUMBER_KEY: u8 = 2;
const NUMBER_PREFIX: &[u8] = b"accountNumber";

/// The parameters that every chain of this kind starts with.
pub fn default_params() -> Params {
    Params {
        max_memo_characters: 256,
        tx_sig_limit: 7,
        tx_size_cost_per_byte: 10,
        sig_verify_cost_ed25519: 590,
        sig_verify_cost_secp256k1: 1000,
    }
}

/// The module's parameters.
///
/// # Errors
/// Out of gas.
pub fn params(ctx: &Context) -> ExecResult<Params> {
    let Some(bytes) = ctx.kv(StoreKey::Auth).get(&[PARAMS_KEY])? else { return Ok(Params::default()) };
    Params::decode(bytes).map_err(|error| ExecError::Panic(error.to_string()))
}

/// The account of an address.
///
/// # Errors
/// Out of gas.
pub fn account(ctx: &Context, address: &[u8]) -> ExecResult<Option<Account>> {
    let stored = ctx.kv(StoreKey::Auth).get(&account_key(address))?;
    stored.map(|bytes| Account::decode(&bytes)).transpose()
}

/// Whether the address has an account.
///
/// # Errors
/// Out of gas.
pub fn has_account(ctx: &Context, address: &[u8]) -> ExecResult<bool> {
    ctx.kv(StoreKey::Auth).has(&account_key(address))
}

/// Stores an account and its entry in the index of account numbers.
///
/// # Errors
/// Out of gas; another account has the number.
pub fn set_account(ctx: &Context, address: &[u8], account: &Account) -> ExecResult<()> {
    let kv = ctx.kv(StoreKey::Auth);
    let key = account_key(address);
    let number_key = number_key(account.number());
    if let Some(old) = kv.get(&key)? {
        kv.delete(self::number_key(Account::decode(&old)?.number()))?;
    }
    if kv.has(&number_key)? {
        return Err(ExecError::Panic(format!("conflict: index uniqueness constraint violation: {}", account.number())));
    }
    kv.set(number_key, address.to_vec())?;
    kv.set(key, account.encode())
}

/// A base account with the next account number; not stored.
///
/// # Errors
/// Out of gas.
pub fn new_account(ctx: &Context, address: &[u8]) -> ExecResult<Account> {
    Ok(Account::base(address, next_number(ctx)?))
}

/// Creates the account of an address that has none.
///
/// # Errors
/// Out of gas.
pub fn create_if_absent(ctx: &Context, address: &[u8]) -> ExecResult<()> {
    if has_account(ctx, address)? {
        return Ok(());
    }
    let account = new_account(ctx, address)?;
    set_account(ctx, address, &account)
}

/// The account of a module, created when absent.
///
/// # Errors
/// Out of gas; there is no such module account.
pub fn module_account(ctx: &Context, name: &str) -> ExecResult<Account> {
    let Some((_, permissions)) = MODULE_ACCOUNTS.iter().find(|(known, _)| *known == name) else {
        let error = Root::UnknownAddress.wrap(format!("module account {name} does not exist"));
        return Err(ExecError::Panic(error.log));
    };
    let address = address::module(name);
    if let Some(account) = account(ctx, &address)? {
        return Ok(account);
    }
    let account = Account::module(name, permissions, next_number(ctx)?);
    set_account(ctx, &address, &account)?;
    Ok(account)
}

/// Whether messages must not send coins to the address.
pub fn is_blocked(address: &[u8]) -> bool {
    // Module accounts have 20 bytes; contracts, the frequent recipients, have 32.
    address.len() == 20 && MODULE_ACCOUNTS.iter().any(|(name, _)| *name != "gov" && address::module(name) == address)
}

fn next_number(ctx: &Context) -> ExecResult<u64> {
    let kv = ctx.kv(StoreKey::Auth);
    let number = match kv.get(&[NEXT_NUMBER_KEY])? {
        Some(bytes) => {
            let bytes = bytes.as_ref().try_into();
            u64::from_be_bytes(bytes.map_err(|_| ExecError::Panic("the account counter is no number".into()))?)
        }
        // The SDK looks for the counter of older versions before it starts at 0.
        None => {
            kv.get(b"globalAccountNumber")?;
            0
        }
    };
    kv.set(vec![NEXT_NUMBER_KEY], (number + 1).to_be_bytes().to_vec())?;
    Ok(number)
}

fn account_key(address: &[u8]) -> Vec<u8> {
    [&[ACCOUNT_PREFIX], address].concat()
}

fn number_key(number: u64) -> Vec<u8> {
    [NUMBER_PREFIX, &number.to_be_bytes()].concat()
}

/// The module.
#[derive(Debug, Clone, Copy)]
pub struct Auth;

impl Module for Auth {
    fn name(&self) -> &'static str {
        "auth"
    }

    fn query(&self, ctx: &Context, path: &str, request: &[u8]) -> Option<ExecResult<Vec<u8>>> {
        query::answer(ctx, path.strip_prefix("/cosmos.auth.v1beta1.Query/")?, request)
    }

    fn init_genesis(&self, ctx: &Context, genesis: &Genesis) -> ExecResult<()> {
        let params = genesis.state.as_ref().map_or_else(default_params, |state| state.auth.params.clone());
        ctx.kv(StoreKey::Auth).set(vec![PARAMS_KEY], params.encode_to_vec())?;
        if let Some(state) = &genesis.state {
            load(ctx, &state.auth)?;
        }
        for account in &genesis.accounts {
            create_if_absent(ctx, &genesis_address(&account.address)?)?;
        }
        for name in GENESIS_MODULE_ACCOUNTS {
            module_account(ctx, name)?;
        }
        for bond in genesis.state.iter().flat_map(|state| &state.bonds) {
            let missing = || Root::UnknownAddress.wrap("a validator's account is not in the genesis");
            let mut account = account(ctx, &bond.account)?.ok_or_else(missing)?;
            account.set_public_key(bond.public_key.clone());
            account.increment_sequence();
            set_account(ctx, &bond.account, &account)?;
        }
        Ok(())
    }
}

/// Stores the accounts of another chain; the next account gets the number after the largest.
fn load(ctx: &Context, state: &AuthState) -> ExecResult<()> {
    let mut last = None;
    for account in &state.accounts {
        while last.is_none_or(|last| last < account.number) {
            last = Some(next_number(ctx)?);
        }
        set_account(ctx, &genesis_address(&account.address)?, &Account::loaded(account))?;
    }
    Ok(())
}

fn genesis_address(text: &str) -> ExecResult<Vec<u8>> {
    Ok(address::decode(text).map_err(|error| Root::InvalidAddress.wrap(format!("genesis account {text}: {error}")))?)
}
