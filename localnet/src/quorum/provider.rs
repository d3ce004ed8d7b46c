//! A stand-in for an entry gateway: takes tickets by the rules of the gateways' own verifier and has the signers confirm
//! them. A ticket is final once as many signers as its key generation needs have accepted it.

use std::{
    collections::{BTreeMap, btree_map::Entry},
    fmt,
    sync::Arc,
};

use ed25519_dalek::SigningKey;
use futures::future::join_all;
use nym_api_requests::{
    ClientError,
    ecash::{BatchRedeemTicketsBody, TicketRejection, VerifyEcashTicketBody},
    filter::SpentTicketsFollower,
};
use nym_ecash::{
    CredentialSpendingData, PreparedKey,
    verifier::{PaymentVerifier, Rejection, Rules, SpentTicketsInMemory},
};
use rand::rngs::OsRng;

use super::Quorum;
use crate::{accounts::Account, error::LocalnetError};

/// Why a provider does not take a ticket.
#[derive(Debug)]
pub(super) enum Refused {
    /// By its own rules.
    Rule(Rejection),
    /// Its filter knows the ticket, and the signers confirm that it is spent.
    Filter,
    /// Too few signers accept it.
    Signers {
        /// How many accepted.
        accepted: usize,
        /// What the others said.
        rejections: Vec<TicketRejection>,
    },
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rule(rejection) => write!(f, "by the provider's rules: {rejection}"),
            Self::Filter => write!(f, "by the filter of spent tickets"),
            Self::Signers { accepted, rejections } => {
                write!(f, "by the signers: {accepted} accepted it, the others say {rejections:?}")
            }
        }
    }
}

/// A provider of bandwidth, as far as tickets go.
pub(super) struct Provider {
    account: Account,
    identity: SigningKey,
    verifier: PaymentVerifier,
    store: SpentTicketsInMemory,
    keys: BTreeMap<u64, Arc<PreparedKey>>,
    thresholds: BTreeMap<u64, usize>,
    /// The filter as one signer tells it, and which.
    filter: SpentTicketsFollower,
    teller: usize,
    /// Serial numbers of final tickets that are not paid yet.
    unpaid: Vec<Vec<u8>>,
}

impl Provider {
    pub(super) fn new(account: Account, quorum: &Quorum<'_>) -> Result<Self, LocalnetError> {
        let identity = SigningKey::generate(&mut OsRng);
        let provider = identity.verifying_key().to_bytes();
        Ok(Self {
            account,
            verifier: PaymentVerifier::new(Rules::gateway(provider)),
            identity,
            store: SpentTicketsInMemory::default(),
            keys: BTreeMap::new(),
            thresholds: BTreeMap::new(),
            filter: SpentTicketsFollower::new(quorum.signers[0].identity()),
            teller: 0,
            unpaid: Vec::new(),
        })
    }

    /// The key that payments to this provider name.
    pub(super) fn key(&self) -> [u8; 32] {
        self.identity.verifying_key().to_bytes()
    }

    pub(super) fn account(&self) -> &Account {
        &self.account
    }

    /// Learns which keys tickets may be signed with.
    pub(super) async fn learn_keys(&mut self, quorum: &Quorum<'_>) -> Result<(), LocalnetError> {
        let generations = quorum.dkg.key_generations().await?;
        for generation in generations.in_service.iter().chain(&generations.outgoing) {
            let threshold = usize::try_from(generation.threshold).unwrap_or(usize::MAX);
            self.thresholds.insert(generation.epoch_id, threshold);
            if let Entry::Vacant(unknown) = self.keys.entry(generation.epoch_id) {
                let key = quorum.ask(|api| api.master_verification_key(Some(generation.epoch_id))).await?;
                unknown.insert(Arc::new(PreparedKey::new(key)?));
            }
        }
        Ok(())
    }

    /// Reads the quorum's filter of spent tickets anew: from the signer that told it so far, or, if that one does not
    /// answer, from the next that does.
    pub(super) async fn refresh_filter(&mut self, quorum: &Quorum<'_>) -> Result<(), LocalnetError> {
        let today = quorum.today().await?;
        let mut failure = String::new();
        for _ in 0..quorum.signers.len() {
            match self.filter.refresh(quorum.signers[self.teller].api(), today).await {
                Ok(_) => return Ok(()),
                Err(error) => failure = error.to_string(),
            }
            self.teller = (self.teller + 1) % quorum.signers.len();
            self.filter = SpentTicketsFollower::new(quorum.signers[self.teller].identity());
        }
        Err(LocalnetError::Quorum(format!("no signer tells which tickets are spent: {failure}")))
    }

    /// Whether the filter knows one of a payment's tickets.
    pub(super) fn suspects(&self, payment: &CredentialSpendingData) -> bool {
        payment.payment.serial_numbers().iter().any(|serial| self.filter.is_suspect(serial))
    }

    /// Takes a ticket, or says why not. What the filter suspects is refused without any service; the signers' word
    /// settles whether it was spent.
    pub(super) async fn take(
        &mut self,
        payment: CredentialSpendingData,
        quorum: &Quorum<'_>,
    ) -> Result<Result<(), Refused>, LocalnetError> {
        let suspected = self.suspects(&payment);
        let now = quorum.now().await?;
        let accepted = match self.verifier.accept(payment, now, &self.keys, &mut self.store, &mut OsRng) {
            Ok(accepted) => accepted,
            Err(rejection) => return Ok(Err(Refused::Rule(rejection))),
        };
        let needed = self.thresholds.get(&accepted.data.epoch_id).copied().unwrap_or(usize::MAX);
        let body = VerifyEcashTicketBody {
            credential: accepted.data.clone(),
            gateway_cosmos_addr: self.account.address.to_string(),
        };
        let answers = join_all(quorum.signers.iter().map(|signer| signer.api().verify_ecash_ticket(&body))).await;
        let mut rejections = Vec::new();
        let mut accepts = 0;
        // A signer that does not answer counts for neither side.
        for answer in answers.into_iter().flatten() {
            match answer.verified {
                Ok(()) => accepts += 1,
                Err(rejection) => rejections.push(rejection),
            }
        }
        if accepts >= needed {
            self.unpaid.extend(accepted.data.payment.serial_numbers().iter().map(|serial| serial.to_vec()));
            return Ok(Ok(()));
        }
        let refused = if suspected { Refused::Filter } else { Refused::Signers { accepted: accepts, rejections } };
        Ok(Err(refused))
    }

    /// Asks the quorum to pay for the final tickets. Returns their number; the signers' votes decide.
    pub(super) async fn redeem(&mut self, quorum: &Quorum<'_>) -> Result<usize, LocalnetError> {
        let serials = std::mem::take(&mut self.unpaid);
        let tickets = u16::try_from(serials.len()).unwrap_or(u16::MAX);
        let commitment = bs58::encode(BatchRedeemTicketsBody::digest(&serials)).into_string();
        let ecash = quorum.ecash_of(&self.account)?;
        let (proposal, _) = ecash.request_payout(&commitment, tickets).await?;
        let body = BatchRedeemTicketsBody::new(serials, proposal, self.account.address.to_string());
        let answers =
            join_all(quorum.signers.iter().map(|signer| signer.api().batch_redeem_ecash_tickets(&body))).await;
        // One that does not answer only lacks its vote; whether enough vote is seen on the chain.
        for (signer, answer) in quorum.signers.iter().zip(answers) {
            match answer {
                Err(error @ ClientError::Server(_)) => return Err(error.into()),
                Err(error) => tracing::warn!(signer = signer.name(), %error, "no vote was promised"),
                Ok(_) => {}
            }
        }
        Ok(usize::from(tickets))
    }
}
