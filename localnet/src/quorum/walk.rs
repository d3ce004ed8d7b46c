//! What the quorum is for, each step read back from the chain and the signers: keys, ticketbooks, spending, a double
//! spender caught, keys rotated under way, providers paid.

use std::{fs, path::Path};

use nym_api_requests::ecash::TicketRejection;
use nym_ecash::{CredentialSpendingData, SecretKeyUser, TICKETBOOK_SIZE, TicketType};
use nym_ticketbooks::{
    Buyer, Store, TicketbookError,
    network::{HttpApis, QuorumContracts},
};
use rand::rngs::OsRng;
use tokio::time::Instant;

use super::{
    DECISION_PATIENCE, Quorum,
    provider::{Provider, Refused},
    until,
};
use crate::{
    accounts::Account,
    chain::DENOM,
    error::LocalnetError,
    steps::{Outcome, Steps},
};

/// Deadline of one request to a signer.
const REQUEST_SECONDS: u64 = 20;
/// Tickets that the honest user spends at once.
const TICKETS: u64 = 3;

/// All steps from the signers' group to paid providers. A quorum that goes on from an earlier run on the same home sells
/// and verifies; nobody is convicted again, keys stay, and a provider is paid once a day.
pub async fn walk(quorum: &Quorum<'_>, files: &Path, steps: &mut Steps) -> Result<(), LocalnetError> {
    let goes_on = quorum.has_keys().await?;
    steps.run("ceremony", quorum.ceremony()).await?;
    let accounts = quorum.accounts;
    let folder = files.join("ticketbooks");
    fs::create_dir_all(&folder).map_err(|source| LocalnetError::Write { file: folder.clone(), source })?;
    let honest = User::open(quorum, &accounts.users[0], &folder.join("user-1.db")).await?;
    let mut first = Provider::new(accounts.providers[0].clone(), quorum)?;
    let mut second = Provider::new(accounts.providers[1].clone(), quorum)?;

    steps.run("issue ticketbook", issue(quorum, &honest)).await?;
    let spent = steps.run("spend", spend(quorum, &honest, &mut first)).await?;
    if goes_on {
        return steps.run("filter", filter(quorum, &spent, &mut second)).await;
    }
    let cheater = steps.run("double spend", double_spend(quorum, &folder, &mut first, &mut second)).await?;
    steps.run("blacklist", blacklist(quorum, &cheater)).await?;
    steps.run("rotate", rotate(quorum, &honest, &mut first)).await?;
    steps.run("redeem", redeem(quorum, &mut first)).await
}

/// Somebody who buys ticketbooks.
struct User {
    account: Account,
    key: SecretKeyUser,
    buyer: Buyer<QuorumContracts, HttpApis>,
}

impl User {
    async fn open(quorum: &Quorum<'_>, account: &Account, file: &Path) -> Result<Self, LocalnetError> {
        let contracts = QuorumContracts {
            ecash: quorum.ecash.clone(),
            dkg: quorum.dkg.clone(),
            payer: Some(quorum.ecash_of(account)?),
        };
        let apis = HttpApis::new(std::time::Duration::from_secs(REQUEST_SECONDS))?;
        // A new person every time: one that was blacklisted in an earlier run buys nothing.
        let key = SecretKeyUser::random(&mut OsRng);
        let buyer = Buyer::new(Store::open(file).await?, contracts, apis);
        Ok(Self { account: account.clone(), key, buyer })
    }

    async fn buy(&self, ticket_type: TicketType) -> Result<(), TicketbookError> {
        let mut progress = |step| tracing::debug!(%step, "ticketbook");
        self.buyer.issue(&self.key, ticket_type, &mut progress).await.map(|_| ())
    }
}

async fn pay(
    quorum: &Quorum<'_>,
    store: &Store,
    ticket_type: TicketType,
    tickets: u64,
    provider: &Provider,
) -> Result<Vec<CredentialSpendingData>, LocalnetError> {
    let payments = store.pay(ticket_type, tickets, &provider.key(), quorum.now().await?).await?;
    Ok(payments.into_iter().map(|payment| payment.data).collect())
}

/// A ticketbook of each type: paid once, fifty tickets each.
async fn issue(quorum: &Quorum<'_>, user: &User) -> Result<((), Outcome), LocalnetError> {
    let deposits =
        || async { Ok::<_, LocalnetError>(quorum.ecash.latest_deposit().await?.map_or(0, |last| last.id + 1)) };
    let (before, price) = (deposits().await?, quorum.ecash.default_deposit().await?);
    let held = quorum.chain.balance(quorum.ecash.contract()).await?;
    let today = quorum.today().await?;
    let mut left = Vec::new();
    for ticket_type in TicketType::ALL {
        left.push(user.buyer.store.tickets_left(ticket_type, today).await?);
        user.buy(ticket_type).await?;
    }
    let mut wrong = Vec::new();
    let bought = u32::try_from(TicketType::ALL.len()).unwrap_or(u32::MAX);
    if deposits().await? != before + bought {
        wrong.push(format!("{bought} deposits were to be made, the contract counts {}", deposits().await? - before));
    }
    let paid = quorum.chain.balance(quorum.ecash.contract()).await? - held;
    if paid != price.amount.u128() * u128::from(bought) {
        wrong.push(format!("{bought} ticketbooks at {price} were paid with {paid}{DENOM}"));
    }
    for (ticket_type, before) in TicketType::ALL.into_iter().zip(left) {
        let left = user.buyer.store.tickets_left(ticket_type, today).await?;
        if left != before + TICKETBOOK_SIZE {
            wrong.push(format!(
                "{} tickets of {} are held instead of {}",
                left,
                ticket_type.name(),
                before + TICKETBOOK_SIZE
            ));
        }
    }
    Ok(((), Outcome::of(&wrong, format!("{bought} ticketbooks at {price} by {}", user.account.role))))
}

/// Some tickets at one provider; every one is final, and none can be presented again.
async fn spend(
    quorum: &Quorum<'_>,
    user: &User,
    provider: &mut Provider,
) -> Result<(Vec<CredentialSpendingData>, Outcome), LocalnetError> {
    provider.learn_keys(quorum).await?;
    let mut wrong = Vec::new();
    let payments = pay(quorum, &user.buyer.store, TicketType::V1MixnetEntry, TICKETS, provider).await?;
    for payment in &payments {
        if let Err(refused) = provider.take(payment.clone(), quorum).await? {
            wrong.push(format!("a good ticket was refused: {refused}"));
        }
    }
    if provider.take(payments[0].clone(), quorum).await?.is_ok() {
        wrong.push("a payment was taken twice".into());
    }
    Ok((payments, Outcome::of(&wrong, format!("{TICKETS} tickets at {}", provider.account().role))))
}

/// Signers that were started again, maybe elsewhere, find each other and tell the others which tickets were spent.
async fn filter(
    quorum: &Quorum<'_>,
    spent: &[CredentialSpendingData],
    provider: &mut Provider,
) -> Result<((), Outcome), LocalnetError> {
    let mut wrong = Vec::new();
    for payment in spent {
        if !comes_to_know(quorum, provider, payment).await? {
            wrong.push("the filter of spent tickets does not hold a ticket that was spent".into());
        }
    }
    Ok(((), Outcome::of(&wrong, format!("{} knows {} spent tickets", provider.account().role, spent.len()))))
}

/// Reads the filter until it knows a ticket: once enough signers have published it.
async fn comes_to_know(
    quorum: &Quorum<'_>,
    provider: &mut Provider,
    payment: &CredentialSpendingData,
) -> Result<bool, LocalnetError> {
    let deadline = Instant::now() + DECISION_PATIENCE;
    loop {
        provider.refresh_filter(quorum).await?;
        if provider.suspects(payment) {
            return Ok(true);
        }
        if Instant::now() > deadline {
            return Ok(false);
        }
        tokio::time::sleep(super::LOOK).await;
    }
}

/// Somebody restores a copy of a wallet and spends its ticket again elsewhere: the other provider's filter knows the
/// ticket, the signers name the spender.
async fn double_spend(
    quorum: &Quorum<'_>,
    folder: &Path,
    first: &mut Provider,
    second: &mut Provider,
) -> Result<(User, Outcome), LocalnetError> {
    let file = folder.join(format!("cheater-{}.db", std::process::id()));
    let copy = file.with_extension("copy.db");
    let mut cheater = User::open(quorum, &quorum.accounts.users[1], &file).await?;
    cheater.buy(TicketType::V1MixnetEntry).await?;
    cheater.buyer.store.close().await;
    fs::copy(&file, &copy).map_err(|source| LocalnetError::Write { file: copy.clone(), source })?;
    cheater.buyer.store = Store::open(&file).await?;
    let copied = Store::open(&copy).await?;

    let mut wrong = Vec::new();
    for provider in [&mut *first, &mut *second] {
        provider.learn_keys(quorum).await?;
    }
    let honest = pay(quorum, &cheater.buyer.store, TicketType::V1MixnetEntry, 1, first).await?;
    if let Err(refused) = first.take(honest[0].clone(), quorum).await? {
        wrong.push(format!("the first spending was refused: {refused}"));
    }
    if !comes_to_know(quorum, second, &honest[0]).await? {
        wrong.push("the filter of spent tickets does not hold the ticket".into());
    }
    let again = pay(quorum, &copied, TicketType::V1MixnetEntry, 1, second).await?;
    match second.take(again[0].clone(), quorum).await? {
        Err(Refused::Filter) => {}
        Err(Refused::Signers { accepted: 0, rejections }) if rejections.contains(&TicketRejection::DoubleSpend) => {
            wrong.push("the filter let the ticket pass, only the signers refused it".into());
        }
        Err(refused) => wrong.push(format!("the second spending was refused otherwise: {refused}")),
        Ok(()) => wrong.push("the second spending was taken".into()),
    }
    let detail = format!("{} refused from its filter, the signers confirmed", second.account().role);
    Ok((cheater, Outcome::of(&wrong, detail)))
}

/// The signers accuse and convict the double spender by themselves; the next purchase is refused before it is paid.
async fn blacklist(quorum: &Quorum<'_>, cheater: &User) -> Result<((), Outcome), LocalnetError> {
    let public_key = cheater.key.public_key().to_base58();
    let listed =
        || async { Ok(quorum.ecash.blacklisted_account(&public_key).await?.is_some_and(|entry| entry.is_final())) };
    let mut wrong = Vec::new();
    if !until(Instant::now() + DECISION_PATIENCE, listed).await? {
        wrong.push(format!("{public_key} is not blacklisted after {} s", DECISION_PATIENCE.as_secs()));
    }
    let before = quorum.ecash.latest_deposit().await?;
    match cheater.buy(TicketType::V1MixnetExit).await {
        Err(TicketbookError::Blacklisted) => {}
        other => wrong.push(format!("the double spender's next purchase ended in {other:?}")),
    }
    if quorum.ecash.latest_deposit().await? != before {
        wrong.push("the refused purchase was paid for".into());
    }
    let shown = public_key.get(..12).unwrap_or(&public_key);
    Ok(((), Outcome::of(&wrong, format!("{shown}… is blacklisted and buys nothing"))))
}

/// New keys, and nobody waits: a ticketbook is bought while the ceremony runs, an old ticket is spent afterwards.
async fn rotate(quorum: &Quorum<'_>, user: &User, provider: &mut Provider) -> Result<((), Outcome), LocalnetError> {
    let in_service = || async {
        let generation = quorum.dkg.key_generations().await?.in_service;
        generation.map(|generation| generation.epoch_id).ok_or_else(|| LocalnetError::Quorum("no keys serve".into()))
    };
    let before = in_service().await?;
    let mut wrong = Vec::new();
    quorum.dkg_admin()?.trigger_reset().await?;
    user.buy(TicketType::V1MixnetExit).await?;
    let during = in_service().await?;
    let (_, outcome) = quorum.await_generation(before + 1).await?;
    wrong.extend(outcome.broken_detail().map(str::to_owned));
    let after = in_service().await?;
    if during != before {
        wrong.push(format!("the ceremony was over (epoch {during}) before a ticketbook was bought"));
    }

    provider.learn_keys(quorum).await?;
    let old = pay(quorum, &user.buyer.store, TicketType::V1MixnetEntry, 1, provider).await?;
    if old[0].epoch_id != before {
        wrong.push(format!("the old ticket is of epoch {} instead of {before}", old[0].epoch_id));
    }
    if let Err(refused) = provider.take(old[0].clone(), quorum).await? {
        wrong.push(format!("a ticket of the outgoing keys was refused: {refused}"));
    }
    user.buy(TicketType::V1WireguardExit).await?;
    let detail = format!("epoch {before} → {after}; bought during the ceremony, an old ticket spent after it");
    Ok(((), Outcome::of(&wrong, detail)))
}

/// The provider's tickets are paid from the deposits, by vote of the signers.
async fn redeem(quorum: &Quorum<'_>, provider: &mut Provider) -> Result<((), Outcome), LocalnetError> {
    let price = quorum.ecash.default_deposit().await?.amount.u128();
    let address = provider.account().address.clone();
    let pool = quorum.chain.balance(quorum.ecash.contract()).await?;
    let tickets = provider.redeem(quorum).await?;
    let asked = quorum.chain.balance(&address).await?;
    let owed = price * tickets as u128 / u128::from(TICKETBOOK_SIZE);
    let paid = || async { Ok(quorum.chain.balance(&address).await? == asked + owed) };
    let mut wrong = Vec::new();
    if !until(Instant::now() + DECISION_PATIENCE, paid).await? {
        wrong.push(format!(
            "{tickets} tickets should bring {owed}{DENOM}, the balance rose by {}{DENOM}",
            quorum.chain.balance(&address).await?.saturating_sub(asked)
        ));
    } else if quorum.chain.balance(quorum.ecash.contract()).await? != pool - owed {
        wrong.push("the payment did not come from the deposits".into());
    }
    Ok(((), Outcome::of(&wrong, format!("{tickets} tickets, {owed}{DENOM} to {}", provider.account().role))))
}
