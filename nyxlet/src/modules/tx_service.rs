//! The simulation of transactions as a service. Finding transactions and blocks is the block producer's part.

use cosmos_sdk_proto::cosmos::{
    base::abci::v1beta1::Result as ExecutionResult,
    tx::v1beta1::{SimulateRequest, SimulateResponse},
};
use prost::Message;

use crate::{
    app::App,
    error::{SdkError, Status},
};

/// The path of the simulation.
pub const SIMULATE: &str = "/cosmos.tx.v1beta1.Service/Simulate";

/// Answers a `SimulateRequest`.
///
/// # Errors
/// The request has no transaction, or the transaction fails; the text ends with the gas it used.
pub fn simulate(app: &App, request: &[u8]) -> Result<Vec<u8>, SdkError> {
    let request = SimulateRequest::decode(request).map_err(|error| SdkError::undecodable_request(&error))?;
    #[allow(deprecated, reason = "old clients send the transaction in this field")]
    let tx = match request.tx {
        Some(tx) if request.tx_bytes.is_empty() => tx.encode_to_vec(),
        _ => request.tx_bytes,
    };
    if tx.is_empty() {
        return Err(SdkError::status(Status::InvalidArgument, "empty txBytes is not allowed"));
    }
    let simulation = app.simulate(&tx).map_err(|failed| {
        SdkError::status(Status::Unknown, format!("{} with gas used: '{}'", failed.error, failed.gas_used))
    })?;
    #[allow(deprecated, reason = "every field of the message is written")]
    let result = ExecutionResult {
        data: simulation.data,
        log: String::new(),
        events: simulation.events,
        msg_responses: simulation.responses,
    };
    Ok(SimulateResponse { gas_info: Some(simulation.gas), result: Some(result) }.encode_to_vec())
}

/// The gas of a simulated transaction as `/app/simulate` answers it.
///
/// # Errors
/// The transaction fails.
pub fn simulate_json(app: &App, tx: &[u8]) -> Result<Vec<u8>, SdkError> {
    let simulation = app.simulate(tx).map_err(|failed| failed.error)?;
    let events: Vec<_> = simulation
        .events
        .iter()
        .map(|event| {
            let attributes: Vec<_> = event
                .attributes
                .iter()
                .map(|attribute| {
                    serde_json::json!({ "key": attribute.key, "value": attribute.value, "index": attribute.index })
                })
                .collect();
            serde_json::json!({ "type": event.r#type, "attributes": attributes })
        })
        .collect();
    let answer = serde_json::json!({
        "gas_info": {
            "gas_wanted": simulation.gas.gas_wanted.to_string(),
            "gas_used": simulation.gas.gas_used.to_string(),
        },
        "result": { "log": "", "events": events },
    });
    Ok(answer.to_string().into_bytes())
}
