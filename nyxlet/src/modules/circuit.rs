//! The circuit breaker: a list of message kinds that are switched off. Nothing on this chain adds to it, but every
//! message pays for looking.

use crate::{
    app::Context,
    error::{ExecResult, SdkError},
    store::StoreKey,
};

/// Prefix of the switched-off type URLs.
const DISABLED: u8 = 2;

/// Charges for the look and refuses a message kind that is switched off.
///
/// # Errors
/// The kind is switched off, or gas runs out.
pub fn require_allowed(ctx: &Context, type_url: &str) -> ExecResult<()> {
    if is_disabled(ctx, type_url)? {
        return Err(
            SdkError::unregistered(format!("circuit breaker disables execution of this message: {type_url}")).into()
        );
    }
    Ok(())
}

/// The same look on a transaction's entry.
///
/// # Errors
/// The kind is switched off, or gas runs out.
pub fn require_allowed_in_tx(ctx: &Context, type_url: &str) -> ExecResult<()> {
    if is_disabled(ctx, type_url)? {
        return Err(SdkError::unregistered("tx type not allowed").into());
    }
    Ok(())
}

fn is_disabled(ctx: &Context, type_url: &str) -> ExecResult<bool> {
    let mut key = Vec::with_capacity(type_url.len() + 1);
    key.push(DISABLED);
    key.extend_from_slice(type_url.as_bytes());
    ctx.kv(StoreKey::Circuit).has(&key)
}
