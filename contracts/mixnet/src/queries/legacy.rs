//! Questions about mixnodes and gateways, which clients still ask and want an answer to: there are
//! none (`docs/protocol/mixnet-contract.md` §5.1).

use super::{limit_of, nodes};
use crate::constants::pages::{self, PageSize};
use crate::error::ContractError;
use crate::msg::{
    GatewayBondResponse, GatewayOwnershipResponse, MixOwnershipResponse, MixStakeSaturationResponse,
    MixnodeDetailsByIdentityResponse, MixnodeDetailsResponse, MixnodeRewardingDetailsResponse, PagedGatewayResponse,
    PagedMixnodeBondsResponse, PagedMixnodesDetailsResponse, PagedUnbondedMixnodesResponse,
    PreassignedGatewayIdsResponse, QueryMsg, UnbondedMixnodeResponse,
};
use cosmwasm_std::{Binary, Deps, StdError, to_json_binary};

/// Answers a question about what no longer exists.
pub(super) fn answer(deps: Deps, question: QueryMsg) -> Result<Binary, ContractError> {
    let answer = match question {
        QueryMsg::GetMixNodeBonds { limit, .. } => to_json_binary(&PagedMixnodeBondsResponse {
            nodes: Vec::new(),
            per_page: limit_of(limit, pages::BONDS),
            start_next_after: None,
        }),
        QueryMsg::GetMixNodesDetailed { limit, .. } => to_json_binary(&PagedMixnodesDetailsResponse {
            nodes: Vec::new(),
            per_page: limit_of(limit, pages::DETAILED),
            start_next_after: None,
        }),
        QueryMsg::GetUnbondedMixNodes { limit, .. } | QueryMsg::GetUnbondedMixNodesByIdentityKey { limit, .. } => {
            no_unbonded(limit)
        }
        QueryMsg::GetUnbondedMixNodesByOwner { owner, limit, .. } => {
            deps.api.addr_validate(&owner)?;
            no_unbonded(limit)
        }
        QueryMsg::GetOwnedMixnode { address } => {
            let address = deps.api.addr_validate(&address)?;
            to_json_binary(&MixOwnershipResponse { address, mixnode_details: None })
        }
        QueryMsg::GetMixnodeDetails { mix_id } => {
            to_json_binary(&MixnodeDetailsResponse { mix_id, mixnode_details: None })
        }
        QueryMsg::GetBondedMixnodeDetailsByIdentity { mix_identity } => {
            to_json_binary(&MixnodeDetailsByIdentityResponse { identity_key: mix_identity, mixnode_details: None })
        }
        QueryMsg::GetMixnodeRewardingDetails { mix_id } => {
            let rewarding_details = nodes::rewarding_details(deps.storage, mix_id)?.rewarding_details;
            to_json_binary(&MixnodeRewardingDetailsResponse { mix_id, rewarding_details })
        }
        QueryMsg::GetStakeSaturation { mix_id } => {
            let saturation = nodes::stake_saturation(deps.storage, mix_id)?;
            to_json_binary(&MixStakeSaturationResponse {
                mix_id,
                current_saturation: saturation.current_saturation,
                uncapped_saturation: saturation.uncapped_saturation,
            })
        }
        QueryMsg::GetUnbondedMixNodeInformation { mix_id } => {
            to_json_binary(&UnbondedMixnodeResponse { mix_id, unbonded_info: None })
        }
        QueryMsg::GetGateways { limit, .. } => to_json_binary(&PagedGatewayResponse {
            nodes: Vec::new(),
            per_page: limit_of(limit, pages::GATEWAYS),
            start_next_after: None,
        }),
        QueryMsg::GetGatewayBond { identity } => to_json_binary(&GatewayBondResponse { identity, gateway: None }),
        QueryMsg::GetOwnedGateway { address } => {
            let address = deps.api.addr_validate(&address)?;
            to_json_binary(&GatewayOwnershipResponse { address, gateway: None })
        }
        QueryMsg::GetPreassignedGatewayIds { .. } => {
            to_json_binary(&PreassignedGatewayIdsResponse { ids: Vec::new(), start_next_after: None })
        }
        other => Err(StdError::generic_err(format!("the question {other:?} has no answer"))),
    };
    Ok(answer?)
}

fn no_unbonded(limit: Option<u32>) -> Result<Binary, StdError> {
    const SIZE: PageSize = pages::UNBONDED;
    to_json_binary(&PagedUnbondedMixnodesResponse {
        nodes: Vec::new(),
        per_page: limit_of(limit, SIZE),
        start_next_after: None,
    })
}
