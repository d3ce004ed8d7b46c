//! A provider's rules around a payment, without IO (`docs/protocol/crypto.md` §4.7, `docs/protocol/data-plane.md`
//! §6.2–6.3).
//!
//! Gateways and signers use the same verifier with different [`Rules`]. Admission has three steps, so that nothing is
//! locked while pairings are computed: [`PaymentVerifier::admit`] makes the cheap checks and reserves the payment info
//! in the replay window, [`verify_admitted`] is pure and takes many payments at once, [`PaymentVerifier::conclude`]
//! stores the serial numbers and says who spent twice. [`PaymentVerifier::accept`] does all three.

use crate::payment::{CoinIndexProof, Identification, PayInfo, SerialNumber, identify, verify_batch};
use crate::spending::CredentialSpendingData;
use crate::{EcashDay, EcashError, PreparedKey, PublicKeyUser, TicketType};
use rand_core::{CryptoRng, RngCore};
use std::collections::{BTreeMap, HashMap, HashSet};
use thiserror::Error;

/// Seconds by which a payment's time may differ from a gateway's clock.
pub const PAY_INFO_WINDOW: i64 = 30;
/// A signer accepts yesterday's date until this many seconds after midnight.
const YESTERDAY_UNTIL: i64 = 3600;

/// What a provider demands beyond a valid proof.
#[derive(Clone, Debug)]
pub struct Rules {
    /// The provider's Ed25519 identity key, which payments must name. Signers do not check it.
    pub provider: Option<[u8; 32]>,
    /// Seconds around now in which the payment info's time must lie; `None` for signers.
    pub window: Option<i64>,
    /// Whether yesterday's date is accepted in the first hour of a day, for tickets on their way at midnight.
    pub yesterday_at_night: bool,
    /// Most tickets in one payment; today's clients and services know one.
    pub max_tickets: u64,
    /// Most payment infos remembered at a time; payments beyond it are refused until the window moves on.
    pub max_remembered: usize,
    /// Whether the coin-index proof is required.
    pub coin_index_proof: CoinIndexProof,
}

impl Rules {
    /// A gateway with the given identity key.
    pub fn gateway(provider: [u8; 32]) -> Self {
        Self {
            provider: Some(provider),
            window: Some(PAY_INFO_WINDOW),
            yesterday_at_night: false,
            max_tickets: 1,
            max_remembered: 1 << 20,
            coin_index_proof: CoinIndexProof::Required,
        }
    }

    /// A signer that verifies tickets for gateways.
    pub fn signer() -> Self {
        Self { provider: None, window: None, yesterday_at_night: true, ..Self::gateway([0; 32]) }
    }
}

/// Why a payment is refused.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum Rejection {
    /// More tickets than the provider takes at once.
    #[error("the payment holds {0} tickets, one at a time is accepted")]
    MultipleTickets(u64),
    /// Another day than the provider's.
    #[error("the spend date {received} is not acceptable today, {today}")]
    InvalidSpentDate {
        /// The provider's day.
        today: EcashDay,
        /// The day before.
        yesterday: EcashDay,
        /// What the payment states.
        received: EcashDay,
    },
    /// Paid to somebody else.
    #[error("the payment is for another provider")]
    WrongProvider,
    /// The payer's clock, or an old payment.
    #[error("the payment's time differs by {0} s from now, more than allowed: check the clock")]
    OutsideWindow(i64),
    /// The same payment info was seen before, or the same ticket with the same payment info is stored.
    #[error("the ticket was presented before (replay)")]
    ReplayedTicket,
    /// Too many payments in the window.
    #[error("too many payments at once: try again in a minute")]
    Busy,
    /// No master key for the stated epoch.
    #[error("epoch {0} has no key here")]
    UnknownEpoch(u64),
    /// The ticket was spent before.
    #[error("the ticket was spent before{}", public_key.as_ref().map(|pk| format!(" by {}", pk.to_base58())).unwrap_or_default())]
    DoubleSpend {
        /// The double spender, where the two payments identify one.
        public_key: Option<PublicKeyUser>,
        /// The earlier payment: evidence together with the refused one.
        earlier: Box<CredentialSpendingData>,
    },
    /// The payment does not verify.
    #[error("the ticket is invalid: {0}")]
    InvalidTicket(#[source] EcashError),
    /// The provider's store failed.
    #[error("the store of spent tickets failed, the ticket was not taken: {0}")]
    Store(String),
}

/// Where a provider keeps spent tickets.
pub trait SpentTickets {
    /// What can fail.
    type Error: std::fmt::Display;

    /// Whether a serial number is stored: a cheap check before the expensive ones.
    ///
    /// # Errors
    /// Of the store.
    fn contains(&self, serial: &SerialNumber) -> Result<bool, Self::Error>;

    /// Stores all serial numbers of a verified payment, or none: in one transaction, returns an earlier payment with
    /// one of them if there is any, else stores this one and returns `None`.
    ///
    /// # Errors
    /// Of the store.
    fn insert(&mut self, data: &CredentialSpendingData) -> Result<Option<CredentialSpendingData>, Self::Error>;

    /// The stored payment with this serial number.
    ///
    /// # Errors
    /// Of the store.
    fn find(&self, serial: &SerialNumber) -> Result<Option<CredentialSpendingData>, Self::Error>;
}

/// The keys of the epochs a provider accepts: the current one and recent ones.
pub trait EpochKeys {
    /// The master key of an epoch.
    fn key(&self, epoch_id: u64) -> Option<&PreparedKey>;
}

impl EpochKeys for BTreeMap<u64, PreparedKey> {
    fn key(&self, epoch_id: u64) -> Option<&PreparedKey> {
        self.get(&epoch_id)
    }
}

impl EpochKeys for BTreeMap<u64, std::sync::Arc<PreparedKey>> {
    fn key(&self, epoch_id: u64) -> Option<&PreparedKey> {
        self.get(&epoch_id).map(AsRef::as_ref)
    }
}

/// A payment that passed the cheap checks and holds a place in the replay window.
#[derive(Debug)]
#[must_use = "verify and conclude it, or its payment info stays reserved until the window has passed"]
pub struct Admitted {
    data: CredentialSpendingData,
    ticket_type: TicketType,
}

impl Admitted {
    /// What was presented.
    pub fn data(&self) -> &CredentialSpendingData {
        &self.data
    }
}

/// A ticket that was taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Accepted {
    /// What was presented; keep it for the signers.
    pub data: CredentialSpendingData,
    /// What it pays for.
    pub ticket_type: TicketType,
    /// Bytes of bandwidth it is worth.
    pub bandwidth: u64,
}

/// The state of a provider: its rules and the payment infos of the current window.
#[derive(Debug)]
pub struct PaymentVerifier {
    rules: Rules,
    seen: ReplayWindow,
}

impl PaymentVerifier {
    /// With an empty window.
    pub fn new(rules: Rules) -> Self {
        Self { rules, seen: ReplayWindow::default() }
    }

    /// The rules in force.
    pub fn rules(&self) -> &Rules {
        &self.rules
    }

    /// Cheap checks, in order of cost: number of tickets, shape, date, provider, time, replay, stored serial numbers.
    /// The payment info is reserved, so that of two simultaneous presentations one is refused.
    ///
    /// # Errors
    /// The [`Rejection`].
    pub fn admit<S: SpentTickets>(
        &mut self,
        data: CredentialSpendingData,
        unix_seconds: i64,
        store: &S,
    ) -> Result<Admitted, Rejection> {
        if data.payment.spend_value > self.rules.max_tickets {
            return Err(Rejection::MultipleTickets(data.payment.spend_value));
        }
        data.payment.check_shape().map_err(Rejection::InvalidTicket)?;
        let ticket_type = data.payment.ticket_type().map_err(Rejection::InvalidTicket)?;
        self.check_date(data.spend_date, unix_seconds)?;
        if self.rules.provider.is_some_and(|provider| provider != *data.pay_info.provider()) {
            return Err(Rejection::WrongProvider);
        }
        if let Some(window) = self.rules.window {
            let distance = data.pay_info.timestamp().saturating_sub(unix_seconds);
            if distance.saturating_abs() > window {
                return Err(Rejection::OutsideWindow(distance));
            }
            self.seen.reserve(data.pay_info, unix_seconds, window, self.rules.max_remembered)?;
        }
        // If the ticket is spent already, what was presented stays in the window as seen.
        self.check_store(&data, store)?;
        Ok(Admitted { data, ticket_type })
    }

    /// Stores a payment that was verified, or releases the payment info of one that was not: who replays somebody's
    /// payment info with an invalid proof must not block the honest payment.
    ///
    /// # Errors
    /// The [`Rejection`].
    pub fn conclude<S: SpentTickets>(
        &mut self,
        admitted: Admitted,
        verified: Result<(), Rejection>,
        store: &mut S,
    ) -> Result<Accepted, Rejection> {
        let Admitted { data, ticket_type } = admitted;
        let outcome = verified.and_then(|()| match store.insert(&data) {
            Ok(None) => Ok(()),
            Ok(Some(earlier)) => Err(spent_before(&data, earlier)),
            Err(error) => Err(Rejection::Store(error.to_string())),
        });
        match outcome {
            Ok(()) => {
                let bandwidth = ticket_type.bandwidth().saturating_mul(data.payment.spend_value);
                Ok(Accepted { data, ticket_type, bandwidth })
            }
            Err(rejection) => {
                if matches!(rejection, Rejection::InvalidTicket(_) | Rejection::UnknownEpoch(_) | Rejection::Store(_)) {
                    self.seen.release(&data.pay_info);
                }
                Err(rejection)
            }
        }
    }

    /// All three steps for one payment.
    ///
    /// # Errors
    /// The [`Rejection`].
    pub fn accept<S: SpentTickets, K: EpochKeys, R: RngCore + CryptoRng + ?Sized>(
        &mut self,
        data: CredentialSpendingData,
        unix_seconds: i64,
        keys: &K,
        store: &mut S,
        rng: &mut R,
    ) -> Result<Accepted, Rejection> {
        let admitted = [self.admit(data, unix_seconds, store)?];
        let verified = verify_admitted(&admitted, keys, self.rules.coin_index_proof, rng);
        let [admitted] = admitted;
        let verified = verified.into_iter().next().unwrap_or(Ok(()));
        self.conclude(admitted, verified, store)
    }

    fn check_date(&self, spend_date: EcashDay, unix_seconds: i64) -> Result<(), Rejection> {
        let today = EcashDay::containing(unix_seconds).map_err(Rejection::InvalidTicket)?;
        let yesterday = today.minus_days(1).map_err(Rejection::InvalidTicket)?;
        let night = self.rules.yesterday_at_night
            && unix_seconds.saturating_sub(i64::from(today.timestamp())) < YESTERDAY_UNTIL;
        if spend_date == today || (night && spend_date == yesterday) {
            Ok(())
        } else {
            Err(Rejection::InvalidSpentDate { today, yesterday, received: spend_date })
        }
    }

    fn check_store<S: SpentTickets>(&self, data: &CredentialSpendingData, store: &S) -> Result<(), Rejection> {
        let failed = |error: S::Error| Rejection::Store(error.to_string());
        for serial in data.payment.serial_numbers() {
            if store.contains(&serial).map_err(failed)? {
                // A signer goes on and verifies, because only verified payments identify anybody; a replay is known
                // from the payment info alone.
                let earlier = store.find(&serial).map_err(failed)?;
                if earlier.is_some_and(|earlier| earlier.pay_info == data.pay_info) {
                    return Err(Rejection::ReplayedTicket);
                }
            }
        }
        Ok(())
    }
}

/// Verifies admitted payments together: pure, and fastest with many. Answers are in the order of the payments.
pub fn verify_admitted<K: EpochKeys, R: RngCore + CryptoRng + ?Sized>(
    admitted: &[Admitted],
    keys: &K,
    policy: CoinIndexProof,
    rng: &mut R,
) -> Vec<Result<(), Rejection>> {
    let mut answers: Vec<Result<(), Rejection>> = Vec::with_capacity(admitted.len());
    let mut claims = Vec::with_capacity(admitted.len());
    for (position, Admitted { data, .. }) in admitted.iter().enumerate() {
        answers.push(match keys.key(data.epoch_id) {
            Some(key) => {
                claims.push((position, data.claim(key)));
                Ok(())
            }
            None => Err(Rejection::UnknownEpoch(data.epoch_id)),
        });
    }
    let verified = verify_batch(&claims.iter().map(|(_, claim)| *claim).collect::<Vec<_>>(), policy, rng);
    for ((position, _), answer) in claims.iter().zip(verified) {
        answers[*position] = answer.map_err(Rejection::InvalidTicket);
    }
    answers
}

fn spent_before(data: &CredentialSpendingData, earlier: CredentialSpendingData) -> Rejection {
    match identify(&earlier.payment, &earlier.pay_info, &data.payment, &data.pay_info) {
        Ok(Identification::DuplicatePayInfo(_)) => Rejection::ReplayedTicket,
        Ok(Identification::DoubleSpender(public_key)) => {
            Rejection::DoubleSpend { public_key: Some(public_key), earlier: Box::new(earlier) }
        }
        Err(_) => Rejection::DoubleSpend { public_key: None, earlier: Box::new(earlier) },
    }
}

/// Payment infos by their stated time. An entry leaves when its time can no longer be inside the window.
#[derive(Debug, Default)]
struct ReplayWindow {
    by_time: BTreeMap<i64, HashSet<PayInfo>>,
    len: usize,
}

impl ReplayWindow {
    fn reserve(&mut self, pay_info: PayInfo, now: i64, window: i64, capacity: usize) -> Result<(), Rejection> {
        let current = self.by_time.split_off(&now.saturating_sub(window));
        self.len -= self.by_time.values().map(HashSet::len).sum::<usize>();
        self.by_time = current;
        if self.by_time.get(&pay_info.timestamp()).is_some_and(|seen| seen.contains(&pay_info)) {
            return Err(Rejection::ReplayedTicket);
        }
        if self.len >= capacity {
            return Err(Rejection::Busy);
        }
        self.by_time.entry(pay_info.timestamp()).or_default().insert(pay_info);
        self.len += 1;
        Ok(())
    }

    fn release(&mut self, pay_info: &PayInfo) {
        if let Some(seen) = self.by_time.get_mut(&pay_info.timestamp())
            && seen.remove(pay_info)
        {
            self.len -= 1;
        }
    }
}

/// Spent tickets in memory: for tests, simulations and short-lived providers.
#[derive(Debug, Default)]
pub struct SpentTicketsInMemory {
    by_serial: HashMap<SerialNumber, std::sync::Arc<CredentialSpendingData>>,
}

impl SpentTicketsInMemory {
    /// Forgets tickets spent before a day; signers keep them for eight days.
    pub fn forget_before(&mut self, day: EcashDay) {
        self.by_serial.retain(|_, data| data.spend_date >= day);
    }

    /// Number of stored serial numbers.
    pub fn len(&self) -> usize {
        self.by_serial.len()
    }

    /// Whether nothing is stored.
    pub fn is_empty(&self) -> bool {
        self.by_serial.is_empty()
    }
}

impl SpentTickets for SpentTicketsInMemory {
    type Error = std::convert::Infallible;

    fn contains(&self, serial: &SerialNumber) -> Result<bool, Self::Error> {
        Ok(self.by_serial.contains_key(serial))
    }

    fn insert(&mut self, data: &CredentialSpendingData) -> Result<Option<CredentialSpendingData>, Self::Error> {
        let serials = data.payment.serial_numbers();
        if let Some(earlier) = serials.iter().find_map(|serial| self.by_serial.get(serial)) {
            return Ok(Some(earlier.as_ref().clone()));
        }
        let data = std::sync::Arc::new(data.clone());
        for serial in serials {
            self.by_serial.insert(serial, data.clone());
        }
        Ok(None)
    }

    fn find(&self, serial: &SerialNumber) -> Result<Option<CredentialSpendingData>, Self::Error> {
        Ok(self.by_serial.get(serial).map(|data| data.as_ref().clone()))
    }
}
