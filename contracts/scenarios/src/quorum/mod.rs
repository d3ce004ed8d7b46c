//! Scenarios of the contracts of the quorum: the DKG and the ecash contract with the multisig and the group that they
//! work with (`docs/protocol/quorum-contracts.md` §3 to §6, §15).

mod blacklist;
mod ceremonies;
mod dealers;
mod dealings;
mod deployment;
mod deposits;
mod failures;
mod payouts;
mod settings;
mod wire;

pub use deployment::{PRICE, Quorum, proposal_in, public_key};

use crate::{Engine, Scenario};

/// All scenarios of the quorum's contracts.
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
        ceremonies::the_first_one,
        ceremonies::resharing,
        ceremonies::phases_close_at_their_deadline,
        ceremonies::a_reset_makes_other_keys,
        ceremonies::old_generations_stay_readable,
        failures::a_failed_ceremony_leaves_the_keys_in_service,
        failures::the_first_ceremony_is_tried_again_at_once,
        failures::registration_waits_for_enough,
        failures::too_few_dealings_or_shares,
        failures::too_few_holders_of_the_key,
        failures::one_unverified_share_hides_nobody,
        failures::a_late_signer_recovers,
        failures::a_stale_proposal_verifies_nothing,
        failures::cancelling,
        dealers::registration,
        dealers::lists,
        dealers::handing_a_place_over,
        dealers::announcing_another_address,
        dealings::metadata,
        dealings::chunks,
        dealings::pruning,
        settings::instantiation,
        settings::who_may_do_what,
        settings::times_and_rules,
        settings::the_multisig_as_admin,
        settings::migration,
        deposits::default_price,
        deposits::reduced_price,
        deposits::prices_are_changed,
        deposits::refusals,
        deposits::lists,
        blacklist::a_double_spender,
        blacklist::a_proposal_that_is_voted_down,
        blacklist::several_proposals_against_one_key,
        blacklist::refusals,
        blacklist::withholding_a_deposit,
        blacklist::refusals_of_withholding,
        payouts::redemption_of_the_old_kind,
        payouts::paying_for_tickets,
        payouts::no_more_than_deposits,
        payouts::refusals,
        wire::answers_of_the_dkg_contract,
        wire::answers_of_the_ecash_contract,
        wire::proposals,
        wire::storage,
    ]
}
