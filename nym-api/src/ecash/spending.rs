//! Verification of spent tickets (`docs/protocol/nym-api.md` §7.4).

use nym_api_requests::ecash::{TicketRejection, VerifyEcashTicketBody};
use nym_api_requests::filter::fingerprint;
use nym_api_requests::{Consumed, ErrorCode};
use nym_ecash::verifier::{Rejection, SpentTickets};
use nym_ecash::{CredentialSpendingData, SerialNumber};

use super::Ecash;
use crate::error::{ApiError, ApiResult};
use crate::storage::{DoubleSpendRecord, SpendOutcome, Spending, TicketRecord};

/// What a signer says of a ticket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Verdict {
    /// The answer.
    pub(crate) verified: Result<(), TicketRejection>,
    /// Whether the ticket is used up.
    pub(crate) consumed: Consumed,
    /// For a replayed ticket: whether it is on record for the provider that asks.
    pub(crate) recorded_for_asker: Option<bool>,
}

impl Ecash {
    /// Verifies a ticket and records it. Durable before the answer.
    ///
    /// # Errors
    /// When nothing can be said about the ticket; the error tells whether it may have been recorded.
    pub(crate) async fn verify_ticket(&self, body: VerifyEcashTicketBody) -> ApiResult<Verdict> {
        let VerifyEcashTicketBody { credential, gateway_cosmos_addr: provider } = body;
        self.require_signer_of(credential.epoch_id)?;
        if provider.is_empty() || provider.len() > 128 {
            return Err(ApiError::refused(ErrorCode::Malformed, "gateway_cosmos_addr must be the provider's account")
                .with_consumed(Consumed::No));
        }
        let now = self.now().await;
        if credential.payment.spend_value != 1 {
            return Ok(refused(TicketRejection::MultipleTickets, Consumed::No));
        }
        let serial = credential.payment.serial_numbers().first().copied();
        let mut known = Known::default();
        if let Some(serial) = serial {
            known.spending = self.shared.storage.spending(&serial).await?;
        }
        let admitted = self.shared.rules.lock().admit(credential, now, &known);
        let admitted = match admitted {
            Ok(admitted) => admitted,
            Err(rejection) => return self.verdict(rejection, known.provider(), &provider, None, now).await,
        };
        let presented = admitted.data().clone();
        let (admitted, verified) = self
            .shared
            .batches
            .verify(admitted)
            .await
            .map_err(|busy| ApiError::from(busy).with_consumed(Consumed::No))?;
        if verified.is_ok() {
            let record = TicketRecord {
                data: presented.clone(),
                provider: provider.clone(),
                now,
                fingerprint: serial.as_ref().map(fingerprint).unwrap_or_default(),
            };
            let stored = self
                .shared
                .storage
                .store_spending(record)
                .await
                .map_err(|error| ApiError::from(error).with_consumed(Consumed::Unknown))?;
            known.spending = match stored {
                SpendOutcome::Stored { position } => {
                    if let Some(serial) = &serial {
                        self.shared.shards.append(presented.spend_date, position, fingerprint(serial));
                    }
                    None
                }
                SpendOutcome::Earlier(earlier) => Some(*earlier),
            };
        }
        let concluded = self.shared.rules.lock().conclude(admitted, verified, &mut known);
        match concluded {
            Ok(accepted) => {
                self.shared.metrics.tickets.with_label_values(&["accepted"]).inc();
                tracing::debug!(ticket_type = %accepted.ticket_type, provider, "accepted a ticket");
                Ok(Verdict { verified: Ok(()), consumed: Consumed::Yes, recorded_for_asker: Some(true) })
            }
            Err(rejection) => self.verdict(rejection, known.provider(), &provider, Some(presented), now).await,
        }
    }

    /// What a rejection means on the wire; a double spend is kept as evidence first.
    async fn verdict(
        &self,
        rejection: Rejection,
        recorded_for: Option<&str>,
        asker: &str,
        presented: Option<CredentialSpendingData>,
        now: i64,
    ) -> ApiResult<Verdict> {
        self.shared.metrics.tickets.with_label_values(&[label(&rejection)]).inc();
        let verdict = match rejection {
            Rejection::MultipleTickets(_) => refused(TicketRejection::MultipleTickets, Consumed::No),
            Rejection::InvalidSpentDate { today, yesterday, received } => {
                refused(TicketRejection::InvalidSpentDate { today, yesterday, received }, Consumed::No)
            }
            Rejection::ReplayedTicket => Verdict {
                recorded_for_asker: recorded_for.map(|provider| provider == asker),
                ..refused(TicketRejection::ReplayedTicket, Consumed::Yes)
            },
            Rejection::DoubleSpend { public_key, earlier } => {
                if let (Some(public_key), Some(second)) = (public_key, presented) {
                    let record = DoubleSpendRecord {
                        public_key: public_key.to_base58(),
                        evidence: [earlier.to_bytes(), second.to_bytes()],
                        detected_at: now,
                    };
                    if self.shared.storage.record_double_spend(record).await? {
                        self.shared.metrics.double_spenders.inc();
                        tracing::warn!(public_key = public_key.to_base58(), "a user spent a ticket twice");
                    }
                }
                refused(TicketRejection::DoubleSpend, Consumed::Yes)
            }
            Rejection::UnknownEpoch(epoch_id) => {
                return Err(ApiError::refused(
                    ErrorCode::UnknownEpoch,
                    format!("this signer has no key of epoch {epoch_id} to verify with: ask the others"),
                )
                .with_consumed(Consumed::No));
            }
            Rejection::Busy => {
                return Err(ApiError::from(crate::workers::Busy).with_consumed(Consumed::No));
            }
            Rejection::Store(reason) => {
                return Err(ApiError::refused(ErrorCode::StorageFailed, reason).with_consumed(Consumed::Unknown));
            }
            Rejection::InvalidTicket(error) => {
                tracing::debug!(%error, provider = asker, "an invalid ticket");
                refused(TicketRejection::InvalidTicket, Consumed::No)
            }
            // Signers demand neither a provider nor a time.
            Rejection::WrongProvider | Rejection::OutsideWindow(_) => {
                refused(TicketRejection::InvalidTicket, Consumed::No)
            }
        };
        Ok(verdict)
    }
}

fn refused(rejection: TicketRejection, consumed: Consumed) -> Verdict {
    Verdict { verified: Err(rejection), consumed, recorded_for_asker: None }
}

fn label(rejection: &Rejection) -> &'static str {
    match rejection {
        Rejection::MultipleTickets(_) => "multiple",
        Rejection::InvalidSpentDate { .. } => "date",
        Rejection::ReplayedTicket => "replayed",
        Rejection::DoubleSpend { .. } => "double-spend",
        Rejection::InvalidTicket(_) | Rejection::WrongProvider | Rejection::OutsideWindow(_) => "invalid",
        Rejection::UnknownEpoch(_) => "unknown-epoch",
        Rejection::Busy => "busy",
        Rejection::Store(_) => "store",
    }
}

/// What the database said of the ticket at hand: the verifier's rules are synchronous, the database is not.
#[derive(Default)]
struct Known {
    spending: Option<Spending>,
}

impl Known {
    fn provider(&self) -> Option<&str> {
        self.spending.as_ref().map(|spending| spending.provider.as_str())
    }
}

impl SpentTickets for Known {
    type Error = std::convert::Infallible;

    fn contains(&self, serial: &SerialNumber) -> Result<bool, Self::Error> {
        Ok(self.spending.as_ref().is_some_and(|spending| spending.data.payment.serial_numbers().contains(serial)))
    }

    fn insert(&mut self, _: &CredentialSpendingData) -> Result<Option<CredentialSpendingData>, Self::Error> {
        Ok(self.spending.as_ref().map(|spending| spending.data.clone()))
    }

    fn find(&self, serial: &SerialNumber) -> Result<Option<CredentialSpendingData>, Self::Error> {
        let known = self.contains(serial)?;
        Ok(self.spending.as_ref().filter(|_| known).map(|spending| spending.data.clone()))
    }
}
