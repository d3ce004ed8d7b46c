//! Prices of the wasm module in units of SDK gas (wasmd's default gas register).

use super::wire::{Attribute, Event, Reply};

/// CosmWasm gas per unit of SDK gas.
pub const GAS_MULTIPLIER: u64 = 140_000;
/// Loading a code for a call.
const INSTANCE_COST: u64 = 60_000;
/// Loading a code that this transaction has loaded before, or that is pinned.
const INSTANCE_COST_DISCOUNT: u64 = 2_000;
/// Compiling one byte of wasm.
const COMPILE_COST_PER_BYTE: u64 = 3;
const ATTRIBUTE_COST: u64 = 10;
const ATTRIBUTE_BYTE_COST: u64 = 1;
/// Attribute bytes of one response that are free.
const ATTRIBUTE_FREE_BYTES: u64 = 100;
const CUSTOM_EVENT_COST: u64 = 20;
/// Putting a code into, or taking it out of, the pinned set.
pub const PIN_CODE_COST: u64 = 500_000;
/// Turning bytes into a human readable address, in CosmWasm gas.
pub const HUMANIZE_COST: u64 = 5 * GAS_MULTIPLIER;
/// Decoding a human readable address, in CosmWasm gas.
pub const CANONICALIZE_COST: u64 = 4 * GAS_MULTIPLIER;
/// Checking that an address is valid and normalised, in CosmWasm gas.
pub const VALIDATE_COST: u64 = HUMANIZE_COST + CANONICALIZE_COST;
/// Parsing one byte of a contract's answer, in CosmWasm gas.
pub const DESERIALIZE_COST_PER_BYTE: u64 = GAS_MULTIPLIER;

/// Cost of unpacking a gzip archive of this many bytes: 15 per 100 bytes, rounded down.
pub fn uncompress_cost(archive_length: usize) -> u64 {
    (archive_length as u64).saturating_mul(15) / 100
}

/// Cost of loading a code for a call.
pub fn setup_cost(discount: bool) -> u64 {
    if discount { INSTANCE_COST_DISCOUNT } else { INSTANCE_COST }
}

/// Cost of compiling wasm, in CosmWasm gas.
pub fn compile_cost(wasm_length: usize) -> u64 {
    (wasm_length as u64).saturating_mul(COMPILE_COST_PER_BYTE * GAS_MULTIPLIER)
}

/// Cost of handing a reply to a contract; its code was loaded by the call that sent the submessage.
pub fn reply_cost(reply: &Reply) -> u64 {
    let Some(response) = &reply.result.ok else {
        return setup_cost(true);
    };
    let type_bytes: u64 = response.events.iter().map(|event| event.kind.len() as u64).sum();
    let attributes = response.events.iter().flat_map(|event| &event.attributes);
    let (attributes_cost, _) = attribute_cost(attributes, ATTRIBUTE_FREE_BYTES);
    type_bytes * ATTRIBUTE_BYTE_COST + attributes_cost + setup_cost(true)
}

/// Cost of a response's attributes and events. The free bytes are shared by all attributes; event types get none.
pub fn event_cost(attributes: &[Attribute], events: &[Event]) -> u64 {
    let (mut cost, mut free) = attribute_cost(attributes, ATTRIBUTE_FREE_BYTES);
    for event in events {
        let (attributes_cost, left) = attribute_cost(&event.attributes, free);
        free = left;
        cost += CUSTOM_EVENT_COST + event.kind.len() as u64 * ATTRIBUTE_BYTE_COST + attributes_cost;
    }
    cost
}

fn attribute_cost<'a>(attributes: impl IntoIterator<Item = &'a Attribute>, free: u64) -> (u64, u64) {
    let (mut count, mut bytes) = (0u64, 0u64);
    for attribute in attributes {
        count += 1;
        bytes += (attribute.key.len() + attribute.value.len()) as u64;
    }
    let charged = bytes.saturating_sub(free);
    (charged * ATTRIBUTE_BYTE_COST + count * ATTRIBUTE_COST, free.saturating_sub(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn attribute(key: usize, value: usize) -> Attribute {
        Attribute { key: "k".repeat(key), value: "v".repeat(value) }
    }

    #[test]
    fn free_bytes_are_shared_by_attributes_and_events() {
        assert_eq!(event_cost(&[], &[]), 0);
        assert_eq!(event_cost(&[attribute(50, 50)], &[]), 10);
        assert_eq!(event_cost(&[attribute(50, 51)], &[]), 11);
        let event = Event { kind: "x".repeat(7), attributes: vec![attribute(30, 40)] };
        assert_eq!(event_cost(&[attribute(20, 20)], std::slice::from_ref(&event)), 10 + 20 + 7 + 10 + 10);
        assert_eq!(event_cost(&[], &[event]), 20 + 7 + 10);
    }

    #[test]
    fn archives_cost_fifteen_percent_of_their_length() {
        assert_eq!(uncompress_cost(6), 0);
        assert_eq!(uncompress_cost(7), 1);
        assert_eq!(uncompress_cost(100), 15);
    }
}
