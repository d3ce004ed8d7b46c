//! Rewards: how much a node earns, who gets it, and how it is paid out.

mod account;
mod formula;
mod messages;

pub use formula::{
    ArithmeticError, RewardDistribution, WorkFactors, decimal, epoch_reward_budget, stake_saturation_point,
    work_factors,
};
pub(crate) use messages::{reward_node, withdraw_delegator_reward, withdraw_operator_reward};
