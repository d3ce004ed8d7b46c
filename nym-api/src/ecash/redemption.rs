//! Votes for the payment of verified tickets (`docs/protocol/nym-api.md` §7.5).

use std::collections::HashSet;

use nym_api_requests::ErrorCode;
use nym_api_requests::ecash::BatchRedeemTicketsBody;

use super::Ecash;
use crate::chain::{Matter, Proposal};
use crate::error::{ApiError, ApiResult};

/// Seconds between two batches of one provider.
const BETWEEN_BATCHES: i64 = 24 * 3600;
/// Most tickets in a batch; a body of more does not fit the limit of requests.
const MAX_TICKETS: usize = 10_000;

impl Ecash {
    /// Promises a vote for a provider's proposal after checking every ticket in it. The promise is durable: a vote that
    /// fails is cast later.
    ///
    /// # Errors
    /// [`ApiError`] saying which condition failed; nothing is then claimed.
    pub(crate) async fn redeem(&self, body: BatchRedeemTicketsBody) -> ApiResult<()> {
        self.require_signer()?;
        let refused = |reason: String| ApiError::refused(ErrorCode::Redemption, reason);
        let provider = &body.gateway_cosmos_addr;
        let now = self.now().await;
        let last = self.shared.storage.provider(provider).await?.ok_or_else(|| {
            refused(format!("{provider} has presented no ticket here: have its tickets verified first"))
        })?;
        let serials = distinct_serials(&body)?;
        let digest = BatchRedeemTicketsBody::digest(&body.included_serial_numbers);
        if body.digest != digest {
            return Err(refused("the digest is not the one of the included serial numbers".into()));
        }
        let proposal = self
            .shared
            .chain
            .proposal(body.proposal_id)
            .await?
            .ok_or_else(|| refused(format!("proposal {} is none of the ecash contract's", body.proposal_id)))?;
        check_proposal(&proposal, &body, &digest)?;
        let redeemable = self.shared.storage.redeemable(provider, &serials, body.proposal_id).await?;
        if let Some(missing) = serials.iter().find(|serial| !redeemable.contains(*serial)) {
            return Err(refused(format!(
                "ticket {} was not verified here for {provider} with a coin-index proof, or was claimed before",
                bs58::encode(missing).into_string()
            )));
        }
        // The same batch may be asked for again; another one only a day later.
        let repeated = proposal.voted
            || self.shared.storage.pending_votes().await?.iter().any(|vote| vote.proposal_id == body.proposal_id);
        if !repeated && last.is_some_and(|last| now < last.saturating_add(BETWEEN_BATCHES)) {
            return Err(refused("less than 24 hours have passed since the last batch: try again later".into()));
        }
        if !repeated {
            self.shared.storage.claim_redemption(provider, serials, body.proposal_id, now).await?;
            self.shared.metrics.redemptions.inc();
        }
        Ok(())
    }
}

fn distinct_serials(body: &BatchRedeemTicketsBody) -> ApiResult<Vec<[u8; 48]>> {
    let malformed = |reason: &str| ApiError::refused(ErrorCode::Malformed, reason);
    if body.included_serial_numbers.is_empty() || body.included_serial_numbers.len() > MAX_TICKETS {
        return Err(malformed("a batch holds 1 to 10000 tickets"));
    }
    let mut seen = HashSet::with_capacity(body.included_serial_numbers.len());
    let mut serials = Vec::with_capacity(body.included_serial_numbers.len());
    for serial in &body.included_serial_numbers {
        let serial: [u8; 48] =
            serial.as_slice().try_into().map_err(|_| malformed("serial numbers are 48 bytes each"))?;
        if !seen.insert(serial) {
            return Err(malformed("a serial number is included twice"));
        }
        serials.push(serial);
    }
    Ok(serials)
}

fn check_proposal(proposal: &Proposal, body: &BatchRedeemTicketsBody, digest: &[u8; 32]) -> ApiResult<()> {
    let refused = |reason: &str| Err(ApiError::refused(ErrorCode::Redemption, reason));
    // One that others have passed already is counted here as well, so that its tickets are claimed at every signer.
    if !proposal.open && !proposal.executed {
        return refused("the proposal was rejected or has expired: make a new one");
    }
    let Matter::Redeem { commitment, tickets, provider } = &proposal.matter else {
        return refused("the proposal is about something else");
    };
    if *commitment != bs58::encode(digest).into_string() {
        return refused("the proposal commits to other tickets");
    }
    if usize::from(*tickets) != body.included_serial_numbers.len() {
        return refused("the proposal is for another number of tickets");
    }
    if *provider != body.gateway_cosmos_addr {
        return refused("the proposal is another provider's");
    }
    Ok(())
}
