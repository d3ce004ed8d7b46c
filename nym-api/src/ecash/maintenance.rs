//! What the calendar asks for: next day's signatures before midnight, and old data removed.

use nym_api_requests::filter;
use nym_ecash::VALIDITY_DAYS;

use super::Ecash;
use crate::error::ApiResult;

/// Days after which nobody can verify the request that a deposit is to be withheld for: it names a date within a week of
/// the day on which it is judged, and a ticketbook was bought for at most a week.
const DAYS_OF_A_REQUEST: i64 = 15;

/// Makes the sets of today's and tomorrow's ticketbooks before anybody asks.
pub(super) async fn prefetch(ecash: Ecash) {
    let shared = &ecash.shared;
    let mut changes = shared.generations.changes();
    loop {
        changes.mark_unchanged();
        if let Err(error) = ecash.prefetch_globals().await {
            tracing::debug!(%error, "shared signatures are not complete yet");
        }
        tokio::select! {
            () = shared.shutdown.triggered() => return,
            () = tokio::time::sleep(shared.config.debug.quorum_polling_rate) => {}
            _ = changes.changed() => {}
        }
    }
}

/// Removes what nobody needs any more.
pub(super) async fn clean(ecash: Ecash) {
    let shared = &ecash.shared;
    loop {
        if let Err(error) = ecash.remove_old().await {
            tracing::warn!(%error, "old data was not removed");
        }
        if !shared.shutdown.sleep(shared.config.debug.stale_data_cleaner_interval).await {
            return;
        }
    }
}

impl Ecash {
    async fn prefetch_globals(&self) -> ApiResult<()> {
        let Some(generation) = self.shared.generations.in_service() else { return Ok(()) };
        let today = self.today().await?;
        let default = today.default_expiration().unwrap_or(today);
        let tomorrow = default.plus_days(1).unwrap_or(default);
        if self.shared.config.enabled && generation.own.is_some() {
            self.partial_coin_indices(&generation).await?;
            self.partial_expiration_dates(&generation, default).await?;
            self.partial_expiration_dates(&generation, tomorrow).await?;
        }
        self.aggregated_coin_indices(&generation).await?;
        self.aggregated_expiration_dates(&generation, default).await?;
        self.aggregated_expiration_dates(&generation, tomorrow).await?;
        Ok(())
    }

    /// Removes issued ticketbooks, spent tickets, shards and evidence that are past their retention.
    pub(crate) async fn remove_old(&self) -> ApiResult<()> {
        let today = self.today().await?;
        let debug = &self.shared.config.debug;
        if let Ok(first) = today.minus_days(debug.issued_ticketbooks_retention_period_days) {
            self.shared.storage.remove_issued_before(first).await?;
            self.shared.commitments.forget_before(first);
        }
        if let Ok(first) = today.minus_days(debug.verified_tickets_retention_period_days.max(u32::from(VALIDITY_DAYS)))
        {
            let removed = self.shared.storage.remove_spent_before(first).await?;
            if removed > 0 {
                tracing::info!(removed, "removed tickets that can no longer be spent");
            }
        }
        let now = self.now().await;
        let days_ago = |days: i64| now.saturating_sub(days.saturating_mul(86_400));
        let kept = i64::from(debug.evidence_retention_period_days.max(u32::from(VALIDITY_DAYS) + 1));
        let removed = self.shared.storage.remove_evidence(days_ago(kept), days_ago(DAYS_OF_A_REQUEST)).await?;
        if removed > 0 {
            tracing::info!(removed, "removed evidence that has served");
        }
        if let Ok(first) = today.minus_days(u32::from(VALIDITY_DAYS) - 1) {
            debug_assert!(filter::is_kept(first, today));
            self.shared.shards.forget_before(first);
            self.shared.aggregates.forget_before(first);
        }
        Ok(())
    }
}
