//! What the contracts of the quorum ask of the multisig.

use cosmwasm_schema::cw_serde;
use cosmwasm_std::{Addr, CosmosMsg, QuerierWrapper, Reply, StdResult, SubMsgResult, WasmMsg, to_json_binary};
use cw_utils::Expiration;
use cw3::Status;
use thiserror::Error;

/// Number of a proposal in the multisig, from 1.
pub type ProposalId = u64;

/// What a contract wants to be voted on.
#[derive(Clone, Debug)]
pub struct Proposed {
    /// What kind of proposal it is; signers compare it.
    pub title: &'static str,
    /// The matter.
    pub description: String,
    /// What is done once it passes.
    pub message: WasmMsg,
    /// When voting ends, if earlier than the multisig's own limit.
    pub latest: Option<Expiration>,
}

#[cw_serde]
enum MultisigMsg {
    Propose { title: String, description: String, msgs: Vec<CosmosMsg>, latest: Option<Expiration> },
}

#[cw_serde]
enum MultisigQuery {
    Proposal { proposal_id: ProposalId },
}

/// The one member of the answer that matters here.
#[cw_serde]
struct ProposalStatus {
    status: Status,
}

/// The message to the multisig (`docs/protocol/quorum-contracts.md` §6.4).
///
/// # Errors
/// When the message has no JSON form.
pub fn propose(multisig: &Addr, proposed: Proposed) -> StdResult<WasmMsg> {
    let msg = to_json_binary(&MultisigMsg::Propose {
        title: proposed.title.to_owned(),
        description: proposed.description,
        msgs: vec![proposed.message.into()],
        latest: proposed.latest,
    })?;
    Ok(WasmMsg::Execute { contract_addr: multisig.to_string(), msg, funds: vec![] })
}

/// Where a proposal stands now. One that has passed and is being carried out is `Executed` for the messages that it
/// sends.
///
/// # Errors
/// When the multisig knows no such proposal.
pub fn proposal_status(querier: QuerierWrapper, multisig: &Addr, proposal_id: ProposalId) -> StdResult<Status> {
    let answer: ProposalStatus = querier.query_wasm_smart(multisig, &MultisigQuery::Proposal { proposal_id })?;
    Ok(answer.status)
}

/// Whether a proposal can still have, or is still to have, an effect.
///
/// # Errors
/// As [`proposal_status`].
pub fn is_proposal_alive(querier: QuerierWrapper, multisig: &Addr, proposal_id: ProposalId) -> StdResult<bool> {
    Ok(matches!(proposal_status(querier, multisig, proposal_id)?, Status::Pending | Status::Open | Status::Passed))
}

/// Why the multisig's answer to a proposal cannot be used.
#[derive(Debug, Error, PartialEq)]
pub enum ProposalReplyError {
    /// The multisig refused.
    #[error("the multisig refuses the proposal: {0}")]
    Refused(String),
    /// The answer has no number.
    #[error("the multisig reports no 'proposal_id'")]
    MissingProposalId,
    /// The number is none.
    #[error("the multisig reports '{value}' as 'proposal_id'")]
    MalformedProposalId {
        /// What it reports.
        value: String,
    },
}

/// The number of the proposal that the multisig has made (`docs/protocol/quorum-contracts.md` §3.5).
///
/// # Errors
/// When it has made none or does not tell.
pub fn proposal_id_of(reply: Reply) -> Result<ProposalId, ProposalReplyError> {
    let response = match reply.result {
        SubMsgResult::Ok(response) => response,
        SubMsgResult::Err(error) => return Err(ProposalReplyError::Refused(error)),
    };
    let event = response.events.iter().find(|event| event.ty == "wasm");
    let attribute = event.and_then(|event| event.attributes.iter().find(|one| one.key == "proposal_id"));
    let value = &attribute.ok_or(ProposalReplyError::MissingProposalId)?.value;
    value.parse().map_err(|_| ProposalReplyError::MalformedProposalId { value: value.clone() })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

    use super::*;
    use cosmwasm_std::{Binary, Event, SubMsgResponse, from_json};

    fn reply(result: SubMsgResult) -> Reply {
        Reply { id: 1, payload: Binary::default(), gas_used: 0, result }
    }

    #[allow(deprecated, reason = "the field has to be there")]
    fn reported(events: Vec<Event>) -> Result<ProposalId, ProposalReplyError> {
        proposal_id_of(reply(SubMsgResult::Ok(SubMsgResponse { events, data: None, msg_responses: vec![] })))
    }

    #[test]
    fn the_number_of_a_proposal_is_read_from_the_first_wasm_event() {
        let other = Event::new("execute").add_attribute("proposal_id", "1");
        let wasm = |value: &str| Event::new("wasm").add_attribute("proposal_id", value);
        assert_eq!(reported(vec![other.clone(), wasm("7"), wasm("8")]), Ok(7));
        assert_eq!(reported(vec![other]), Err(ProposalReplyError::MissingProposalId));
        assert_eq!(reported(vec![Event::new("wasm"), wasm("8")]), Err(ProposalReplyError::MissingProposalId));
        let value = "-1".to_owned();
        assert_eq!(reported(vec![wasm("-1")]), Err(ProposalReplyError::MalformedProposalId { value }));
        let refused = proposal_id_of(reply(SubMsgResult::Err("no".into())));
        assert_eq!(refused, Err(ProposalReplyError::Refused("no".into())));
    }

    #[test]
    fn a_proposal_has_the_published_form() {
        let message = WasmMsg::Execute { contract_addr: "n1dkg".into(), msg: Binary::from(b"{}"), funds: vec![] };
        let proposed = Proposed { title: "T", description: String::new(), message, latest: None };
        let WasmMsg::Execute { contract_addr, msg, funds } = propose(&Addr::unchecked("n1multisig"), proposed).unwrap()
        else {
            unreachable!("it is an execution")
        };
        assert_eq!((contract_addr.as_str(), funds), ("n1multisig", vec![]));
        let text = String::from_utf8(msg.to_vec()).unwrap();
        let expected = concat!(
            r#"{"propose":{"title":"T","description":"","msgs":[{"wasm":{"execute":"#,
            r#"{"contract_addr":"n1dkg","msg":"e30=","funds":[]}}}],"latest":null}}"#
        );
        assert_eq!(text, expected);
        // What is asked of a proposal may have more members.
        assert!(from_json::<ProposalStatus>(r#"{"id":1,"status":"open"}"#).is_ok());
    }
}
