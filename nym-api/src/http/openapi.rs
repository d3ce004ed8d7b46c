//! The OpenAPI 3.1 document. The types here describe bodies for people and generators; what is read and written are the
//! types of `nym-api-requests`, and a test holds both against each other.

#![allow(dead_code, reason = "these types are only described, never made")]

use utoipa::{OpenApi, ToSchema};

/// Everything served here.
#[derive(OpenApi)]
#[openapi(
    info(title = "nym-api", description = "The quorum of a Nym network: ticketbooks, tickets, spent-ticket shards."),
    servers((url = "/"), (url = "/api")),
    paths(
        super::ecash::master_verification_key,
        super::ecash::aggregated_expiration_date_signatures,
        super::ecash::aggregated_coin_indices_signatures,
        super::ecash::partial_expiration_date_signatures,
        super::ecash::partial_coin_indices_signatures,
        super::ecash::blind_sign,
        super::ecash::verify_ecash_ticket,
        super::ecash::batch_redeem_ecash_tickets,
        super::ecash::double_spending_filter_v1,
        super::ecash::issued_ticketbooks_count,
        super::ecash::issued_ticketbooks_for_count,
        super::ecash::issued_ticketbooks_on_count,
        super::ecash::issued_ticketbooks_for,
        super::ecash::issued_ticketbooks_challenge_commitment,
        super::ecash::issued_ticketbooks_data,
        super::ecash::signer_status,
        super::ecash::spent_tickets,
        super::ecash::spent_tickets_shard,
        super::ecash::spent_tickets_aggregate,
    ),
    // Parameters name it, and parameters bring no schemas along.
    components(schemas(super::output::Output))
)]
pub(super) struct ApiDocument;

/// Compressed points, lower-case hex.
#[derive(ToSchema)]
pub(super) struct MasterKey {
    key: VerificationKey,
}

#[derive(ToSchema)]
pub(super) struct VerificationKey {
    /// 96 bytes.
    alpha: String,
    /// 48 bytes each.
    beta_g1: Vec<String>,
    /// 96 bytes each.
    beta_g2: Vec<String>,
}

#[derive(ToSchema)]
pub(super) struct Signature {
    h: String,
    s: String,
}

#[derive(ToSchema)]
pub(super) struct ExpirationDateSignatures {
    epoch_id: u64,
    #[schema(format = Date)]
    expiration_date: String,
    signatures: Vec<ExpirationDateSignature>,
}

#[derive(ToSchema)]
pub(super) struct ExpirationDateSignature {
    signature: Signature,
    expiration_timestamp: u32,
    spending_timestamp: u32,
}

#[derive(ToSchema)]
pub(super) struct CoinIndicesSignatures {
    epoch_id: u64,
    signatures: Vec<CoinIndexSignature>,
}

#[derive(ToSchema)]
pub(super) struct CoinIndexSignature {
    signature: Signature,
    index: u64,
}

#[derive(ToSchema)]
pub(super) struct BlindSignRequest {
    inner_sign_request: WithdrawalRequest,
    deposit_id: u32,
    /// 64 bytes of an ed25519 signature; base58 text is read as well.
    #[schema(min_items = 64, max_items = 64)]
    signature: Vec<u8>,
    ecash_pubkey: UserKey,
    #[schema(format = Date)]
    expiration_date: String,
    ticketbook_type: TicketbookType,
}

#[derive(ToSchema)]
pub(super) struct UserKey {
    pk: String,
}

#[derive(ToSchema)]
pub(super) enum TicketbookType {
    #[schema(rename = "v1-mixnet-entry")]
    MixnetEntry,
    #[schema(rename = "v1-mixnet-exit")]
    MixnetExit,
    #[schema(rename = "v1-wireguard-entry")]
    WireguardEntry,
    #[schema(rename = "v1-wireguard-exit")]
    WireguardExit,
}

#[derive(ToSchema)]
pub(super) struct WithdrawalRequest {
    joined_commitment_hash: String,
    joined_commitment: String,
    #[schema(min_items = 2, max_items = 2)]
    private_attributes_commitments: Vec<String>,
    zk_proof: WithdrawalProof,
}

#[derive(ToSchema)]
pub(super) struct WithdrawalProof {
    challenge: String,
    response_opening: String,
    response_openings: Vec<String>,
    response_attributes: Vec<String>,
}

#[derive(ToSchema)]
pub(super) struct BlindSignAnswer {
    blinded_signature: BlindedSignature,
}

#[derive(ToSchema)]
pub(super) struct BlindedSignature {
    h: String,
    c: String,
}

#[derive(ToSchema)]
pub(super) struct VerifyTicketRequest {
    credential: Credential,
    /// Account of the provider.
    gateway_cosmos_addr: String,
}

#[derive(ToSchema)]
pub(super) struct Credential {
    payment: Payment,
    /// 72 bytes.
    #[schema(min_items = 72, max_items = 72)]
    pay_info: Vec<u8>,
    /// `YYYY-MM-DD`; `[year, day of the year]` is read as well.
    #[schema(format = Date)]
    spend_date: String,
    epoch_id: u64,
}

#[derive(ToSchema)]
pub(super) struct Payment {
    kappa: String,
    kappa_e: String,
    sig: Signature,
    sig_exp: Signature,
    kappa_k: Vec<String>,
    omega: Vec<Signature>,
    ss: Vec<String>,
    tt: Vec<String>,
    aa: Vec<String>,
    spend_value: u64,
    cc: String,
    t_type: u8,
    zk_proof: SpendProof,
}

#[derive(ToSchema)]
pub(super) struct SpendProof {
    challenge: String,
    response_r: String,
    response_r_e: String,
    responses_r_k: Vec<String>,
    responses_l: Vec<String>,
    responses_o_a: Vec<String>,
    response_o_c: String,
    responses_mu: Vec<String>,
    responses_o_mu: Vec<String>,
    responses_attributes: Vec<String>,
}

#[derive(ToSchema)]
pub(super) struct VerifyTicketAnswer {
    /// `{"Ok":null}`, or `{"Err":…}` with `"ReplayedTicket"`, `"DoubleSpend"`, `"InvalidTicket"`, `"MultipleTickets"` or
    /// `{"InvalidSpentDate":{…}}`.
    #[schema(value_type = Object)]
    verified: String,
}

#[derive(ToSchema)]
pub(super) struct BatchRedeemRequest {
    /// Base58.
    digest: String,
    /// Base58, 48 bytes each.
    included_serial_numbers: Vec<String>,
    proposal_id: u64,
    gateway_cosmos_addr: String,
}

#[derive(ToSchema)]
pub(super) struct BatchRedeemAnswer {
    proposal_accepted: bool,
}

#[derive(ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct IssuedCount {
    #[schema(format = Date)]
    issuance_date: String,
    #[schema(format = Date)]
    expiration_date: String,
    count: u64,
}

#[derive(ToSchema)]
pub(super) struct IssuedCounts {
    issued: Vec<IssuedCount>,
}

#[derive(ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct IssuedForCount {
    #[schema(format = Date)]
    expiration_date: String,
    total: u64,
    #[schema(value_type = Vec<Object>)]
    issued: Vec<String>,
}

#[derive(ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct IssuedOnCount {
    #[schema(format = Date)]
    issuance_date: String,
    total: u64,
    #[schema(value_type = Vec<Object>)]
    issued: Vec<String>,
}

/// A body with the identity key's signature over its compact JSON.
#[derive(ToSchema)]
pub(super) struct Signed {
    #[schema(value_type = Object)]
    body: String,
    /// Base58.
    signature: String,
}

#[derive(ToSchema)]
pub(super) struct SignedDepositsRequest {
    body: DepositsRequest,
    /// Base58.
    signature: String,
}

#[derive(ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct DepositsRequest {
    #[schema(format = Date)]
    expiration_date: String,
    deposits: Vec<u32>,
}

#[derive(ToSchema)]
pub(super) struct SpentTickets {
    version: u8,
    /// Base58 of the ed25519 key that signs the segments.
    identity: String,
    threshold: u64,
    days: Vec<SpentTicketsDay>,
}

#[derive(ToSchema)]
pub(super) struct SpentTicketsDay {
    #[schema(format = Date)]
    spend_date: String,
    shard_entries: u64,
    aggregate_entries: u64,
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests may fail loudly")]

    use super::*;
    use nym_api_requests::ecash as wire;
    use nym_ecash::{CredentialSpendingData, EcashDay, SecretKeyUser, TicketType, WithdrawalRequest};
    use serde_json::Value;
    use std::collections::BTreeSet;

    /// Names of members that a value has and those that its schema describes, for every object in it.
    fn compare(document: &Value, schema: &Value, value: &Value, path: &str) {
        let schema = match schema.get("$ref").and_then(Value::as_str) {
            Some(reference) => document.pointer(reference.trim_start_matches('#')).unwrap(),
            None => schema,
        };
        match value {
            Value::Object(members) => {
                let Some(properties) = schema.get("properties").and_then(Value::as_object) else { return };
                let described: BTreeSet<&String> = properties.keys().collect();
                assert_eq!(members.keys().collect::<BTreeSet<_>>(), described, "{path}");
                for (name, member) in members {
                    compare(document, &properties[name], member, &format!("{path}.{name}"));
                }
            }
            Value::Array(items) => items.iter().for_each(|item| compare(document, &schema["items"], item, path)),
            Value::String(text) => {
                if let Some(names) = schema.get("enum").and_then(Value::as_array) {
                    assert!(names.contains(&Value::String(text.clone())), "{path}: {text}");
                }
            }
            _ => {}
        }
    }

    #[test]
    fn bodies_are_described_as_they_are_written() {
        let document: Value = serde_json::to_value(ApiDocument::openapi()).unwrap();
        assert!(document["openapi"].as_str().unwrap().starts_with("3.1"));
        let day: EcashDay = "2026-11-24".parse().unwrap();
        let mut rng = rand::rngs::OsRng;
        let user = SecretKeyUser::random(&mut rng);
        let (request, _) = WithdrawalRequest::create(&user, day, TicketType::V1WireguardExit, &mut rng);
        let key = ed25519_dalek::SigningKey::from_bytes(&[3; 32]);
        let body =
            wire::BlindSignRequestBody::new(request, 4, &key, user.public_key(), day, TicketType::V1WireguardExit);
        let schema = |name: &str| document.pointer(&format!("/components/schemas/{name}")).unwrap().clone();
        compare(&document, &schema("BlindSignRequest"), &serde_json::to_value(&body).unwrap(), "blind-sign");

        let data: CredentialSpendingData = crate::test_ticket();
        let body = wire::VerifyEcashTicketBody { credential: data, gateway_cosmos_addr: "n1gateway".into() };
        compare(&document, &schema("VerifyTicketRequest"), &serde_json::to_value(&body).unwrap(), "verify");

        let body = wire::BatchRedeemTicketsBody::new(vec![vec![1; 48]], 5, "n1gateway");
        compare(&document, &schema("BatchRedeemRequest"), &serde_json::to_value(&body).unwrap(), "redeem");
    }
}
