//! Events that contracts emit, as the chain's events.

use tendermint_proto::v0_38::abci::Event as ChainEvent;

use super::error::WasmError;
use super::wire::{Attribute, Event};
use crate::app::attribute;
use crate::error::SdkError;

/// Attribute that carries the contract's address.
pub const CONTRACT_ADDRESS: &str = "_contract_address";

/// The `wasm` event with a response's own attributes.
///
/// # Errors
/// An empty or reserved attribute key.
pub fn wasm_event(attributes: &[Attribute], contract: &str) -> Result<ChainEvent, SdkError> {
    chain_event("wasm".to_owned(), attributes, contract)
}

/// The events of a response, each with the prefix `wasm-`.
///
/// # Errors
/// A type of two characters or less, an empty or reserved attribute key.
pub fn custom_events(events: &[Event], contract: &str) -> Result<Vec<ChainEvent>, SdkError> {
    events
        .iter()
        .map(|event| {
            let kind = event.kind.trim();
            if kind.len() <= 2 {
                return Err(WasmError::InvalidEvent.wrap(format_args!("Event type too short: '{kind}'")));
            }
            chain_event(format!("wasm-{kind}"), &event.attributes, contract)
        })
        .collect()
}

fn chain_event(kind: String, attributes: &[Attribute], contract: &str) -> Result<ChainEvent, SdkError> {
    let mut checked = vec![attribute(CONTRACT_ADDRESS, contract)];
    for Attribute { key, value } in attributes {
        let trimmed = key.trim();
        if trimmed.is_empty() {
            return Err(WasmError::InvalidEvent.wrap(format_args!("Empty attribute key. Value: {value}")));
        }
        if trimmed.starts_with('_') {
            return Err(
                WasmError::InvalidEvent.wrap(format_args!("Attribute key starts with reserved prefix _: '{trimmed}'"))
            );
        }
        checked.push(attribute(trimmed, value.trim()));
    }
    Ok(ChainEvent { r#type: kind, attributes: checked })
}

/// Events as a contract gets them in a reply.
pub fn to_wire(events: &[ChainEvent]) -> Vec<Event> {
    events
        .iter()
        .map(|event| Event {
            kind: event.r#type.clone(),
            attributes: event
                .attributes
                .iter()
                .map(|attribute| Attribute { key: attribute.key.clone(), value: attribute.value.clone() })
                .collect(),
        })
        .collect()
}
