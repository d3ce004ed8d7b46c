//! The stake of a node as an account: what comes in, what is earned, what goes out
//! (`docs/protocol/mixnet-contract.md` §9.5, §9.6).

use super::formula::{ArithmeticError, RewardDistribution, decimal};
use crate::constants::UNIT_DELEGATION;
use crate::types::{Delegation, EpochId, NodeCostParams, NodeRewarding};
use cosmwasm_std::{Coin, Decimal, Uint128};

impl NodeRewarding {
    /// The account of a node that has just been bonded.
    ///
    /// # Errors
    /// When the pledge is out of range.
    pub fn bonded(cost_params: NodeCostParams, pledge: &Coin, current_epoch: EpochId) -> Result<Self, ArithmeticError> {
        Ok(NodeRewarding {
            cost_params,
            operator: decimal(pledge.amount)?,
            delegates: Decimal::zero(),
            total_unit_reward: Decimal::zero(),
            unit_delegation: decimal(Uint128::new(UNIT_DELEGATION))?,
            // So that it earns from the next epoch on.
            last_rewarded_epoch: current_epoch,
            unique_delegations: 0,
        })
    }

    /// Adds an epoch's reward.
    ///
    /// # Errors
    /// When the numbers leave their range.
    pub fn earn(&mut self, reward: RewardDistribution, epoch: EpochId) -> Result<(), ArithmeticError> {
        if !self.delegates.is_zero() {
            let unit_value = self.unit_delegation.checked_add(self.total_unit_reward)?;
            let unit_reward = reward.delegates.checked_mul(unit_value.checked_div(self.delegates)?)?;
            self.total_unit_reward = self.total_unit_reward.checked_add(unit_reward)?;
        }
        self.operator = self.operator.checked_add(reward.operator)?;
        self.delegates = self.delegates.checked_add(reward.delegates)?;
        self.last_rewarded_epoch = epoch;
        Ok(())
    }

    /// What the operator could withdraw, in base units with fraction.
    ///
    /// # Errors
    /// When the stake is below the pledge.
    pub fn operator_reward(&self, pledge: &Coin) -> Result<Decimal, ArithmeticError> {
        Ok(self.operator.checked_sub(decimal(pledge.amount)?)?)
    }

    /// Takes out the operator's reward; the fraction of a base unit is forgone.
    ///
    /// # Errors
    /// When the stake is below the pledge.
    pub fn withdraw_operator_reward(&mut self, pledge: &Coin) -> Result<Uint128, ArithmeticError> {
        let reward = self.operator_reward(pledge)?;
        self.operator = decimal(pledge.amount)?;
        Ok(reward.to_uint_floor())
    }

    /// Adds a delegation of `amount` base units.
    ///
    /// # Errors
    /// When the numbers leave their range.
    pub fn add_delegation(&mut self, amount: Uint128) -> Result<(), ArithmeticError> {
        self.delegates = self.delegates.checked_add(decimal(amount)?)?;
        self.unique_delegations = self.unique_delegations.checked_add(1).ok_or(ArithmeticError::Overflow)?;
        Ok(())
    }

    /// Takes out a delegator's reward and notes that in the delegation; the fraction of a base
    /// unit is forgone.
    ///
    /// # Errors
    /// When the numbers leave their range.
    pub fn withdraw_delegator_reward(&mut self, delegation: &mut Delegation) -> Result<Uint128, ArithmeticError> {
        let reward = self.accrued(delegation)?;
        self.delegates = self.delegates.checked_sub(reward)?;
        delegation.cumulative_reward_ratio = self.total_unit_reward;
        Ok(reward.to_uint_floor())
    }

    /// Takes out a delegation with its reward; what rounding leaves behind when the last one goes
    /// falls to the operator.
    ///
    /// # Errors
    /// When the numbers leave their range.
    pub fn undelegate(&mut self, delegation: &Delegation) -> Result<Uint128, ArithmeticError> {
        let whole = decimal(delegation.amount.amount)?.checked_add(self.accrued(delegation)?)?;
        self.delegates = self.delegates.checked_sub(whole)?;
        self.unique_delegations = self.unique_delegations.checked_sub(1).ok_or(ArithmeticError::Overflow)?;
        if self.unique_delegations == 0 {
            self.operator = self.operator.checked_add(self.delegates)?;
            self.delegates = Decimal::zero();
        }
        Ok(whole.to_uint_floor())
    }

    /// Adds to the pledge.
    ///
    /// # Errors
    /// When the numbers leave their range.
    pub fn increase_pledge(&mut self, amount: Uint128) -> Result<(), ArithmeticError> {
        self.operator = self.operator.checked_add(decimal(amount)?)?;
        Ok(())
    }

    /// Takes from the pledge.
    ///
    /// # Errors
    /// When the stake is below the amount.
    pub fn decrease_pledge(&mut self, amount: Uint128) -> Result<(), ArithmeticError> {
        self.operator = self.operator.checked_sub(decimal(amount)?)?;
        Ok(())
    }
}
