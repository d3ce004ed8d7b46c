//! The published suite of cw3-flex-multisig 2.0.0, unmodified, against our multisig contract.
//!
//! One rule differs on purpose: with us two contracts propose and their proposal carries no
//! vote; with the published contract a member proposes and has thereby voted yes. All tests of
//! the suite propose in that way, so the entry points here bridge it: the member is appointed
//! as a contract that may propose, and then votes. Everything else (who may vote, execute and
//! close, deposits, thresholds, expiry, group changes, queries) reaches our contract as the
//! suite sends it. Our own rule of proposing is tested in `contracts/multisig/tests`, which
//! replaces what `test_propose_works` says about the proposer.
#![allow(missing_docs, clippy::unwrap_used, reason = "the published suite is as it is")]

pub mod msg {
    pub use cw3_flex_multisig::msg::*;
}
pub mod state {
    pub use cw3_flex_multisig::state::*;
}

mod contract {
    // What the suite finds around it in the published source.
    #[allow(unused_imports, reason = "the suite uses what it needs")]
    pub use cosmwasm_std::{
        Addr, Attribute, Binary, BlockInfo, CosmosMsg, Deps, DepsMut, Empty, Env, MessageInfo, Order, Response,
        StdResult, to_json_binary,
    };
    #[allow(unused_imports, reason = "the suite uses what it needs")]
    pub use cw_utils::{Expiration, ThresholdResponse};
    #[allow(unused_imports, reason = "the suite uses what it needs")]
    pub use cw3::{
        Ballot, Proposal, ProposalListResponse, ProposalResponse, Status, Vote, VoteInfo, VoteListResponse,
        VoteResponse, VoterDetail, VoterListResponse, VoterResponse, Votes,
    };
    #[allow(unused_imports, reason = "the suite uses what it needs")]
    pub use cw4::{Cw4Contract, MemberChangedHookMsg, MemberDiff};

    pub use cw3_flex_multisig::ContractError;
    pub use cw3_flex_multisig::msg::{ExecuteMsg, InstantiateMsg, QueryMsg};
    use nym_multisig_contract::MultisigError;
    use nym_multisig_contract::contract as ours;
    pub use nym_multisig_contract::contract::query;
    use nym_multisig_contract::msg::{InstantiateMsg as OurInstantiateMsg, MigrateMsg};
    use nym_multisig_contract::state::{BALLOTS, CONFIG, PROPOSAL_COUNT};

    pub const CONTRACT_NAME: &str = "crates.io:cw3-flex-multisig";
    pub const CONTRACT_VERSION: &str = "2.0.0";

    pub fn instantiate(
        deps: DepsMut,
        env: Env,
        info: MessageInfo,
        msg: InstantiateMsg,
    ) -> Result<Response, ContractError> {
        let proposer = info.sender.to_string();
        let msg = OurInstantiateMsg {
            group_addr: msg.group_addr,
            coconut_bandwidth_contract_address: proposer.clone(),
            coconut_dkg_contract_address: proposer,
            threshold: msg.threshold,
            max_voting_period: msg.max_voting_period,
            executor: msg.executor,
            proposal_deposit: msg.proposal_deposit,
        };
        ours::instantiate(deps, env, info, msg).map_err(published)
    }

    pub fn execute(mut deps: DepsMut, env: Env, info: MessageInfo, msg: ExecuteMsg) -> Result<Response, ContractError> {
        let proposes = matches!(msg, ExecuteMsg::Propose { .. });
        let group = CONFIG.load(deps.storage)?.group_addr;
        let weight = group.is_member(&deps.querier, &info.sender, None)?;
        let (true, Some(weight)) = (proposes, weight) else {
            return ours::execute(deps, env, info, msg).map_err(published);
        };

        let proposer = info.sender.to_string();
        let appointed = MigrateMsg { coconut_bandwidth_address: proposer.clone(), coconut_dkg_address: proposer };
        ours::migrate(deps.branch(), env.clone(), appointed).map_err(published)?;
        let mut response = ours::execute(deps.branch(), env.clone(), info.clone(), msg).map_err(published)?;
        if weight > 0 {
            let proposal_id = PROPOSAL_COUNT.load(deps.storage)?;
            BALLOTS.remove(deps.storage, (proposal_id, &info.sender));
            let yes = ExecuteMsg::Vote { proposal_id, vote: Vote::Yes };
            let voter = MessageInfo { sender: info.sender, funds: vec![] };
            let voted = ours::execute(deps, env, voter, yes).map_err(published)?;
            let status = |attribute: &Attribute| attribute.key == "status";
            let after = voted.attributes.into_iter().find(status);
            if let (Some(shown), Some(after)) = (response.attributes.iter_mut().find(|a| status(a)), after) {
                *shown = after;
            }
        }
        Ok(response)
    }

    fn published(error: MultisigError) -> ContractError {
        match error {
            MultisigError::Stock(error) => error,
            other => panic!("the published contract knows no such error: {other}"),
        }
    }

    mod suite {
        include!(concat!(env!("OUT_DIR"), "/cw3_flex_multisig.rs"));
    }
}
