//! Scenarios of the mixnet contract: every message of `docs/protocol/mixnet-contract.md` §3, the
//! reward vectors of §10, the storage layout of §6 and the refusals of §12.

mod admin;
mod delegations;
mod deployment;
mod epochs;
mod identity;
mod legacy;
mod nodes;
mod refusals;
mod storage;
mod vectors;

pub use deployment::{Mixnet, attributes_of, dec, instantiation, nym, percent};
pub use identity::NodeIdentity;

use crate::{Engine, Scenario};

/// All scenarios of the mixnet contract.
#[must_use]
pub fn scenarios<E: Engine>() -> Vec<Scenario<E>> {
    macro_rules! scenarios {
        ($($module:ident::$name:ident,)*) => {
            vec![$(Scenario {
                name: concat!(stringify!($module), "::", stringify!($name)),
                run: $module::$name,
            },)*]
        };
    }
    scenarios![
        nodes::bonding,
        nodes::pages_of_nodes,
        nodes::configuration,
        nodes::pledge_changes,
        nodes::cost_params,
        nodes::operator_reward,
        nodes::leaving,
        nodes::leaving_with_delegations,
        delegations::delegating_and_undelegating,
        delegations::delegator_reward,
        delegations::refund_when_the_node_leaves,
        delegations::pages_of_delegations,
        delegations::large_and_old_delegations,
        epochs::a_whole_cycle,
        epochs::reconciling_in_steps,
        epochs::nodes_that_earn_nothing,
        epochs::estimates,
        epochs::key_rotation,
        epochs::catching_up,
        epochs::takeover,
        admin::admin_and_validator,
        admin::settings,
        admin::releases,
        admin::active_set,
        admin::rewarding_params,
        admin::interval_config,
        admin::a_pool_made_smaller_than_its_payments,
        admin::migration,
        legacy::questions,
        legacy::messages,
        legacy::old_forms_of_bonding,
        storage::raw_keys,
        refusals::of_bonding,
        refusals::of_instantiation,
        refusals::of_operators,
        refusals::of_delegators,
        refusals::of_the_transition,
        refusals::of_the_admin,
        vectors::v1_no_delegation,
        vectors::v2_delegation_from_the_start,
        vectors::v3_delegation_for_two_epochs,
        vectors::v4a_operator_withdraws,
        vectors::v4b_delegators_withdraw,
        vectors::v5_ten_nodes_for_23_intervals,
        vectors::v6_parameters,
        vectors::v7_mainnet_parameters,
    ]
}
