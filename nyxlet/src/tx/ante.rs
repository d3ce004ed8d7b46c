//! What every transaction passes before its messages run, in wasmd's order; each step reads and pays as there.

use cosmos_sdk_proto::{Any, cosmos::tx::v1beta1::SignerInfo};

use super::{
    Tx, fee, signature,
    signature::{SignerData, VerifiedSignatures},
};
use crate::{
    address,
    app::{Context, ExecMode, TxContracts, event},
    error::{ExecError, ExecResult, Root, SdkError},
    gas::GasMeter,
    modules::{
        auth::{self, Account},
        circuit,
    },
    store::StoreKey,
};

/// The key of the counter of transactions in a block, in the wasm store.
const TX_COUNTER_KEY: u8 = 8;

/// The most gas that a transaction may ask for.
const MAX_GAS: u64 = i64::MAX as u64;

/// The public key that stands in for an absent one in simulations.
const SIMULATION_KEY: [u8; 33] = [
    0x03, 0x5a, 0xd6, 0x81, 0x0a, 0x47, 0xf0, 0x73, 0x55, 0x3f, 0xf3, 0x0d, 0x2f, 0xcc, 0x7e, 0x0d, 0x3b, 0x1c, 0x0b,
    0x74, 0xb6, 0x1a, 0x1a, 0xaa, 0x25, 0x82, 0x34, 0x40, 0x37, 0x15, 0x1e, 0x14, 0x3a,
];

/// Length of an amino-encoded secp256k1 key with a signature, plus the 6 bytes that the SDK adds: what a signature that
/// is still missing in a simulation will take.
const SIMULATED_SIGNATURE: u64 = 106 + 6;

/// What the checks need besides the state.
pub struct AnteOptions<'a> {
    /// The least gas prices on entry, in 1e-18 units.
    pub min_gas_prices: &'a [(String, u128)],
    /// Signatures that were verified before.
    pub verified: &'a VerifiedSignatures,
}

/// Runs the checks. The context that comes back has the transaction's gas meter, also when they fail.
pub fn run(ctx: &Context, tx: &Tx, options: &AnteOptions<'_>) -> (Context, ExecResult<()>) {
    let Some(fee) = tx.fee() else {
        let missing = ExecError::Panic("runtime error: invalid memory address or nil pointer dereference".into());
        return (ctx.clone(), Err(missing));
    };
    let meter = if ctx.mode == ExecMode::Simulate { GasMeter::infinite() } else { GasMeter::new(fee.gas_limit) };
    let mut ctx = ctx.with_gas(meter);
    ctx.tx_contracts = Some(TxContracts::default());
    let result = check(&mut ctx, tx, options);
    (ctx, result)
}

/// Verifies a transaction's signatures without judging it: what is valid is remembered for the checks.
pub fn verify_ahead(ctx: &Context, tx: &Tx, verified: &VerifiedSignatures) {
    let Ok(signers) = tx.signers(&ctx.router) else { return };
    for (index, (info, signer)) in tx.auth_info.signer_infos.iter().zip(&signers).enumerate() {
        let Ok(Some(account)) = auth::account(ctx, signer) else { continue };
        if let Some(key) = account.public_key().or(info.public_key.as_ref()) {
            let signer = SignerData {
                key,
                chain_id: &ctx.block.chain_id,
                account_number: account.number(),
                sequence: info.sequence,
            };
            // An invalid signature is found again by the check, which reports it.
            let _ = verified.verify(&ctx.router, tx, index, signer);
        }
    }
}

fn check(ctx: &mut Context, tx: &Tx, options: &AnteOptions<'_>) -> ExecResult<()> {
    count(ctx)?;
    for msg in &tx.body.messages {
        circuit::require_allowed_in_tx(ctx, &msg.type_url)?;
    }
    let signers = tx.signers(&ctx.router);
    if ctx.mode != ExecMode::Recheck {
        validate_basic(tx, signers.as_ref())?;
    }
    let signers = signers?;
    require_in_time(ctx, tx)?;
    let fee = tx.fee().ok_or_else(|| SdkError::unregistered("missing fee"))?;
    require_short_memo(ctx, tx)?;
    pay_for_size(ctx, tx, &signers)?;
    fee::deduct(ctx, fee, &signers, options.min_gas_prices)?;
    set_public_keys(ctx, tx, &signers)?;
    require_few_signatures(ctx, tx)?;
    pay_for_signatures(ctx, tx, &signers)?;
    verify(ctx, tx, &signers, options.verified)?;
    for signer in &signers {
        let mut account = require_account(ctx, signer)?;
        account.increment_sequence();
        auth::set_account(ctx, signer, &account)?;
    }
    Ok(())
}

/// Counts the transaction in its block.
fn count(ctx: &mut Context) -> ExecResult<()> {
    if ctx.mode == ExecMode::Simulate {
        return Ok(());
    }
    let kv = ctx.kv(StoreKey::Wasm);
    let height = ctx.block.height.to_be_bytes();
    let counter = kv
        .get(&[TX_COUNTER_KEY])?
        .and_then(|stored| <[u8; 12]>::try_from(stored.as_ref()).ok())
        .filter(|stored| stored[..8] == height)
        .map_or(0, |stored| u32::from_be_bytes([stored[8], stored[9], stored[10], stored[11]]));
    kv.set(vec![TX_COUNTER_KEY], [&height[..], &(counter + 1).to_be_bytes()].concat())?;
    ctx.tx_counter = Some(counter);
    Ok(())
}

fn validate_basic(tx: &Tx, signers: Result<&Vec<Vec<u8>>, &SdkError>) -> Result<(), SdkError> {
    let fee = tx.fee().ok_or_else(|| SdkError::unregistered("missing fee"))?;
    if fee.gas_limit > MAX_GAS {
        return Err(Root::InvalidRequest.wrap(format!("invalid gas supplied; {} > {MAX_GAS}", fee.gas_limit)));
    }
    if fee.amount.iter().any(|coin| coin.amount.is_empty()) {
        return Err(Root::InsufficientFee.wrap("invalid fee provided: null"));
    }
    if fee.amount.iter().any(|coin| coin.amount.starts_with('-')) {
        let text = crate::modules::coins::raw_text(&fee.amount);
        return Err(Root::InsufficientFee.wrap(format!("invalid fee provided: {text}")));
    }
    if !fee.payer.is_empty() {
        address::decode(&fee.payer)
            .map_err(|error| Root::InvalidAddress.wrap(format!("Invalid fee payer address ({error})")))?;
    }
    if tx.signatures.is_empty() {
        return Err(Root::NoSignatures.error());
    }
    let signers = signers.map_err(Clone::clone)?;
    if tx.signatures.len() != signers.len() {
        let text = format!("wrong number of signers; expected {}, got {}", signers.len(), tx.signatures.len());
        return Err(Root::Unauthorized.wrap(text));
    }
    Ok(())
}

fn require_in_time(ctx: &Context, tx: &Tx) -> Result<(), SdkError> {
    let (height, timeout) = (ctx.block.height, tx.body.timeout_height);
    if timeout > 0 && height > timeout {
        return Err(Root::TxTimeoutHeight.wrap(format!("block height: {height}, timeout height: {timeout}")));
    }
    if let Some(limit) = &tx.body.timeout_timestamp {
        let nanos = i128::from(limit.seconds) * 1_000_000_000 + i128::from(limit.nanos);
        if limit.seconds != 0 && nanos < i128::from(ctx.block.time_nanos) {
            let block = ctx.block.time_nanos;
            return Err(Root::TxTimeout.wrap(format!("block time: {block}ns, timeout timestamp: {nanos}ns")));
        }
    }
    Ok(())
}

fn require_short_memo(ctx: &Context, tx: &Tx) -> ExecResult<()> {
    let length = tx.body.memo.len() as u64;
    if length == 0 {
        return Ok(());
    }
    let limit = auth::params(ctx)?.max_memo_characters;
    if length > limit {
        let text = format!("maximum number of characters is {limit} but received {length} characters");
        return Err(Root::MemoTooLarge.wrap(text).into());
    }
    Ok(())
}

fn pay_for_size(ctx: &Context, tx: &Tx, signers: &[Vec<u8>]) -> ExecResult<()> {
    let price = auth::params(ctx)?.tx_size_cost_per_byte;
    ctx.gas.consume(price.saturating_mul(tx.length as u64), "txSize")?;
    if ctx.mode != ExecMode::Simulate {
        return Ok(());
    }
    for (index, signer) in signers.iter().enumerate() {
        let present = index < tx.auth_info.signer_infos.len()
            && mode(tx, index).is_some()
            && tx.signatures.get(index).is_some_and(|signature| !signature.is_empty());
        if !present {
            auth::account(ctx, signer)?;
            ctx.gas.consume(price.saturating_mul(SIMULATED_SIGNATURE), "txSize")?;
        }
    }
    Ok(())
}

/// Stores the public keys of accounts that sign for the first time.
fn set_public_keys(ctx: &Context, tx: &Tx, signers: &[Vec<u8>]) -> ExecResult<()> {
    let simulate = ctx.mode == ExecMode::Simulate;
    for (index, info) in tx.auth_info.signer_infos.iter().enumerate() {
        let signer = signer_at(signers, index)?;
        let key = match &info.public_key {
            Some(key) => key.clone(),
            None if simulate => simulation_key(),
            None => continue,
        };
        if !simulate && signature::address_of(&key).as_deref() != Some(signer) {
            let address = address::encode(signer);
            let text = format!("pubKey does not match signer address {address} with signer index: {index}");
            return Err(Root::InvalidPubKey.wrap(text).into());
        }
        let mut account = require_account(ctx, signer)?;
        if account.public_key().is_none() {
            account.set_public_key(key);
            auth::set_account(ctx, signer, &account)?;
        }
    }
    use base64::{Engine, engine::general_purpose::STANDARD};
    for (index, info) in tx.auth_info.signer_infos.iter().enumerate() {
        let sequence = if info.mode_info.is_some() { info.sequence } else { 0 };
        if !tx.body.unordered {
            let signer = address::encode(signer_at(signers, index)?);
            ctx.events.emit(event("tx", [("acc_seq", format!("{signer}/{sequence}"))]));
        }
        let Some(_) = mode(tx, index) else {
            return Err(SdkError::unregistered("got empty SignatureData").into());
        };
        let signature = tx.signatures.get(index).map(Vec::as_slice).unwrap_or_default();
        ctx.events.emit(event("tx", [("signature", STANDARD.encode(signature))]));
    }
    Ok(())
}

fn require_few_signatures(ctx: &Context, tx: &Tx) -> ExecResult<()> {
    let limit = auth::params(ctx)?.tx_sig_limit;
    let count = tx.auth_info.signer_infos.iter().filter(|info| info.public_key.is_some()).count() as u64;
    if count > limit {
        // The node stops counting at the first key too many.
        return Err(Root::TooManySignatures.wrap(format!("signatures: {}, limit: {limit}", limit + 1)).into());
    }
    Ok(())
}

fn pay_for_signatures(ctx: &Context, tx: &Tx, signers: &[Vec<u8>]) -> ExecResult<()> {
    let params = auth::params(ctx)?;
    for index in 0..tx.auth_info.signer_infos.len() {
        let account = require_account(ctx, signer_at(signers, index)?)?;
        let kind = account.public_key().map(|key| key.type_url.as_str());
        match kind {
            Some("/cosmos.crypto.secp256k1.PubKey") => {
                ctx.gas.consume(params.sig_verify_cost_secp256k1, "ante verify: secp256k1")?;
            }
            None if ctx.mode == ExecMode::Simulate => {
                ctx.gas.consume(params.sig_verify_cost_secp256k1, "ante verify: secp256k1")?;
            }
            Some("/cosmos.crypto.ed25519.PubKey") => {
                ctx.gas.consume(params.sig_verify_cost_ed25519, "ante verify: ed25519")?;
            }
            other => {
                let text = format!("unrecognized public key type: {}", other.unwrap_or("<nil>"));
                return Err(Root::InvalidPubKey.wrap(text).into());
            }
        }
    }
    Ok(())
}

fn verify(ctx: &Context, tx: &Tx, signers: &[Vec<u8>], verified: &VerifiedSignatures) -> ExecResult<()> {
    if tx.body.unordered {
        return Err(Root::NotSupported.wrap("unordered transactions are not enabled").into());
    }
    let infos = &tx.auth_info.signer_infos;
    if infos.len() != signers.len() {
        let text = format!("invalid number of signer;  expected: {}, got {}", signers.len(), infos.len());
        return Err(Root::Unauthorized.wrap(text).into());
    }
    for (index, (info, signer)) in infos.iter().zip(signers).enumerate() {
        let account = require_account(ctx, signer)?;
        let simulate = ctx.mode == ExecMode::Simulate;
        let key = account.public_key();
        if !simulate && key.is_none() {
            return Err(Root::InvalidPubKey.wrap("pubkey on account is not set").into());
        }
        require_sequence(info, &account)?;
        if simulate || ctx.mode == ExecMode::Recheck {
            continue;
        }
        if let Some(key) = key {
            let (number, chain_id) = (account.number(), ctx.block.chain_id.as_str());
            let sequence = account.sequence();
            let signer = SignerData { key, chain_id, account_number: number, sequence };
            verified.verify(&ctx.router, tx, index, signer).map_err(|reason| {
                let failed = "signature verification failed; please verify account number";
                Root::Unauthorized.wrap(if signature::is_amino(tx, index) {
                    format!("{failed} ({number}), sequence ({sequence}) and chain-id ({chain_id})")
                } else {
                    format!("{failed} ({number}) and chain-id ({chain_id}): ({reason})")
                })
            })?;
        }
    }
    Ok(())
}

fn require_sequence(info: &SignerInfo, account: &Account) -> Result<(), SdkError> {
    let got = if info.mode_info.is_some() { info.sequence } else { 0 };
    let expected = account.sequence();
    if got == expected {
        return Ok(());
    }
    Err(Root::WrongSequence.wrap(format!("account sequence mismatch, expected {expected}, got {got}")))
}

fn require_account(ctx: &Context, address: &[u8]) -> ExecResult<Account> {
    auth::account(ctx, address)?
        .ok_or_else(|| Root::UnknownAddress.wrap(format!("account {} does not exist", address::encode(address))).into())
}

fn signer_at(signers: &[Vec<u8>], index: usize) -> ExecResult<&[u8]> {
    signers.get(index).map(Vec::as_slice).ok_or_else(|| {
        ExecError::Panic(format!("runtime error: index out of range [{index}] with length {}", signers.len()))
    })
}

fn mode(tx: &Tx, index: usize) -> Option<&cosmos_sdk_proto::cosmos::tx::v1beta1::mode_info::Sum> {
    tx.auth_info.signer_infos.get(index)?.mode_info.as_ref()?.sum.as_ref()
}

fn simulation_key() -> Any {
    use prost::{Message, Name};
    let key = cosmos_sdk_proto::cosmos::crypto::secp256k1::PubKey { key: SIMULATION_KEY.to_vec() };
    Any { type_url: cosmos_sdk_proto::cosmos::crypto::secp256k1::PubKey::type_url(), value: key.encode_to_vec() }
}
