//! The methods that drive a development chain: mining, time, the rhythm of blocks.
//!
//! - `nyxlet_mine {blocks, interval}`: produces blocks now; with an interval (seconds) each is that much later than
//!   the one before.
//! - `nyxlet_warp {seconds}` or `{to}`: moves the clock and produces a block at the new time; `to` is an RFC 3339 text
//!   or seconds since 1970.
//! - `nyxlet_setBlockTime {time}`: the next block, whenever it comes, has this time or a later one.
//! - `nyxlet_setInterval {seconds}`: a block every so many seconds from now on, 0 for blocks on demand.
//! - `nyxlet_status {}`: where the chain and its clock stand.

use std::{sync::Arc, time::Duration};

use futures::FutureExt as _;
use serde_json::json;

use super::{
    Rpc,
    jsonrpc::RpcError,
    params::Params,
    routes::{Answer, Begun, answer},
};
use crate::{
    chain::{Chain, ControlError, Mining, Moment, Progress},
    clock::Nanos,
};

/// The most blocks of one call.
const MOST_BLOCKS: u64 = 100_000;

pub(super) fn mine(rpc: &Arc<Rpc>, params: &Params<'_>) -> Begun {
    let wanted = count(params, "blocks").and_then(|blocks| Ok((blocks, duration(params, "interval")?)));
    later(rpc, wanted, |chain, (blocks, spacing)| async move { chain.mine(blocks, spacing).await })
}

pub(super) fn warp(rpc: &Arc<Rpc>, params: &Params<'_>) -> Begun {
    let wanted = match (duration(params, "seconds"), moment(params, "to")) {
        (Err(error), _) | (_, Err(error)) => Err(error),
        (Ok(Some(by)), Ok(None)) => Ok(Moment::By(by)),
        (Ok(None), Ok(Some(to))) => Ok(Moment::To(to)),
        _ => Err(RpcError::invalid_params(
            "give either seconds (how far) or to (an RFC 3339 time or seconds since 1970)",
        )),
    };
    later(rpc, wanted, |chain, moment| async move { chain.warp(moment).await })
}

pub(super) fn set_block_time(rpc: &Arc<Rpc>, params: &Params<'_>) -> Begun {
    let missing = || RpcError::invalid_params("give time (an RFC 3339 time or seconds since 1970)");
    let wanted = moment(params, "time").and_then(|time| time.ok_or_else(missing));
    later(rpc, wanted, |chain, time| async move { chain.set_time(Moment::To(time)).await })
}

pub(super) fn set_interval(rpc: &Arc<Rpc>, params: &Params<'_>) -> Begun {
    let missing = || RpcError::invalid_params("give seconds between blocks, 0 for blocks on demand");
    let seconds = match duration(params, "seconds").and_then(|seconds| seconds.ok_or_else(missing)) {
        Ok(seconds) => seconds,
        Err(error) => return Begun::Done(Err(error)),
    };
    rpc.chain.set_mining(if seconds.is_zero() { Mining::OnDemand } else { Mining::Interval(seconds) });
    Begun::Done(state(&rpc.chain))
}

pub(super) fn status(rpc: &Arc<Rpc>, _: &Params<'_>) -> Begun {
    Begun::Done(state(&rpc.chain))
}

fn state(chain: &Chain) -> Answer {
    let tip = chain.tip();
    let (mode, interval) = match chain.mining() {
        Mining::OnDemand => ("on_demand", Duration::ZERO),
        Mining::Interval(interval) => ("interval", interval),
        Mining::Mixed(interval) => ("mixed", interval),
        Mining::Manual => ("manual", Duration::ZERO),
    };
    let (waiting, _) = chain.waiting();
    answer(&json!({
        "chain_id": chain.genesis().chain_id,
        "height": tip.height().to_string(),
        "block_time": tip.block.time().rfc3339(),
        "now": chain.now().rfc3339(),
        "clock_offset_nanoseconds": chain.clock_offset().to_string(),
        "mining": mode,
        "interval_seconds": interval.as_secs_f64(),
        "waiting_txs": waiting.to_string(),
        "version": env!("CARGO_PKG_VERSION"),
    }))
}

/// Runs a command that the block thread answers.
fn later<T, F>(
    rpc: &Arc<Rpc>,
    wanted: Result<T, RpcError>,
    command: impl FnOnce(Chain, T) -> F + Send + 'static,
) -> Begun
where
    T: Send + 'static,
    F: Future<Output = Result<Progress, ControlError>> + Send + 'static,
{
    let wanted = match wanted {
        Ok(wanted) => wanted,
        Err(error) => return Begun::Done(Err(error)),
    };
    let chain = rpc.chain.clone();
    let answered = async move {
        let progress = command(chain, wanted).await.map_err(RpcError::internal)?;
        answer(&json!({
            "height": progress.height.to_string(),
            "block_time": progress.block_time.rfc3339(),
            "now": progress.now.rfc3339(),
        }))
    };
    Begun::Later(answered.boxed())
}

fn unquote(text: &str) -> &str {
    text.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(text)
}

/// How many blocks, 1 by default.
fn count(params: &Params<'_>, name: &str) -> Result<u64, RpcError> {
    let Some(text) = params.raw(name) else { return Ok(1) };
    unquote(text).parse().ok().filter(|blocks| *blocks <= MOST_BLOCKS).ok_or_else(|| {
        RpcError::invalid_params(format!("{name} must be a whole number up to {MOST_BLOCKS}, got {text}"))
    })
}

/// Seconds, whole or with a fraction.
fn duration(params: &Params<'_>, name: &str) -> Result<Option<Duration>, RpcError> {
    let Some(text) = params.raw(name) else { return Ok(None) };
    let seconds = unquote(text).parse().ok().and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    let seconds = seconds.ok_or_else(|| {
        RpcError::invalid_params(format!("{name} must be a number of seconds, not negative; got {text}"))
    })?;
    Ok(Some(seconds))
}

/// A moment: RFC 3339 or seconds since 1970.
fn moment(params: &Params<'_>, name: &str) -> Result<Option<Nanos>, RpcError> {
    let Some(text) = params.raw(name) else { return Ok(None) };
    let plain = unquote(text);
    let seconds = || Some(Nanos(plain.parse::<i64>().ok()?.checked_mul(1_000_000_000)?));
    let moment = Nanos::parse_rfc3339(plain).or_else(seconds).ok_or_else(|| {
        RpcError::invalid_params(format!("{name} must be an RFC 3339 time or seconds since 1970; got {text}"))
    })?;
    Ok(Some(moment))
}
