//! The steps that a script is made of.

use cosmwasm_schema::cw_serde;
use cosmwasm_std::{
    Binary, ContractResult, Deps, DepsMut, Empty, Env, Event, HexBinary, Order, QueryRequest, Response, StdError,
    StdResult, SubMsg, SystemResult, to_json_vec,
};

use crate::Script;

/// One thing to do. Steps that answer something do so as an attribute when executed, and as
/// a line of the answer when queried.
#[cw_serde]
pub enum Step {
    /// Writes.
    Set { key: String, value: String },
    /// Reads; answers `none` for a key that is absent.
    Get { key: String },
    /// Deletes.
    Remove { key: String },
    /// Answers the keys and values from `start` (included) to `end` (excluded), at most `limit`.
    Range { start: Option<String>, end: Option<String>, descending: bool, limit: u32 },
    /// Adds an attribute.
    Attribute { key: String, value: String },
    /// Adds an event of its own kind.
    Event { kind: String, attributes: Vec<(String, String)> },
    /// Sets the response data.
    Data { data: Binary },
    /// Sends a submessage.
    Sub { sub: SubMsg },
    /// Asks the chain.
    Ask { request: QueryRequest<Empty> },
    /// Answers this contract's address and the index of the transaction in its block.
    Here {},
    /// Answers the block's height and its time in nanoseconds.
    Now {},
    /// Validates, canonicalises and humanises an address.
    Address { text: String },
    /// Verifies a secp256k1 signature over a hash.
    Secp256k1 { hash: HexBinary, signature: HexBinary, key: HexBinary },
    /// Verifies an ed25519 signature over a message.
    Ed25519 { message: HexBinary, signature: HexBinary, key: HexBinary },
    /// Verifies many ed25519 signatures at once.
    Ed25519Batch { messages: Vec<HexBinary>, signatures: Vec<HexBinary>, keys: Vec<HexBinary> },
    /// Writes a line to the engine's debug log.
    Debug { text: String },
    /// Counts to `rounds`.
    Spin { rounds: u64 },
    /// Never ends.
    Loop {},
    /// Takes `kib` KiB of memory at once and touches every page.
    Allocate { kib: u32 },
    /// Asks this contract the same, one level down, `depth` times.
    Deep { depth: u32 },
    /// Returns an error.
    Fail { text: String },
    /// Panics.
    Panic { text: String },
}

/// Runs the steps of an execution.
pub fn run(mut deps: DepsMut, env: &Env, script: Script, mut response: Response) -> StdResult<Response> {
    for step in script.steps {
        response = match step {
            Step::Set { key, value } => {
                deps.storage.set(key.as_bytes(), value.as_bytes());
                response
            }
            Step::Remove { key } => {
                deps.storage.remove(key.as_bytes());
                response
            }
            Step::Attribute { key, value } => response.add_attribute(key, value),
            Step::Event { kind, attributes } => response.add_event(Event::new(kind).add_attributes(attributes)),
            Step::Data { data } => response.set_data(data),
            Step::Sub { sub } => response.add_submessage(sub),
            other => {
                let (name, answer) = answer(deps.branch().as_ref(), env, other)?;
                response.add_attribute(name, answer)
            }
        };
    }
    Ok(response)
}

/// Runs the steps of a query.
pub fn ask(deps: Deps, env: &Env, script: Script) -> StdResult<Vec<String>> {
    script.steps.into_iter().map(|step| answer(deps, env, step).map(|(_, answer)| answer)).collect()
}

fn answer(deps: Deps, env: &Env, step: Step) -> StdResult<(&'static str, String)> {
    Ok(match step {
        Step::Get { key } => {
            ("get", deps.storage.get(key.as_bytes()).map_or("none".into(), |value| text(&value)))
        }
        Step::Range { start, end, descending, limit } => {
            let order = if descending { Order::Descending } else { Order::Ascending };
            let entries: Vec<String> = deps
                .storage
                .range(start.as_deref().map(str::as_bytes), end.as_deref().map(str::as_bytes), order)
                .take(limit as usize)
                .map(|(key, value)| format!("{}={}", text(&key), text(&value)))
                .collect();
            ("range", entries.join(" "))
        }
        Step::Ask { request } => ("ask", ask_chain(deps, &request)?),
        Step::Here {} => {
            let index = env.transaction.as_ref().map_or("none".into(), |tx| tx.index.to_string());
            ("here", format!("{} {index}", env.contract.address))
        }
        Step::Now {} => ("now", format!("{} {}", env.block.height, env.block.time.nanos())),
        Step::Address { text } => {
            let address = deps.api.addr_validate(&text)?;
            let canonical = deps.api.addr_canonicalize(&text)?;
            let human = deps.api.addr_humanize(&canonical)?;
            ("address", format!("{} {canonical} {human}", address))
        }
        Step::Secp256k1 { hash, signature, key } => {
            ("secp256k1", deps.api.secp256k1_verify(&hash, &signature, &key)?.to_string())
        }
        Step::Ed25519 { message, signature, key } => {
            ("ed25519", deps.api.ed25519_verify(&message, &signature, &key)?.to_string())
        }
        Step::Ed25519Batch { messages, signatures, keys } => {
            let [messages, signatures, keys] =
                [&messages, &signatures, &keys].map(|list| list.iter().map(HexBinary::as_slice).collect::<Vec<_>>());
            ("ed25519_batch", deps.api.ed25519_batch_verify(&messages, &signatures, &keys)?.to_string())
        }
        Step::Debug { text } => {
            deps.api.debug(&text);
            ("debug", text)
        }
        Step::Spin { rounds } => {
            let mut sum = 0u64;
            for round in 0..rounds {
                sum = std::hint::black_box(sum.wrapping_mul(31).wrapping_add(round));
            }
            ("spin", sum.to_string())
        }
        Step::Loop {} => {
            let mut sum = 0u64;
            loop {
                sum = std::hint::black_box(sum.wrapping_add(1));
            }
        }
        Step::Allocate { kib } => {
            let mut block = vec![0u8; kib as usize * 1024];
            for byte in block.iter_mut().step_by(4096) {
                *byte = std::hint::black_box(1);
            }
            ("allocate", block.len().to_string())
        }
        Step::Deep { depth: 0 } => ("deep", "bottom".into()),
        Step::Deep { depth } => {
            let below = Script { steps: vec![Step::Deep { depth: depth - 1 }] };
            let answers: Vec<String> = deps.querier.query_wasm_smart(&env.contract.address, &below)?;
            ("deep", answers.concat())
        }
        Step::Fail { text } => return Err(StdError::generic_err(text)),
        Step::Panic { text } => panic!("{text}"),
        writing => {
            return Err(StdError::generic_err(format!("a query cannot do this: {writing:?}")));
        }
    })
}

/// The raw answer: what succeeded, what the other contract said, or what the chain refused.
fn ask_chain(deps: Deps, request: &QueryRequest<Empty>) -> StdResult<String> {
    Ok(match deps.querier.raw_query(&to_json_vec(request)?) {
        SystemResult::Err(refusal) => format!("refused: {refusal}"),
        SystemResult::Ok(ContractResult::Err(error)) => format!("error: {error}"),
        SystemResult::Ok(ContractResult::Ok(answer)) => text(&answer),
    })
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap_or_else(|_| HexBinary::from(bytes).to_hex())
}
