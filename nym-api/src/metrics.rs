//! Counters and gauges for Prometheus, served at `/metrics`.

use prometheus::{
    Encoder, Histogram, HistogramOpts, HistogramVec, IntCounter, IntCounterVec, IntGauge, Opts, Registry, TextEncoder,
};

/// All of them; clones share the values. Every service of a process has its own registry.
#[derive(Clone, Debug)]
pub struct Metrics {
    registry: Registry,
    /// Epoch of the keys in service; −1 before the first.
    pub epoch: IntGauge,
    /// Ticketbooks signed, by type.
    pub issued: IntCounterVec,
    /// Answers that were repeated to the same request.
    pub repeated_signatures: IntCounter,
    /// Requests under blacklisted keys.
    pub blacklisted_requests: IntCounter,
    /// Tickets, by what was said of them.
    pub tickets: IntCounterVec,
    /// Tickets verified together.
    pub batch_size: Histogram,
    /// Users found to have spent a ticket twice.
    pub double_spenders: IntCounter,
    /// Proposals made, by kind.
    pub proposals: IntCounterVec,
    /// Votes on others' proposals.
    pub votes: IntCounterVec,
    /// Batches of tickets that a vote was promised for.
    pub redemptions: IntCounter,
    /// Wrong parts of shared signatures that other signers gave.
    pub bad_parts: IntCounter,
    /// Wrong segments of other signers' shards.
    pub bad_shards: IntCounter,
    /// Seconds per request, by route and status.
    pub requests: HistogramVec,
}

impl Metrics {
    /// All at zero.
    pub fn new() -> Self {
        let registry = Registry::new();
        let counter = |name: &str, help: &str| register(&registry, IntCounter::new(format!("nym_api_{name}"), help));
        let counters = |name: &str, help: &str, label: &str| {
            register(&registry, IntCounterVec::new(Opts::new(format!("nym_api_{name}"), help), &[label]))
        };
        Self {
            epoch: register(
                &registry,
                IntGauge::new("nym_api_keys_in_service_epoch", "epoch of the keys in service, -1 before the first"),
            ),
            issued: counters("ticketbooks_issued_total", "ticketbooks signed", "type"),
            repeated_signatures: counter("signatures_repeated_total", "answers repeated to the same request"),
            blacklisted_requests: counter("blacklisted_requests_total", "requests under blacklisted keys"),
            tickets: counters("tickets_total", "tickets presented", "outcome"),
            batch_size: register(
                &registry,
                Histogram::with_opts(
                    HistogramOpts::new("nym_api_verification_batch_size", "tickets verified together")
                        .buckets(vec![1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0]),
                ),
            ),
            double_spenders: counter("double_spenders_total", "users found to have spent a ticket twice"),
            proposals: counters("proposals_total", "proposals made", "kind"),
            votes: counters("votes_total", "votes on proposals", "vote"),
            redemptions: counter("redemptions_total", "batches of tickets that a vote was promised for"),
            bad_parts: counter("bad_signature_parts_total", "wrong parts of shared signatures from other signers"),
            bad_shards: counter("bad_shard_segments_total", "wrong segments of other signers' shards"),
            requests: register(
                &registry,
                HistogramVec::new(
                    HistogramOpts::new("nym_api_request_seconds", "time per request"),
                    &["route", "status"],
                ),
            ),
            registry,
        }
    }

    /// The text that Prometheus reads.
    pub fn render(&self) -> String {
        let mut text = Vec::new();
        if let Err(error) = TextEncoder::new().encode(&self.registry.gather(), &mut text) {
            tracing::warn!(%error, "the metrics cannot be written");
        }
        String::from_utf8(text).unwrap_or_default()
    }
}

impl Default for Metrics {
    fn default() -> Self {
        Self::new()
    }
}

fn register<C: prometheus::core::Collector + Clone + 'static>(
    registry: &Registry,
    collector: prometheus::Result<C>,
) -> C {
    let collector = collector.expect("names and labels are constants that Prometheus accepts");
    registry.register(Box::new(collector.clone())).expect("every name is registered once");
    collector
}
