//! What operators do with their nodes.

use std::{fmt, path::Path};

use cosmwasm_std::{Addr, Coin, coin};
use ed25519_dalek::{Signature, VerifyingKey};
use nym_contracts_common::{MessageSignature, Percent, decode_identity_key};
use nym_mixnet_contract::{
    events,
    signing::{NymNodeBondingData, SigningPayload},
    types::{NodeConfigUpdate, NodeCostParams, NodeId, NymNode},
};
use nyxd_client::{
    AccountId,
    mixnet::{MixnetQueries, MixnetTransactions},
};
use serde::Serialize;

use crate::{CliError, Receipt, identity_key};

/// A node as it is to be bonded. Amounts are in base units of the mix denom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bonding {
    /// Host name or address.
    pub host: String,
    /// Port of the HTTP interface, where it is not the usual one.
    pub custom_http_port: Option<u16>,
    /// Share of the rewards that the operator keeps, in percent.
    pub profit_margin_percent: u64,
    /// What the operator keeps first, per interval.
    pub interval_operating_cost: u128,
    /// What the operator puts in.
    pub pledge: u128,
}

impl Bonding {
    /// What the node has to sign, in base58 (`docs/protocol/mixnet-contract.md §7.4`).
    ///
    /// # Errors
    /// [`CliError::Value`] for parameters that the contract would refuse whatever its settings.
    pub fn payload(&self, owner: &AccountId, nonce: u32, identity: &str, denom: &str) -> Result<String, CliError> {
        self.document(owner, nonce, identity, denom)?.to_base58().map_err(unwritable)
    }

    fn document(
        &self,
        owner: &AccountId,
        nonce: u32,
        identity: &str,
        denom: &str,
    ) -> Result<SigningPayload<NymNodeBondingData>, CliError> {
        let sender = Addr::unchecked(owner.as_ref());
        let pledge = coin(self.pledge, denom);
        Ok(SigningPayload::nym_node_bonding(nonce, sender, pledge, self.node(identity)?, self.costs(denom)?))
    }

    fn node(&self, identity: &str) -> Result<NymNode, CliError> {
        decode_identity_key(identity).map_err(|reason| CliError::value("the identity key", identity, reason))?;
        if self.host.is_empty() || self.host.len() > nym_mixnet_contract::constants::MAXIMUM_HOST_LENGTH {
            return Err(CliError::value("the host", &self.host, "it must have 1 to 255 bytes"));
        }
        Ok(NymNode {
            host: self.host.clone(),
            custom_http_port: self.custom_http_port,
            identity_key: identity.to_owned(),
        })
    }

    fn costs(&self, denom: &str) -> Result<NodeCostParams, CliError> {
        cost_params(self.profit_margin_percent, self.interval_operating_cost, denom)
    }
}

/// What an operator keeps.
///
/// # Errors
/// [`CliError::Value`] for more than 100 percent.
pub fn cost_params(profit_margin_percent: u64, operating_cost: u128, denom: &str) -> Result<NodeCostParams, CliError> {
    Ok(NodeCostParams {
        profit_margin_percent: Percent::from_percentage_value(profit_margin_percent)
            .map_err(|reason| CliError::value("the profit margin", profit_margin_percent, reason))?,
        interval_operating_cost: coin(operating_cost, denom),
    })
}

/// A node that was bonded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Bonded {
    /// The number that the contract gave it.
    pub node_id: NodeId,
    /// Its identity.
    pub identity_key: String,
    /// Who owns it.
    pub owner: String,
    /// What was put in.
    pub pledge: Coin,
    /// The transaction.
    #[serde(flatten)]
    pub receipt: Receipt,
}

impl fmt::Display for Bonded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "node {} is bonded: identity {}, pledge {}", self.node_id, self.identity_key, self.pledge)?;
        self.receipt.fmt(f)
    }
}

/// Bonds a node whose key is at hand: fetches the account's nonce, signs with the key file, sends.
///
/// # Errors
/// [`CliError::KeyFile`] for a key that cannot be read, and what the contract refuses.
pub async fn bond(transactions: &MixnetTransactions, bonding: &Bonding, key_file: &Path) -> Result<Bonded, CliError> {
    let key = identity_key::read_private_key(key_file)?;
    let identity = identity_key::public_text(&key);
    let payload = payload_for(transactions.queries(), transactions.client().address(), bonding, &identity).await?;
    let signed = identity_key::sign_contract_message(&key, &payload)?;
    bond_signed(transactions, bonding, &identity, &signed.encoded_signature).await
}

/// Bonds a node with a signature that was made elsewhere over the payload of [`payload_for`]. It is checked before
/// anything is sent, so that no fee is lost over a changed argument.
///
/// # Errors
/// [`CliError::OtherParametersSigned`] when it belongs to other parameters or another nonce, and what the contract
/// refuses.
pub async fn bond_signed(
    transactions: &MixnetTransactions,
    bonding: &Bonding,
    identity: &str,
    signature: &str,
) -> Result<Bonded, CliError> {
    let denom = transactions.client().queries().mix_denom();
    let owner = transactions.client().address();
    let nonce = transactions.queries().signing_nonce(owner).await?;
    let signature: MessageSignature =
        signature.trim().parse().map_err(|reason| CliError::value("the signature", signature, reason))?;
    let document = bonding.document(owner, nonce, identity, denom)?.to_plaintext().map_err(unwritable)?;
    if !is_signed(&document, identity, &signature)? {
        return Err(CliError::OtherParametersSigned { identity: identity.into(), nonce });
    }
    let pledge = coin(bonding.pledge, denom);
    let (node, costs) = (bonding.node(identity)?, bonding.costs(denom)?);
    let sent = transactions.bond_node(node, costs, signature, pledge.clone()).await?;
    let kind = format!("wasm-{}", events::NYM_NODE_BONDING);
    let node_id = sent.attribute(&kind, "node_id")?;
    Ok(Bonded {
        node_id: node_id.parse().map_err(|reason| CliError::value("the node's number", node_id, reason))?,
        identity_key: identity.to_owned(),
        owner: owner.to_string(),
        pledge,
        receipt: Receipt::from(&sent),
    })
}

/// What the node has to sign for its next bonding by this account, in base58.
///
/// # Errors
/// As [`Bonding::payload`], and when the node does not answer.
pub async fn payload_for(
    queries: &MixnetQueries,
    owner: &AccountId,
    bonding: &Bonding,
    identity: &str,
) -> Result<String, CliError> {
    let nonce = queries.signing_nonce(owner).await?;
    bonding.payload(owner, nonce, identity, queries.client().mix_denom())
}

/// Leaves at the end of the epoch.
///
/// # Errors
/// What the contract refuses.
pub async fn unbond(transactions: &MixnetTransactions) -> Result<Receipt, CliError> {
    Ok(Receipt::from(&transactions.unbond_node().await?))
}

/// Changes how the node is reached, at once.
///
/// # Errors
/// [`CliError::Usage`] when nothing would change, and what the contract refuses.
pub async fn update_config(transactions: &MixnetTransactions, update: NodeConfigUpdate) -> Result<Receipt, CliError> {
    if update.host.is_none() && update.custom_http_port.is_none() && !update.restore_default_http_port {
        return Err(CliError::Usage(
            "nothing would change: give --host, --custom-http-port or --restore-default-http-port",
        ));
    }
    Ok(Receipt::from(&transactions.update_node_config(update).await?))
}

/// Changes what the operator keeps, at the end of the interval. What is not given stays.
///
/// # Errors
/// [`CliError::NotFound`] when the account owns no node, and what the contract refuses.
pub async fn update_cost_params(
    transactions: &MixnetTransactions,
    profit_margin_percent: Option<u64>,
    interval_operating_cost: Option<u128>,
) -> Result<Receipt, CliError> {
    if profit_margin_percent.is_none() && interval_operating_cost.is_none() {
        return Err(CliError::Usage("nothing would change: give --profit-margin-percent or --interval-operating-cost"));
    }
    let owner = transactions.client().address();
    let owned = transactions.queries().owned_node(owner).await?.ok_or_else(|| CliError::NotFound {
        what: format!("a node of {owner}"),
        hint: "use the account that bonded it",
    })?;
    let mut costs = owned.rewarding_details.cost_params;
    if let Some(percent) = profit_margin_percent {
        costs.profit_margin_percent = Percent::from_percentage_value(percent)
            .map_err(|reason| CliError::value("the profit margin", percent, reason))?;
    }
    if let Some(cost) = interval_operating_cost {
        costs.interval_operating_cost.amount = cost.into();
    }
    Ok(Receipt::from(&transactions.update_cost_params(costs).await?))
}

/// Adds to the pledge at the end of the epoch; base units of the mix denom.
///
/// # Errors
/// What the contract refuses.
pub async fn increase_pledge(transactions: &MixnetTransactions, amount: u128) -> Result<Receipt, CliError> {
    let amount = coin(amount, transactions.client().queries().mix_denom());
    Ok(Receipt::from(&transactions.pledge_more(amount).await?))
}

/// Takes from the pledge at the end of the epoch; base units of the mix denom.
///
/// # Errors
/// What the contract refuses.
pub async fn decrease_pledge(transactions: &MixnetTransactions, amount: u128) -> Result<Receipt, CliError> {
    let amount = coin(amount, transactions.client().queries().mix_denom());
    Ok(Receipt::from(&transactions.decrease_pledge(amount).await?))
}

/// Rewards that were paid out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Claimed {
    /// What was paid, as the contract's event has it: `123unym`.
    pub amount: String,
    /// The transaction.
    #[serde(flatten)]
    pub receipt: Receipt,
}

impl fmt::Display for Claimed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "claimed {}\n{}", self.amount, self.receipt)
    }
}

/// Pays out the operator's rewards.
///
/// # Errors
/// What the contract refuses.
pub async fn claim_rewards(transactions: &MixnetTransactions) -> Result<Claimed, CliError> {
    let sent = transactions.withdraw_operator_reward().await?;
    let kind = format!("wasm-{}", events::WITHDRAW_OPERATOR_REWARD);
    Ok(Claimed { amount: sent.attribute(&kind, "amount")?.to_owned(), receipt: Receipt::from(&sent) })
}

fn is_signed(document: &[u8], identity: &str, signature: &MessageSignature) -> Result<bool, CliError> {
    let key = decode_identity_key(identity).map_err(|reason| CliError::value("the identity key", identity, reason))?;
    let Ok(signature) = Signature::from_slice(signature.as_bytes()) else {
        return Err(CliError::value("the signature", signature, "it must be 64 bytes in base58"));
    };
    let key = VerifyingKey::from_bytes(&key)
        .map_err(|_| CliError::value("the identity key", identity, "it is no ed25519 key"))?;
    Ok(ed25519_dalek::Verifier::verify(&key, document, &signature).is_ok())
}

fn unwritable(reason: cosmwasm_std::StdError) -> CliError {
    CliError::value("the payload", "", reason)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed unwrap fails the test")]
    use super::{Bonding, is_signed};
    use crate::identity_key::{from_seed, public_text, sign_contract_message};
    use nyxd_client::parse_address;
    use sha2::{Digest, Sha256};

    fn reference() -> Bonding {
        Bonding {
            host: "203.0.113.7".into(),
            custom_http_port: None,
            profit_margin_percent: 20,
            interval_operating_cost: 40_000_000,
            pledge: 100_000_000,
        }
    }

    /// docs/protocol/mixnet-contract.md §7.6
    #[test]
    fn the_reference_parameters_give_the_reference_payload_and_signature() {
        let key = from_seed(std::array::from_fn(|index| u8::try_from(index).unwrap()));
        let owner = parse_address("n1qqqsyqcyq5rqwzqfpg9scrgwpugpzysn3jxcwu", "n").unwrap();
        let identity = public_text(&key);
        let payload = reference().payload(&owner, 0, &identity, "unym").unwrap();
        let plaintext = bs58::decode(&payload).into_vec().unwrap();
        assert_eq!(plaintext.len(), 416);
        assert_eq!(
            hex::encode(Sha256::digest(&plaintext)),
            "1f4a51a0e3f00385f13735610f499d707b1369dd1bf8867f1675899a86454fe5"
        );
        let signed = sign_contract_message(&key, &payload).unwrap();
        assert_eq!(
            signed.encoded_signature,
            "5t3KuLYVHNRjECtwgsh6zpN7AFQD7w8UCG3fbAgGzukxmCedCNCWSJRL79Tc9QT8C5hofo5bHUf5rwBzqgjCjxzT"
        );
        let signature = signed.encoded_signature.parse().unwrap();
        assert!(is_signed(&plaintext, &identity, &signature).unwrap());
        let other = Bonding { pledge: 100_000_001, ..reference() };
        let other = bs58::decode(other.payload(&owner, 0, &identity, "unym").unwrap()).into_vec().unwrap();
        assert!(!is_signed(&other, &identity, &signature).unwrap());
    }

    #[test]
    fn parameters_that_no_contract_takes_are_refused_before_anything_is_signed() {
        let owner = parse_address("n1qqqsyqcyq5rqwzqfpg9scrgwpugpzysn3jxcwu", "n").unwrap();
        let identity = public_text(&from_seed([1; 32]));
        let bad = [
            (Bonding { host: String::new(), ..reference() }, identity.as_str()),
            (Bonding { host: "h".repeat(256), ..reference() }, &identity),
            (Bonding { profit_margin_percent: 101, ..reference() }, &identity),
            (reference(), "notakey"),
        ];
        for (bonding, identity) in bad {
            assert!(bonding.payload(&owner, 0, identity, "unym").is_err(), "{bonding:?} {identity}");
        }
        let custom = Bonding { custom_http_port: Some(8081), ..reference() };
        let payload = custom.payload(&owner, 3, &identity, "unym").unwrap();
        let text = String::from_utf8(bs58::decode(payload).into_vec().unwrap()).unwrap();
        assert!(text.starts_with(r#"{"nonce":3,"#) && text.contains(r#""custom_http_port":8081"#), "{text}");
    }
}
