//! A contract that does what its message tells it to, step by step: storage, iteration,
//! events, submessages with every reply mode, queries, panics, loops. The conformance
//! scenario uses it for what published contracts never do. It is deployed on test chains
//! only.

mod steps;

use cosmwasm_schema::cw_serde;
use cosmwasm_std::{
    Binary, Deps, DepsMut, Env, MessageInfo, Reply, Response, StdError, StdResult, SubMsgResult, entry_point,
    from_json, to_json_binary,
};

pub use steps::Step;

/// The one message of every entry point.
#[cw_serde]
pub struct Script {
    /// What to do, in this order.
    pub steps: Vec<Step>,
}

#[entry_point]
pub fn instantiate(deps: DepsMut, env: Env, info: MessageInfo, script: Script) -> StdResult<Response> {
    let mut response = Response::new();
    if !info.funds.is_empty() {
        response = response.add_attribute("funds", coins(&info));
    }
    steps::run(deps, &env, script, response)
}

#[entry_point]
pub fn execute(deps: DepsMut, env: Env, info: MessageInfo, script: Script) -> StdResult<Response> {
    let mut response = Response::new();
    if !info.funds.is_empty() {
        response = response.add_attribute("funds", coins(&info));
    }
    steps::run(deps, &env, script, response)
}

#[entry_point]
pub fn migrate(deps: DepsMut, env: Env, script: Script) -> StdResult<Response> {
    steps::run(deps, &env, script, Response::new())
}

#[entry_point]
pub fn query(deps: Deps, env: Env, script: Script) -> StdResult<Binary> {
    to_json_binary(&steps::ask(deps, &env, script)?)
}

/// Says what the reply carries, then runs the script in its payload.
#[entry_point]
pub fn reply(deps: DepsMut, env: Env, reply: Reply) -> StdResult<Response> {
    let mut response = Response::new().add_attribute("reply", reply.id.to_string());
    response = match reply.result {
        SubMsgResult::Err(text) => response.add_attribute("err", text),
        SubMsgResult::Ok(ok) => {
            let kinds: Vec<String> =
                ok.events.iter().map(|event| format!("{}:{}", event.ty, event.attributes.len())).collect();
            let answers: Vec<String> =
                ok.msg_responses.iter().map(|answer| format!("{}={}", answer.type_url, answer.value)).collect();
            response.add_attribute("events", kinds.join(" ")).add_attribute("answers", answers.join(" "))
        }
    };
    if reply.payload.is_empty() {
        return Ok(response);
    }
    let script: Script = from_json(&reply.payload)
        .map_err(|error| StdError::generic_err(format!("the payload is no script: {error}")))?;
    steps::run(deps, &env, script, response)
}

fn coins(info: &MessageInfo) -> String {
    info.funds.iter().map(ToString::to_string).collect::<Vec<_>>().join(",")
}
