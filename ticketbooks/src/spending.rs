//! Payments. Tickets are counted as spent, on disk, before their payment exists; one that is lost afterwards is lost, one
//! that is spent twice would reveal the payer (`docs/protocol/crypto.md` §4.2, §6.3).

use nym_ecash::{
    CoinIndexProof, CredentialSpendingData, EcashDay, EcashError, IssuedTicketBook, PayInfo, SignatureSets, Spend,
    TicketType, Wallet, verify,
};
use rand::rngs::OsRng;

use crate::{
    Result, Store, TicketbookError,
    public_data::PublicData,
    store::{HeldTicketbook, Reservation},
};

/// A ticket in the form that a provider takes.
#[derive(Clone, Debug)]
pub struct TicketPayment {
    /// Its place in the ticketbook.
    pub index: u64,
    /// The payment.
    pub data: CredentialSpendingData,
}

impl Store {
    /// Spends tickets at a provider: one payment each, since providers take one ticket a payment. `provider` is its
    /// Ed25519 identity key, `now` Unix seconds; providers take a payment within half a minute of that.
    ///
    /// # Errors
    /// [`TicketbookError::NoTickets`] or [`TicketbookError::Missing`], and then no ticket is counted.
    pub async fn pay(
        &self,
        ticket_type: TicketType,
        tickets: u64,
        provider: &[u8; 32],
        now: i64,
    ) -> Result<Vec<TicketPayment>> {
        let today = EcashDay::containing(now)?;
        if tickets == 0 {
            return Err(EcashError::NoTickets.into());
        }
        // What is missing is found out before anything is counted.
        let mut wanted = tickets;
        for held in self.usable(ticket_type, today).await? {
            if wanted == 0 {
                break;
            }
            self.public_data(held.epoch_id, held.expiration).await?;
            wanted -= wanted.min(held.left());
        }
        let reservations = self.reserve(ticket_type, tickets, today).await?;
        let mut payments = Vec::new();
        for reservation in &reservations {
            match self.build(reservation, provider, now, today).await {
                Ok(built) => payments.extend(built),
                Err(error) => {
                    // Nothing has left: payments that were built already are dropped here.
                    for unused in &reservations {
                        self.release(unused).await?;
                    }
                    return Err(error);
                }
            }
        }
        Ok(payments)
    }

    /// Spends the ticket with this index of the ticketbook that is next in turn. Tickets before it are counted as spent
    /// with it.
    ///
    /// # Errors
    /// [`TicketbookError::TicketSpent`] for one that is gone, and as [`Store::pay`].
    pub async fn pay_with(
        &self,
        ticket_type: TicketType,
        index: u64,
        provider: &[u8; 32],
        now: i64,
    ) -> Result<TicketPayment> {
        let today = EcashDay::containing(now)?;
        if let Some(held) = self.usable(ticket_type, today).await?.first() {
            self.public_data(held.epoch_id, held.expiration).await?;
        }
        let reservation = self.reserve_index(ticket_type, index, today).await?;
        match self.build(&reservation, provider, now, today).await {
            Ok(mut built) => Ok(built.remove(0)),
            Err(error) => {
                self.release(&reservation).await?;
                Err(error)
            }
        }
    }

    async fn build(
        &self,
        reservation: &Reservation,
        provider: &[u8; 32],
        now: i64,
        today: EcashDay,
    ) -> Result<Vec<TicketPayment>> {
        let HeldTicketbook { epoch_id, expiration, book, .. } = &reservation.held;
        let public = self.public_data(*epoch_id, *expiration).await?;
        let pay = |index| {
            let pay_info = PayInfo::new(provider, now, &mut OsRng);
            payment(book, &public, index, pay_info, today).map(|data| TicketPayment { index, data })
        };
        (reservation.first..reservation.first + reservation.tickets).map(pay).collect()
    }
}

fn payment(
    book: &IssuedTicketBook,
    public: &PublicData,
    index: u64,
    pay_info: PayInfo,
    today: EcashDay,
) -> Result<CredentialSpendingData> {
    let sets = SignatureSets { expiration_dates: &public.expiration_dates, coin_indices: &public.coin_indices };
    let mut wallet = Wallet::new(book.signatures_wallet.clone(), index);
    let spend = Spend { tickets: 1, pay_info: &pay_info, day: today };
    let payment = wallet.spend(&book.ecash_secret_key, &public.key, sets, spend, &mut OsRng)?;
    Ok(CredentialSpendingData { payment, pay_info, spend_date: today, epoch_id: book.epoch_id })
}

/// Whether payments from a ticketbook would be accepted: one is built, verified and thrown away. It never leaves, so
/// the ticket is not spent.
pub(crate) fn check_by_trial(book: &IssuedTicketBook, public: &PublicData, today: EcashDay) -> Result<()> {
    let expired = || TicketbookError::Expired { expired: book.expiration_date };
    if book.is_expired(today) {
        return Err(expired());
    }
    // A ticketbook for a later week is checked for its first day.
    let day = today.max(book.expiration_date.first_spending_day()?);
    let trial = payment(book, public, book.spent_tickets, PayInfo([0; 72]), day)?;
    Ok(verify(&trial.claim(&public.key), CoinIndexProof::Required, &mut OsRng)?)
}
