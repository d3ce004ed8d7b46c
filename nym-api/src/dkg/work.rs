//! The computations of a key generation: long, pure, and the same on every signer. None of them does IO.

use std::collections::{BTreeMap, HashMap};

use nym_curve::{G2, G2Affine, Point, Scalar, lagrange_at_zero};
use nym_dkg::{
    Ceremony, DecryptionKey, DkgError, NodeIndex, PublicCoefficients, PublishedKey, Receivers, Refused, Secrets,
    Submission, combine_shares, keep_searching,
};
use nym_ecash::{SecretKeyAuth, VerificationKeyAuth};
use rand::{CryptoRng, RngCore};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::record::{Outcome, PublicKeys};

/// What dealings hold for this signer, one value a component, or why it could not be decrypted.
type Decrypted = Result<Zeroizing<Vec<Scalar>>, String>;

/// Who takes part in one DKG epoch and how: fixed on chain when registration closes.
#[derive(Clone, Debug)]
pub struct Roster {
    ceremony: Ceremony,
    refused: Vec<Refused>,
    base: Option<Base>,
}

/// The key generation that a resharing continues.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Base {
    /// How many of its dealers bring the same common key back. Fewer would make another one.
    pub threshold: usize,
    /// Its verified keys by node index: α, β²_0, ….
    pub keys: BTreeMap<u64, Vec<G2Affine>>,
}

impl Roster {
    /// From the registrations on chain (node index, base58 of the key with proof). A resharing has a base.
    ///
    /// # Errors
    /// [`DkgError::NoReceivers`], [`DkgError::Threshold`] when too few registrations are usable for the threshold.
    pub fn new<'a>(
        registrations: impl IntoIterator<Item = (u64, &'a str)>,
        threshold: usize,
        key_size: usize,
        base: Option<Base>,
    ) -> Result<Self, DkgError> {
        let (receivers, refused) = Receivers::admit(registrations);
        Ok(Self { ceremony: Ceremony::new(receivers, threshold, key_size)?, refused, base })
    }

    /// Registrations that cannot be used.
    pub fn refused(&self) -> &[Refused] {
        &self.refused
    }

    /// Why this dealer cannot take part, if it cannot: a registration whose key is unusable neither receives nor deals.
    pub fn refusal(&self, dealer: u64) -> Option<DkgError> {
        self.refused.iter().find(|refused| refused.node == dealer).map(|refused| refused.reason.clone())
    }

    /// Who receives shares, ascending.
    pub fn receivers(&self) -> &[NodeIndex] {
        self.ceremony.receivers().indices()
    }

    /// Makes dealings of fresh secrets, or of the components of the base key.
    ///
    /// # Errors
    /// As [`Ceremony::deal`] and [`Ceremony::reshare`].
    pub fn deal<R: RngCore + CryptoRng + ?Sized>(
        &self,
        base_key: Option<&SecretKeyAuth>,
        rng: &mut R,
    ) -> Result<Vec<Vec<u8>>, DkgError> {
        let dealings = match base_key {
            None => self.ceremony.deal(rng)?,
            Some(key) => {
                let components = Zeroizing::new(key.components().copied().collect::<Vec<Scalar>>());
                self.ceremony.reshare(&components, rng)?
            }
        };
        Ok(dealings.iter().map(nym_dkg::Dealing::to_bytes).collect())
    }

    /// Judges one dealer's dealings and takes the share of `receiver` out of them.
    pub fn judge<R: RngCore + CryptoRng + ?Sized>(
        &self,
        dealer: NodeIndex,
        dealings: &[Option<Vec<u8>>],
        receiver: Option<(NodeIndex, &DecryptionKey)>,
        rng: &mut R,
    ) -> Verdict {
        match self.try_judge(dealer, dealings, receiver, rng) {
            Ok(contribution) => Verdict::Accepted(contribution),
            Err(reason) => Verdict::Rejected(reason.to_string()),
        }
    }

    fn try_judge<R: RngCore + CryptoRng + ?Sized>(
        &self,
        dealer: NodeIndex,
        dealings: &[Option<Vec<u8>>],
        receiver: Option<(NodeIndex, &DecryptionKey)>,
        rng: &mut R,
    ) -> Result<Contribution, DkgError> {
        let secrets = match &self.base {
            None => Secrets::Fresh,
            Some(base) => Secrets::Reshared(base.keys.get(&dealer.get()).map(Vec::as_slice)),
        };
        let dealings = dealings.iter().map(Option::as_deref).collect();
        let submission = Submission { dealer, dealings, secrets };
        let accepted = self.ceremony.judge(&submission, rng).map_err(|rejected| rejected.reason)?;
        // A dealing that passed its proofs decrypts, if need be by a bounded search; the only reason left is a key of
        // ours that is not the registered one, which is no fault of the dealer.
        let shares = receiver.map(|(node, key)| {
            let shares = accepted.dealings.iter().map(|dealing| {
                dealing.decrypt_share(key, self.ceremony.receivers(), node, &mut keep_searching).map(|share| *share)
            });
            shares.collect::<Result<Vec<Scalar>, _>>().map(Zeroizing::new).map_err(|error| error.to_string())
        });
        let coefficients = accepted.dealings.iter().map(|dealing| dealing.coefficients().points().to_vec()).collect();
        Ok(Contribution { coefficients, shares })
    }

    /// Puts the keys together once every dealer is judged.
    ///
    /// The secret half is `None` for someone who receives no share, and an error where a share could not be decrypted,
    /// which does not touch the public half.
    pub fn conclude(&self, verdicts: &BTreeMap<u64, Verdict>) -> (Outcome, Option<Decrypted>) {
        let mut accepted = BTreeMap::new();
        let mut rejected = BTreeMap::new();
        for (dealer, verdict) in verdicts {
            match verdict {
                Verdict::Accepted(contribution) => {
                    accepted.insert(*dealer, contribution);
                }
                Verdict::Rejected(reason) => {
                    rejected.insert(*dealer, reason.clone());
                }
            }
        }
        for (dealer, original) in copies(&accepted) {
            accepted.remove(&dealer);
            rejected.insert(dealer, format!("its dealings copy those of node {original}"));
        }
        let keys = self.public_keys(&accepted);
        let secret = match &keys {
            Ok(_) => self.secret_key(&accepted),
            Err(_) => None,
        };
        let outcome = Outcome {
            rejected,
            accepted: accepted.keys().copied().collect(),
            keys: keys.map_err(|error| error.to_string()),
        };
        (outcome, secret)
    }

    /// How many valid dealers a key needs. A fresh key needs as many as sign together, so that no smaller group knows
    /// it; a reshared one needs the threshold of the key that it continues, because fewer would give another key.
    fn dealers_needed(&self) -> usize {
        self.base.as_ref().map_or(self.ceremony.threshold(), |base| base.threshold)
    }

    fn public_keys(&self, accepted: &BTreeMap<u64, &Contribution>) -> Result<PublicKeys, DkgError> {
        let dealers: Vec<u64> = accepted.keys().copied().collect();
        if dealers.is_empty() || dealers.len() < self.dealers_needed() {
            return Err(DkgError::NotEnoughDealers { threshold: self.dealers_needed(), got: dealers.len() });
        }
        let weights = lagrange_at_zero(&dealers).expect("node indices are distinct and never zero");
        let (threshold, receivers) = (self.ceremony.threshold(), self.receivers());
        let mut keys = PublicKeys { master: Vec::new(), partials: BTreeMap::new() };
        let components = accepted.values().map(|contribution| contribution.coefficients.len()).max().unwrap_or(0);
        for component in 0..components {
            let sums: Vec<G2> = (0..threshold)
                .map(|k| {
                    let column: Vec<G2Affine> =
                        accepted.values().map(|given| given.coefficients[component][k]).collect();
                    G2::msm(&column, &weights)
                })
                .collect();
            let combined = PublicCoefficients::new(G2::batch_to_affine(&sums));
            keys.master.extend(combined.points().first());
            let values: Vec<G2> = receivers.iter().map(|node| combined.evaluate(*node)).collect();
            for (node, value) in receivers.iter().zip(G2::batch_to_affine(&values)) {
                keys.partials.entry(node.get()).or_default().push(value);
            }
        }
        Ok(keys)
    }

    fn secret_key(&self, accepted: &BTreeMap<u64, &Contribution>) -> Option<Decrypted> {
        let mut given = Vec::with_capacity(accepted.len());
        for (dealer, contribution) in accepted {
            match contribution.shares.as_ref()? {
                Ok(shares) => given.push((NodeIndex::new(*dealer), shares)),
                Err(error) => return Some(Err(error.clone())),
            }
        }
        let components = given.iter().map(|(_, shares)| shares.len()).max().unwrap_or(0);
        let combine = |component: usize| {
            let column = given
                .iter()
                .map(|(dealer, shares)| Ok((dealer.clone()?, Zeroizing::new(shares[component]))))
                .collect::<Result<Vec<_>, DkgError>>()?;
            combine_shares(self.dealers_needed(), &column).map(|sum| *sum)
        };
        let combined = (0..components).map(combine).collect::<Result<Vec<_>, _>>();
        Some(combined.map(Zeroizing::new).map_err(|error| error.to_string()))
    }
}

/// Dealers with a dealing of another one, and whose. Nothing binds a dealing to its dealer, so a copy is as valid as the
/// original, and both together would weigh the same secret twice. The lower index keeps it: who was first cannot be told
/// from what is computed on, and the secret is the honest dealer's either way.
fn copies(accepted: &BTreeMap<u64, &Contribution>) -> Vec<(u64, u64)> {
    let mut owners: HashMap<&G2Affine, u64> = HashMap::new();
    let mut copies = Vec::new();
    for (dealer, contribution) in accepted {
        let secrets: Vec<&G2Affine> = contribution.coefficients.iter().filter_map(|points| points.first()).collect();
        match secrets.iter().find_map(|secret| owners.get(*secret)) {
            Some(original) => copies.push((*dealer, *original)),
            None => owners.extend(secrets.into_iter().map(|secret| (secret, *dealer))),
        }
    }
    copies
}

/// What is known of a dealer, for good: nothing on chain can change it any more.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum Verdict {
    /// All its dealings count.
    Accepted(Contribution),
    /// None of them does, for this reason.
    Rejected(String),
}

/// What a dealer whose dealings count adds to the keys.
#[derive(Clone, Serialize, Deserialize)]
pub struct Contribution {
    /// The public coefficients of each dealing.
    coefficients: Vec<Vec<G2Affine>>,
    /// This signer's share of each secret, or why there is none; `None` for someone who receives no shares.
    #[serde(with = "shares")]
    shares: Option<Decrypted>,
}

impl std::fmt::Debug for Contribution {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Contribution({} components)", self.coefficients.len())
    }
}

/// Serde of shares, which `zeroize` has none for.
mod shares {
    use nym_curve::Scalar;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};
    use zeroize::Zeroizing;

    use super::Decrypted;

    type Shares = Option<Decrypted>;

    pub(super) fn serialize<S: Serializer>(shares: &Shares, serializer: S) -> Result<S::Ok, S::Error> {
        shares.as_ref().map(|shares| shares.as_ref().map(|shares| shares.as_slice())).serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Shares, D::Error> {
        let shares = Option::<Result<Vec<Scalar>, String>>::deserialize(deserializer)?;
        Ok(shares.map(|shares| shares.map(Zeroizing::new)))
    }
}

/// Checks a key share that another signer publishes against what the dealings gave.
///
/// # Errors
/// Why it must not be confirmed, in a sentence.
pub fn examine<R: RngCore + CryptoRng + ?Sized>(
    keys: &PublicKeys,
    owner: u64,
    share: &str,
    rng: &mut R,
) -> Result<(), String> {
    let Some(derived) = keys.partials.get(&owner) else {
        return Err(format!("node {owner} receives no share in this key generation"));
    };
    let key = VerificationKeyAuth::from_base58(share).map_err(|error| error.to_string())?;
    let published = PublishedKey { alpha: &key.alpha, beta_g1: &key.beta_g1, beta_g2: &key.beta_g2 };
    published.check(derived, rng).map_err(|error| error.to_string())
}
