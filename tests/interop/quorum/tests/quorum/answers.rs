//! The published message types decode every answer of the ecash and DKG contracts and encode it to the same JSON; the
//! published query client asks every question, page by page.

use std::collections::BTreeSet;

use anyhow::{Context, Result, ensure};
use cosmwasm_std::Coin;
use interop_quorum::{Network, Nyxd};
use nym_coconut_dkg_common::{self as dkg, msg::QueryMsg as Dkg};
use nym_ecash_contract_common::{self as ecash, msg::QueryMsg as Ecash};
use nym_validator_client::nyxd::{
    AccountId, CosmWasmClient,
    contract_traits::{
        DkgQueryClient, EcashQueryClient, GroupQueryClient, MultisigQueryClient, PagedDkgQueryClient,
        PagedEcashQueryClient, PagedGroupQueryClient, PagedMultisigQueryClient,
    },
};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value, json};

/// A key that nobody has.
const NOBODY: &str = "11111111111111111111111111111111";

/// Every question to both contracts, about the current epoch and the first one.
pub async fn keep_their_json(network: &Network, nyxd: &Nyxd) -> Result<()> {
    let mut failures = Vec::new();
    macro_rules! same_json {
        ($contract:expr; $($kind:ty: $query:expr;)*) => {
            $(if let Err(error) = round_trip::<$kind, _>(nyxd, $contract, &$query).await {
                failures.push(format!("{:?}: {error:#}", $query));
            })*
        };
    }
    let contract = network.contract("ecash")?;
    let listed = nyxd.get_all_blacklisted_accounts().await?;
    let convicted = listed.first().context("nobody is blacklisted")?.public_key.clone();
    let payer = nyxd.address().to_string();
    same_json! {
        &contract;
        ecash::blacklist::BlacklistedAccountResponse: Ecash::GetBlacklistedAccount { public_key: convicted.clone() };
        ecash::blacklist::BlacklistedAccountResponse: Ecash::GetBlacklistedAccount { public_key: NOBODY.to_owned() };
        ecash::blacklist::PagedBlacklistedAccountResponse: Ecash::GetBlacklistPaged { limit: None, start_after: None };
        ecash::blacklist::PagedBlacklistedAccountResponse: Ecash::GetBlacklistPaged { limit: Some(1), start_after: Some(convicted.clone()) };
        Coin: Ecash::GetDefaultDepositAmount {};
        Coin: json!({ "get_required_deposit_amount": {} });
        Coin: json!({ "GetRequiredDepositAmount": {} });
        Option<Coin>: Ecash::GetReducedDepositAmount { address: payer.clone() };
        ecash::reduced_deposit::WhitelistedAccountsResponse: Ecash::GetAllWhitelistedAccounts {};
        ecash::deposit::DepositResponse: Ecash::GetDeposit { deposit_id: 0 };
        ecash::deposit::DepositResponse: Ecash::GetDeposit { deposit_id: u32::MAX };
        ecash::deposit::LatestDepositResponse: Ecash::GetLatestDeposit {};
        ecash::deposit::PagedDepositsResponse: Ecash::GetDepositsPaged { limit: None, start_after: None };
        ecash::deposit::PagedDepositsResponse: Ecash::GetDepositsPaged { limit: Some(2), start_after: Some(0) };
        ecash::deposit_statistics::DepositsStatistics: Ecash::GetDepositsStatistics {};
    }

    let contract = network.contract("dkg")?;
    let current = nyxd.get_current_epoch().await?.epoch_id;
    let height = nyxd.get_current_block_height().await?.value();
    let dealer = network.address("signer-1")?.to_string();
    same_json! {
        &contract;
        dkg::types::State: Dkg::GetState {};
        dkg::types::Epoch: Dkg::GetCurrentEpochState {};
        Option<dkg::types::Epoch>: Dkg::GetEpochStateAtHeight { height };
        Option<dkg::types::Epoch>: Dkg::GetEpochStateAtHeight { height: 1 };
        Option<u64>: Dkg::GetCurrentEpochThreshold {};
        Option<u64>: Dkg::GetEpochThreshold { epoch_id: 0 };
        Option<u64>: Dkg::GetEpochThreshold { epoch_id: current + 9 };
        dkg::types::StateAdvanceResponse: Dkg::CanAdvanceState {};
        dkg::dealer::RegisteredDealerDetails: Dkg::GetRegisteredDealer { dealer_address: dealer.clone(), epoch_id: None };
        dkg::dealer::RegisteredDealerDetails: Dkg::GetRegisteredDealer { dealer_address: payer.clone(), epoch_id: Some(0) };
        dkg::dealer::DealerDetailsResponse: Dkg::GetDealerDetails { dealer_address: dealer.clone() };
        dkg::dealer::DealerDetailsResponse: Dkg::GetDealerDetails { dealer_address: payer.clone() };
        dkg::dealer::PagedDealerResponse: Dkg::GetCurrentDealers { limit: Some(2), start_after: None };
        dkg::dealer::PagedDealerIndexResponse: Dkg::GetDealerIndices { limit: Some(3), start_after: None };
        dkg::dealer::PagedDealerIndexResponse: Dkg::GetDealerIndices { limit: None, start_after: None };
        cw2::ContractVersion: json!({ "get_cw2_contract_version": {} });
    }
    for epoch_id in [0, current] {
        let dealer = dealer.clone();
        same_json! {
            &contract;
            dkg::dealer::PagedDealerAddressesResponse: Dkg::GetEpochDealersAddresses { epoch_id, limit: Some(3), start_after: None };
            dkg::dealer::PagedDealerAddressesResponse: Dkg::GetEpochDealersAddresses { epoch_id, limit: None, start_after: None };
            dkg::dealer::PagedDealerResponse: Dkg::GetEpochDealers { epoch_id, limit: None, start_after: None };
            dkg::dealing::DealingMetadataResponse: Dkg::GetDealingsMetadata { epoch_id, dealer: dealer.clone(), dealing_index: 0 };
            dkg::dealing::DealerDealingsStatusResponse: Dkg::GetDealerDealingsStatus { epoch_id, dealer: dealer.clone() };
            dkg::dealing::DealingStatusResponse: Dkg::GetDealingStatus { epoch_id, dealer: dealer.clone(), dealing_index: 1 };
            dkg::dealing::DealingStatusResponse: Dkg::GetDealingStatus { epoch_id, dealer: payer.clone(), dealing_index: 99 };
            dkg::dealing::DealingChunkStatusResponse: Dkg::GetDealingChunkStatus { epoch_id, dealer: dealer.clone(), dealing_index: 0, chunk_index: 0 };
            dkg::dealing::DealingChunkResponse: Dkg::GetDealingChunk { epoch_id, dealer: dealer.clone(), dealing_index: 0, chunk_index: 0 };
            dkg::dealing::DealingChunkResponse: Dkg::GetDealingChunk { epoch_id, dealer: dealer.clone(), dealing_index: 0, chunk_index: 77 };
            dkg::verification_key::VkShareResponse: Dkg::GetVerificationKey { epoch_id, owner: dealer.clone() };
            dkg::verification_key::VkShareResponse: Dkg::GetVerificationKey { epoch_id, owner: payer.clone() };
            dkg::verification_key::PagedVKSharesResponse: Dkg::GetVerificationKeys { epoch_id, limit: Some(3), start_after: None };
            dkg::verification_key::PagedVKSharesResponse: Dkg::GetVerificationKeys { epoch_id, limit: None, start_after: Some(dealer.clone()) };
        }
    }
    ensure!(failures.is_empty(), "{}", failures.join("\n"));
    Ok(())
}

async fn round_trip<T, Q>(nyxd: &Nyxd, contract: &AccountId, query: &Q) -> Result<()>
where
    T: Serialize + DeserializeOwned,
    Q: Serialize + Sync,
{
    let answer: Value = nyxd.query_contract_smart(contract, query).await?;
    let decoded: T = serde_json::from_value(answer.clone()).with_context(|| format!("does not decode: {answer}"))?;
    let encoded = serde_json::to_value(&decoded)?;
    ensure!(encoded == answer, "{answer} became {encoded}");
    Ok(())
}

/// The query client's own methods after two ceremonies, with what they must say.
pub async fn of_the_ecash_contract(network: &Network, nyxd: &Nyxd) -> Result<()> {
    let price = nyxd.get_default_deposit_amount().await?;
    ensure!(price.denom == "unym" && price.amount.u128() > 0);
    let deposits = nyxd.get_all_deposits().await?;
    let last = nyxd.get_latest_deposit().await?.deposit.context("no deposit was made")?;
    ensure!(deposits.len() == usize::try_from(last.id)? + 1 && deposits.last() == Some(&last));
    ensure!(nyxd.get_deposit(last.id).await?.deposit.as_ref() == Some(&last.deposit));
    let mut paged = Vec::new();
    let mut after = None;
    loop {
        let page = nyxd.get_deposits_paged(after, Some(2)).await?;
        paged.extend(page.deposits);
        match page.start_next_after {
            Some(next) => after = Some(next),
            None => break,
        }
    }
    ensure!(paged == deposits, "pages of two are other deposits than pages of fifty");
    let statistics = nyxd.get_deposits_statistics().await?;
    ensure!(usize::try_from(statistics.total_deposits_made)? == deposits.len());

    let listed = nyxd.get_all_blacklisted_accounts().await?;
    ensure!(!listed.is_empty() && listed.iter().all(|entry| entry.info.finalized_at_height.is_some()));
    let entry = nyxd.get_blacklisted_account(listed[0].public_key.clone()).await?.account;
    ensure!(entry.as_ref() == Some(&listed[0].info));
    ensure!(nyxd.get_blacklisted_account(NOBODY.to_owned()).await?.account.is_none());

    let proposal = nyxd.query_proposal(listed[0].info.proposal_id).await?;
    ensure!(proposal.status == nym_validator_client::nyxd::cw3::Status::Executed);
    let voters: BTreeSet<_> = nyxd.get_all_voters().await?.into_iter().map(|voter| voter.addr).collect();
    for number in 1..=4 {
        ensure!(voters.contains(network.address(&format!("signer-{number}"))?.as_ref()));
    }
    ensure!(!nyxd.get_all_votes(proposal.id).await?.is_empty());
    Ok(())
}

/// See [`of_the_ecash_contract`].
pub async fn of_the_dkg_contract(network: &Network, nyxd: &Nyxd) -> Result<()> {
    let state = nyxd.get_state().await?;
    ensure!(state.key_size == 5 && state.mix_denom == "unym");
    ensure!(state.multisig_addr.as_str() == network.contract("multisig")?.as_ref());
    ensure!(state.group_addr.addr().as_str() == network.contract("group")?.as_ref());
    let epoch = nyxd.get_current_epoch().await?;
    ensure!(epoch.state.is_in_progress() && epoch.epoch_id >= 1, "{epoch:?}");
    ensure!(epoch.state_progress.verified_keys == 4);
    let height = nyxd.get_current_block_height().await?.value();
    ensure!(nyxd.get_epoch_at_height(height).await?.context("no epoch now")?.epoch_id == epoch.epoch_id);
    ensure!(nyxd.get_epoch_at_height(1).await?.is_none_or(|first| first.state.is_waiting_initialisation()));
    ensure!(nyxd.can_advance_state().await?.current_state == epoch.state);
    let threshold = nyxd.get_current_epoch_threshold().await?.context("no threshold")?;
    ensure!(threshold == 3, "{threshold} of 4");
    ensure!(nyxd.get_epoch_threshold(0).await? == Some(3));
    ensure!(nyxd.get_contract_cw2_version().await?.contract == "crate:nym-coconut-dkg");

    let members = nyxd.get_all_members().await?;
    ensure!(members.len() == 4 && nyxd.total_weight(None).await?.weight == 4);
    let expected: BTreeSet<_> = members.iter().map(|member| member.addr.clone()).collect();
    for epoch_id in 0..=epoch.epoch_id {
        let dealers = nyxd.get_all_epoch_dealers(epoch_id).await?;
        ensure!(dealers.iter().map(|dealer| dealer.address.to_string()).collect::<BTreeSet<_>>() == expected);
        let shares = nyxd.get_all_verification_key_shares(epoch_id).await?;
        ensure!(shares.iter().map(|share| share.owner.to_string()).collect::<BTreeSet<_>>() == expected);
        for (dealer, share) in dealers.iter().zip(&shares) {
            ensure!(share.verified && share.epoch_id == epoch_id && share.announce_address == dealer.announce_address);
            ensure!(share.node_index == dealer.assigned_index);
            let one = nyxd.get_vk_share(epoch_id, share.owner.to_string()).await?.share;
            ensure!(one.as_ref() == Some(share));
        }
    }
    let dealers = nyxd.get_all_current_dealers().await?;
    let indices = nyxd.get_all_dealer_indices().await?;
    ensure!(indices.len() == 4 && dealers.len() == 4);
    let mut paged = Vec::new();
    let mut after = None;
    loop {
        let page = nyxd.get_current_dealers_paged(after, Some(1)).await?;
        ensure!(page.per_page == 1);
        paged.extend(page.dealers);
        match page.start_next_after {
            Some(next) => after = Some(next.to_string()),
            None => break,
        }
    }
    ensure!(paged == dealers, "pages of one are other dealers than pages of many");
    for dealer in &dealers {
        let address: AccountId = dealer.address.as_str().parse().map_err(|error| anyhow::anyhow!("{error}"))?;
        let details = nyxd.get_dealer_details(&address).await?;
        ensure!(details.details.as_ref() == Some(dealer) && details.dealer_type.is_current());
        let registered = nyxd.get_registered_dealer_details(&address, None).await?.details;
        ensure!(registered.context("not registered")?.ed25519_identity == dealer.ed25519_identity);
        ensure!(indices.contains(&(dealer.address.clone(), dealer.assigned_index)));
        dealings(nyxd, epoch.epoch_id, dealer.address.as_str(), state.key_size).await?;
    }
    // The published client reads this list as one of dealers, the published contract answers one of accounts: the
    // method fails there as well. The type of the answer itself is `keep_their_json`'s.
    ensure!(nyxd.get_all_epoch_dealers_addresses(epoch.epoch_id).await.is_err());
    Ok(())
}

/// All dealings of a dealer in the epoch that is current, chunk by chunk.
async fn dealings(nyxd: &Nyxd, epoch: u64, dealer: &str, count: u32) -> Result<()> {
    let status = nyxd.get_dealer_dealings_status(epoch, dealer.to_owned()).await?;
    ensure!(status.all_dealings_fully_submitted && status.full_dealings() == usize::try_from(count)?);
    for index in 0..count {
        let one = nyxd.get_dealing_status(epoch, dealer.to_owned(), index).await?.status;
        ensure!(one.has_metadata && one.fully_submitted);
        let metadata = nyxd.get_dealings_metadata(epoch, dealer.to_owned(), index).await?.metadata;
        let metadata = metadata.context("no metadata")?;
        ensure!(metadata.is_complete());
        for (chunk_index, chunk) in &metadata.submitted_chunks {
            let status = nyxd.get_dealing_chunk_status(epoch, dealer.to_owned(), index, *chunk_index).await?.status;
            ensure!(status.submitted());
            let bytes = nyxd.get_dealing_chunk(epoch, dealer.to_owned(), index, *chunk_index).await?.chunk;
            ensure!(u64::try_from(bytes.context("no chunk")?.len())? == chunk.info.size);
        }
    }
    Ok(())
}
