//! What the quorum promises, measured on whole localnets: a nyxlet, its contracts, and signers that are `nym-api`
//! processes of their own.

mod load;
mod localnet;
mod user;

use anyhow::Result;

use crate::{
    Options,
    row::{Goal, Row},
};
use load::Signer;
use localnet::Localnet;
use user::User;

/// Ticketbooks that are bought, each with its own deposit.
const TICKETBOOKS: usize = 1500;
/// Tickets that are verified one at a time, and as many together.
const TICKETS: usize = 1500;
/// Requests before anything is counted.
const WARM_UP: usize = 50;

/// All rows.
pub async fn measure(options: &Options) -> Result<Vec<Row>> {
    let mut memory: f64 = 0.0;
    let mut rows = Vec::new();
    for (signers, most) in [(4, 20.0), (16, 180.0)] {
        let network = Localnet::start(options, signers).await?;
        rows.push(Row::new(
            format!("ceremony of {signers} signers, from their group to keys in service"),
            network.seconds_of("ceremony")?,
            "s",
            Goal::Below(most),
        ));
        if signers == 4 {
            rows.push(Row::new(
                "localnet from its start to the first spent tickets, 4 signers",
                network.seconds_until("spend")?,
                "s",
                Goal::Below(30.0),
            ));
        }
        memory = network.signers()?.iter().map(Signer::peak_megabytes).try_fold(memory, highest)?;
        network.stop().await?;
    }
    let network = Localnet::start(options, 1).await?;
    rows.extend(per_core(&network).await?);
    memory = network.signers()?.iter().map(Signer::peak_megabytes).try_fold(memory, highest)?;
    network.stop().await?;
    rows.push(Row::new("memory of a signer's process, highest of all runs", memory, "MB", Goal::Below(200.0)));
    Ok(rows)
}

fn highest(most: f64, next: Result<f64>) -> Result<f64> {
    Ok(most.max(next?))
}

/// What one signer does per second of its own processor time, user and system: neither the chain that it asks nor the
/// client that loads it enters, but everything else that the process does meanwhile.
async fn per_core(network: &Localnet) -> Result<Vec<Row>> {
    let signers = network.signers()?;
    let signer = signers.first().expect("a localnet has at least one signer");
    let mut user = User::of(network).await?;
    let requests = user.requests(WARM_UP + TICKETBOOKS).await?;
    signer.load("blind-sign?keeps_request=true", &requests[..WARM_UP], 8).await?;
    let signed = signer.load("blind-sign?keeps_request=true", &requests[WARM_UP..], 16).await?;
    let tickets = user.tickets(2 * TICKETS, &signed.answers, WARM_UP).await?;
    let (single, together) = tickets.split_at(TICKETS);
    // One connection: no ticket ever waits together with another.
    let alone = signer.load("verify-ecash-ticket", single, 1).await?;
    let batched = signer.load("verify-ecash-ticket", together, 64).await?;
    let row = |work: &str, load: &load::Load, least| Row::new(work, load.per_core(), "/s/core", Goal::Above(least));
    Ok(vec![
        row("blind-sign, HTTP, deposit and blacklist asked of a nyxlet", &signed, 200.0),
        row("ticket verified, HTTP, one at a time", &alone, 180.0),
        row("ticket verified, HTTP, many at a time", &batched, 280.0),
    ])
}
