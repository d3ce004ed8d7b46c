//! The payer's side (§4.2).

use super::proof::{Commitments, Instance, SpendProof};
use super::types::{PayInfo, Payment};
use crate::keys::SecretKeyUser;
use crate::parameters::{SET_SIZE_COINS, SET_SIZE_DATES, VALIDITY_DAYS, generators};
use crate::prepared_key::PreparedKey;
use crate::sets::{CoinIndexSignature, ExpirationDateSignature};
use crate::withdrawal::Wallet;
use crate::{EcashDay, EcashError, Result, Signature};
use nym_curve::{G1, G2, G2Affine, Point, Scalar};
use rand_core::{CryptoRng, RngCore};
use zeroize::{Zeroize, ZeroizeOnDrop};

/// The aggregated public sets that a payer needs. Verify them once when they are downloaded.
#[derive(Clone, Copy, Debug)]
pub struct SignatureSets<'a> {
    /// The seven of the ticketbook's expiration date, in canonical order.
    pub expiration_dates: &'a [ExpirationDateSignature],
    /// The fifty of the key's epoch, in canonical order.
    pub coin_indices: &'a [CoinIndexSignature],
}

/// What is paid.
#[derive(Clone, Copy, Debug)]
pub struct Spend<'a> {
    /// Number of tickets; providers accept one.
    pub tickets: u64,
    /// Provider, time and randomness.
    pub pay_info: &'a PayInfo,
    /// The day of spending.
    pub day: EcashDay,
}

impl Wallet {
    /// Spends the next tickets and counts them as spent. The coin-index proof is always included.
    ///
    /// Persist the raised count before the payment leaves: a ticket spent twice reveals the payer.
    ///
    /// # Errors
    /// Too few tickets, a day outside the validity, sets of wrong length or for another date; the count is then
    /// unchanged.
    pub fn spend<R: RngCore + CryptoRng + ?Sized>(
        &mut self,
        secret_key: &SecretKeyUser,
        key: &PreparedKey,
        sets: SignatureSets<'_>,
        spend: Spend<'_>,
        rng: &mut R,
    ) -> Result<Payment> {
        let (expiration, coins) = self.select(sets, spend)?;
        let generators = generators();
        let sk = &secret_key.sk;
        let v = &self.signatures.v;
        let date = Scalar::from(u64::from(self.signatures.expiration_date_timestamp));
        let (sig, r) = self.signatures.sig.randomise(rng);
        let (sig_exp, r_e) = expiration.randomise(rng);
        let o_c = Scalar::random(rng);
        let tickets: Vec<Ticket> = (self.tickets_spent..)
            .zip(coins)
            .enumerate()
            .map(|(position, (index, coin))| {
                Ticket::new(index, v, &o_c, spend.pay_info.ticket_scalar(position), &coin.signature, rng)
            })
            .collect::<Result<_>>()?;

        let kappa = blind(key, &[(0, sk, 255), (1, v, 255), (2, &date, DATE_BITS)], &r);
        let kappa_e = blind(key, &[(0, &date, DATE_BITS)], &r_e);
        let g2: Vec<G2> = [kappa, kappa_e]
            .into_iter()
            .chain(tickets.iter().map(|ticket| blind(key, &[(0, &ticket.index, INDEX_BITS)], &ticket.r)))
            .collect();
        let g2 = G2::batch_to_affine(&g2);
        let mut g1 = vec![opening(&o_c, v, 255)];
        g1.extend(tickets.iter().map(|ticket| opening(&ticket.a, &ticket.index, INDEX_BITS)));
        g1.extend(tickets.iter().map(|ticket| generators.delta.mul(&ticket.mu)));
        g1.extend(tickets.iter().map(|ticket| generators.g1.mul(&(sk + ticket.scale * ticket.mu))));
        let g1 = G1::batch_to_affine(&g1);
        let count = tickets.len();
        let (aa, ss, tt) = (&g1[1..=count], &g1[count + 1..=2 * count], &g1[2 * count + 1..]);

        let nonces = Nonces::random(count, rng);
        let commitments = nonces.commit(key, v, &o_c, &tickets);
        let instance = Instance { kappa: &g2[0], cc: &g1[0], aa, ss, tt, kappa_k: &g2[2..], kappa_e: &g2[1] };
        let challenge = commitments.challenge(&instance, spend.pay_info, key);
        let respond = |nonce: &Scalar, secret: &Scalar| nonce - challenge * secret;
        let per_ticket = |nonces: &[Scalar], secret: &dyn Fn(&Ticket) -> Scalar| -> Vec<Scalar> {
            nonces.iter().zip(&tickets).map(|(nonce, ticket)| respond(nonce, &secret(ticket))).collect()
        };
        let zk_proof = SpendProof {
            challenge,
            response_r: respond(&nonces.r, &r),
            response_r_e: respond(&nonces.r_e, &r_e),
            responses_r_k: per_ticket(&nonces.r_k, &|ticket| ticket.r),
            responses_l: per_ticket(&nonces.index, &|ticket| ticket.index),
            responses_o_a: per_ticket(&nonces.a, &|ticket| ticket.a),
            response_o_c: respond(&nonces.o_c, &o_c),
            responses_mu: per_ticket(&nonces.mu, &|ticket| ticket.mu),
            responses_o_mu: per_ticket(&nonces.o_mu, &|ticket| ticket.o_mu),
            responses_attributes: vec![respond(&nonces.sk, sk), respond(&nonces.v, v), respond(&nonces.date, &date)],
        };
        self.tickets_spent += spend.tickets;
        Ok(Payment {
            kappa: g2[0],
            kappa_e: g2[1],
            sig,
            sig_exp,
            kappa_k: g2[2..].to_vec(),
            omega: tickets.iter().map(|ticket| ticket.omega).collect(),
            ss: ss.to_vec(),
            tt: tt.to_vec(),
            aa: aa.to_vec(),
            spend_value: spend.tickets,
            cc: g1[0],
            t_type: self.signatures.t_type,
            zk_proof,
        })
    }

    /// The signatures for this day and these tickets.
    fn select<'a>(&self, sets: SignatureSets<'a>, spend: Spend<'_>) -> Result<(Signature, &'a [CoinIndexSignature])> {
        if spend.tickets == 0 {
            return Err(EcashError::NoTickets);
        }
        if spend.tickets > self.tickets_left() {
            return Err(EcashError::NotEnoughTickets { wanted: spend.tickets, left: self.tickets_left() });
        }
        for (list, expected, got) in [
            ("expiration_dates", SET_SIZE_DATES, sets.expiration_dates.len()),
            ("coin_indices", SET_SIZE_COINS, sets.coin_indices.len()),
        ] {
            if expected != got {
                return Err(EcashError::ListLength { list, expected, got });
            }
        }
        let position = spend_position(self.signatures.expiration()?, spend.day)?;
        let expiration = &sets.expiration_dates[position];
        if expiration.expiration_timestamp != self.signatures.expiration_date_timestamp
            || expiration.spending_timestamp != spend.day.timestamp()
        {
            return Err(EcashError::Malformed {
                object: "the expiration-date signatures",
                reason: "they are for another expiration date".into(),
            });
        }
        let first = usize::try_from(self.tickets_spent).expect("at most fifty tickets, checked above");
        let tickets = usize::try_from(spend.tickets).expect("at most fifty tickets, checked above");
        Ok((expiration.signature, &sets.coin_indices[first..first + tickets]))
    }
}

/// Position of a spending day among the seven of an expiration date.
pub(super) fn spend_position(expiration: EcashDay, day: EcashDay) -> Result<usize> {
    let first = expiration.first_spending_day()?;
    if day < first {
        return Err(EcashError::SpendDateTooEarly);
    }
    if day > expiration {
        return Err(EcashError::SpendDateTooLate);
    }
    (0..u32::from(VALIDITY_DAYS))
        .zip(0..)
        .find_map(|(days, position)| (first.plus_days(days) == Ok(day)).then_some(position))
        .ok_or(EcashError::SpendDateTooLate)
}

/// The secrets of one ticket.
#[derive(Zeroize, ZeroizeOnDrop)]
struct Ticket {
    index: Scalar,
    a: Scalar,
    mu: Scalar,
    o_mu: Scalar,
    r: Scalar,
    /// R_k, public.
    scale: Scalar,
    #[zeroize(skip)]
    omega: Signature,
}

impl Ticket {
    fn new<R: RngCore + CryptoRng + ?Sized>(
        index: u64,
        v: &Scalar,
        o_c: &Scalar,
        scale: Scalar,
        signature: &Signature,
        rng: &mut R,
    ) -> Result<Self> {
        let mu = (v + Scalar::from(index) + Scalar::ONE).invert().ok_or(EcashError::UnusableIndex(index))?;
        let a = Scalar::random(rng);
        let (omega, r) = signature.randomise(rng);
        Ok(Self { index: Scalar::from(index), a, mu, o_mu: -(a + o_c) * mu, r, scale, omega })
    }
}

#[derive(Zeroize, ZeroizeOnDrop)]
struct Nonces {
    r: Scalar,
    r_e: Scalar,
    o_c: Scalar,
    sk: Scalar,
    v: Scalar,
    date: Scalar,
    index: Vec<Scalar>,
    a: Vec<Scalar>,
    mu: Vec<Scalar>,
    o_mu: Vec<Scalar>,
    r_k: Vec<Scalar>,
}

impl Nonces {
    fn random<R: RngCore + CryptoRng + ?Sized>(tickets: usize, rng: &mut R) -> Self {
        let mut list = || (0..tickets).map(|_| Scalar::random(rng)).collect();
        let (index, a, mu, o_mu, r_k) = (list(), list(), list(), list(), list());
        Self {
            r: Scalar::random(rng),
            r_e: Scalar::random(rng),
            o_c: Scalar::random(rng),
            sk: Scalar::random(rng),
            v: Scalar::random(rng),
            date: Scalar::random(rng),
            index,
            a,
            mu,
            o_mu,
            r_k,
        }
    }

    /// The prover knows every discrete logarithm, so all products are with fixed bases.
    fn commit(&self, key: &PreparedKey, v: &Scalar, o_c: &Scalar, tickets: &[Ticket]) -> Commitments {
        let generators = generators();
        let mut commitments = Commitments {
            kappa: blind(key, &[(0, &self.sk, 255), (1, &self.v, 255), (2, &self.date, 255)], &self.r),
            kappa_e: blind(key, &[(0, &self.date, 255)], &self.r_e),
            cc: opening(&self.o_c, &self.v, 255),
            ..Commitments::default()
        };
        for (k, ticket) in tickets.iter().enumerate() {
            commitments.aa.push(opening(&self.a[k], &self.index[k], 255));
            commitments.ss.push(generators.delta.mul(&self.mu[k]));
            // A_k + C + γ2 = (a_k + o_C)·g1 + (v + j_k + 1)·γ2.
            let opened = self.mu[k] * (ticket.a + o_c) + self.o_mu[k];
            commitments.gamma.push(opening(&opened, &(self.mu[k] * (v + ticket.index + Scalar::ONE)), 255));
            commitments.tt.push(generators.g1.mul(&(self.sk + self.mu[k] * ticket.scale)));
            commitments.kappa_k.push(blind(key, &[(0, &self.index[k], 255)], &self.r_k[k]));
        }
        commitments
    }
}

/// Bits of a date in seconds, and of a ticket's index: secret here, but known to be short.
const DATE_BITS: usize = 32;
const INDEX_BITS: usize = 6;

/// r·g2 + α + Σ attribute_j·β²_j in constant time, for attributes of at most so many bits.
fn blind(key: &PreparedKey, attributes: &[(usize, &Scalar, usize)], r: &Scalar) -> G2 {
    let mut sum = generators().g2.mul(r);
    for (j, attribute, bits) in attributes {
        key.beta[*j].add_mul_short(attribute, *bits, &mut sum);
    }
    let alpha: G2Affine = *key.alpha.point();
    sum + alpha
}

/// o·g1 + value·γ2 in constant time, for a value of at most so many bits.
fn opening(o: &Scalar, value: &Scalar, bits: usize) -> G1 {
    let mut sum = generators().g1.mul(o);
    generators().gamma2.add_mul_short(value, bits, &mut sum);
    sum
}
