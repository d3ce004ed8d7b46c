//! ABCI queries and simulations on committed state.

use cosmos_sdk_proto::{Any, cosmos::base::abci::v1beta1::GasInfo};
use tendermint_proto::v0_38::abci::{Event, ResponseQuery};

use super::{App, Context, ExecMode};
use crate::{
    error::{ExecError, Root, SdkError},
    modules::tx_service,
    store::{Layers, StoreKey},
};

/// The answer of a simulation.
#[derive(Debug)]
pub struct Simulation {
    /// Gas limit and gas that delivery would use.
    pub gas: GasInfo,
    /// Encoded `TxMsgData`.
    pub data: Vec<u8>,
    /// Events in order.
    pub events: Vec<Event>,
    /// Response messages.
    pub responses: Vec<Any>,
}

/// Why a simulated transaction fails, and the gas it used until then.
#[derive(Debug, thiserror::Error)]
#[error("{error}")]
pub struct SimulationFailed {
    /// The failure.
    pub error: SdkError,
    /// Gas used.
    pub gas_used: u64,
}

impl App {
    /// Answers an ABCI query on the last committed state: gRPC paths, `/store/<name>/key`, `/app/version`,
    /// `/app/simulate`.
    pub fn query(&self, path: &str, data: &[u8]) -> ResponseQuery {
        let Some(last) = self.last_committed() else {
            let text = "the chain is not ready; please wait for first block";
            return refusal(0, Root::InvalidHeight.wrap(text));
        };
        let height = last.block.height.cast_signed();
        if path == tx_service::SIMULATE {
            return answer(height, tx_service::simulate(self, data));
        }
        let ctx = Context::new(last.block, ExecMode::Query, Layers::new(last.snapshot), self.router().clone());
        if let Some(result) = self.router().query(&ctx, path, data) {
            let result = result.map_err(|error| match error {
                ExecError::Sdk(error) => error,
                ExecError::Gas(error) => Root::Panic.wrap(error),
                ExecError::Panic(text) => Root::Panic.wrap(text),
                ExecError::Store(error) => Root::Panic.wrap(error),
            });
            return answer(height, result);
        }
        let mut parts = path.trim_start_matches('/').split('/');
        match (parts.next(), parts.next(), parts.next()) {
            (None | Some(""), ..) => refusal(0, Root::UnknownRequest.wrap("no query path provided")),
            (Some("store"), Some(name), Some("key")) => stored(&ctx, height, name, data),
            (Some("store"), ..) => refusal(0, Root::UnknownRequest.wrap(format!("unexpected query path: {path}"))),
            (Some("app"), Some("version"), _) => ResponseQuery {
                codespace: "sdk".into(),
                height,
                value: env!("CARGO_PKG_VERSION").as_bytes().to_vec().into(),
                ..ResponseQuery::default()
            },
            (Some("app"), Some("simulate"), _) => match tx_service::simulate_json(self, data) {
                Ok(value) => {
                    ResponseQuery { codespace: "sdk".into(), height, value: value.into(), ..ResponseQuery::default() }
                }
                Err(error) => refusal(0, error.wrap("failed to simulate tx")),
            },
            (Some("app"), Some(_), _) => {
                let parts = path.trim_start_matches('/').replace('/', " ");
                refusal(0, Root::UnknownRequest.wrap(format!("unknown query: [{parts}]")))
            }
            (Some("app"), None, _) => {
                let text = "expected second parameter to be either 'simulate' or 'version', neither was present";
                refusal(0, Root::UnknownRequest.wrap(text))
            }
            _ => refusal(0, Root::UnknownRequest.wrap("unknown query path")),
        }
    }

    /// Runs a transaction on the state that checks run on, and forgets its changes.
    ///
    /// # Errors
    /// What makes the transaction fail.
    pub fn simulate(&self, tx: &[u8]) -> Result<Simulation, SimulationFailed> {
        let outcome = self.simulate_outcome(tx);
        let gas = GasInfo { gas_wanted: outcome.gas_wanted, gas_used: outcome.gas_used };
        match outcome.result {
            Ok(executed) => {
                Ok(Simulation { gas, data: executed.data, events: executed.events, responses: executed.responses })
            }
            Err(failed) => Err(SimulationFailed { error: failed.error, gas_used: gas.gas_used }),
        }
    }
}

fn answer(height: i64, result: Result<Vec<u8>, SdkError>) -> ResponseQuery {
    match result {
        Ok(value) => ResponseQuery { height, value: value.into(), ..ResponseQuery::default() },
        Err(error) => refusal(height, error.for_query()),
    }
}

fn refusal(height: i64, error: SdkError) -> ResponseQuery {
    ResponseQuery {
        code: error.code,
        codespace: error.codespace.into_owned(),
        log: error.log,
        height,
        ..ResponseQuery::default()
    }
}

fn stored(ctx: &Context, height: i64, name: &str, key: &[u8]) -> ResponseQuery {
    let Some(store) = StoreKey::from_name(name) else {
        return refusal(0, Root::UnknownRequest.wrap(format!("no such store: {name}")));
    };
    match ctx.layers.get(store, key) {
        Ok(value) => ResponseQuery {
            key: key.to_vec().into(),
            value: value.unwrap_or_default(),
            height,
            ..ResponseQuery::default()
        },
        Err(error) => refusal(0, Root::Panic.wrap(error)),
    }
}
