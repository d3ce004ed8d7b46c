//! The typed client: one API, every request with a deadline, every answer with a limit.

use std::time::Duration;

use nym_ecash::{BlindedSignature, EcashDay, VerificationKeyAuth};
use reqwest::{Method, RequestBuilder, Response};
use serde::{Serialize, de::DeserializeOwned};
use url::Url;

use crate::ecash::{
    BatchRedeemTicketsBody, BatchRedeemTicketsResponse, BlindSignRequestBody, BlindedSignatureResponse,
    CoinIndicesSignaturesResponse, ExpirationDateSignaturesResponse, VerificationKeyResponse, VerifyEcashTicketBody,
    VerifyEcashTicketResponse,
};
use crate::error::{CONSUMED_HEADER, ERROR_CODE_HEADER, ServerError};
use crate::filter::{MAX_SEGMENT_LENGTH, ShardKind, SpentTicketsStatus};
use crate::issued::{
    IssuedTicketbooksChallengeCommitmentResponseBody, IssuedTicketbooksCountResponse,
    IssuedTicketbooksDataResponseBody, IssuedTicketbooksForCountResponse, IssuedTicketbooksForResponseBody,
    IssuedTicketbooksOnCountResponse, IssuedTicketbooksRequestBody, SignerStatusBody,
};
use crate::signed::SignedMessage;

/// Longest answer that is read. The largest, a hundred issued ticketbooks, is about 70 KiB.
const MAX_ANSWER: usize = 4 << 20;
/// Longest text of a refusal that is kept.
const MAX_MESSAGE: usize = 1000;

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// The client cannot be built.
    #[error("cannot build an HTTP client: {0}")]
    Build(String),
    /// No connection, or none in time. Whether a request arrived is unknown; all of them can be sent again.
    #[error("{url} does not answer: {reason}")]
    Transport {
        /// What was asked.
        url: String,
        /// The transport's words.
        reason: String,
    },
    /// The server refused.
    #[error(transparent)]
    Server(#[from] Box<ServerError>),
    /// The answer is longer than any should be.
    #[error("{url} answered more than {limit} bytes")]
    TooLong {
        /// What was asked.
        url: String,
        /// The limit.
        limit: usize,
    },
    /// The answer is of another form than promised.
    #[error("{url} answered something that cannot be read: {reason}")]
    Decode {
        /// What was asked.
        url: String,
        /// What is wrong.
        reason: String,
    },
}

impl ClientError {
    /// The server's refusal, if it was one.
    pub fn server(&self) -> Option<&ServerError> {
        match self {
            Self::Server(error) => Some(error),
            _ => None,
        }
    }
}

type Result<T> = std::result::Result<T, ClientError>;

/// A client of one nym-api. Clones share connections.
#[derive(Clone, Debug)]
pub struct NymApiClient {
    http: reqwest::Client,
    base: Url,
}

impl NymApiClient {
    /// With a deadline of ten seconds per request.
    ///
    /// # Errors
    /// [`ClientError::Build`].
    pub fn new(base: Url) -> Result<Self> {
        Self::with_timeout(base, Duration::from_secs(10))
    }

    /// With a deadline of one's own.
    ///
    /// # Errors
    /// [`ClientError::Build`].
    pub fn with_timeout(base: Url, timeout: Duration) -> Result<Self> {
        let http = http_client(timeout)?;
        Ok(Self::over(http, base))
    }

    /// Over connections that several clients share; their deadline is that of `http` (see [`http_client`]).
    pub fn over(http: reqwest::Client, mut base: Url) -> Self {
        // `join` replaces the last segment of a path without a closing slash.
        if !base.path().ends_with('/') {
            base.set_path(&format!("{}/", base.path()));
        }
        Self { http, base }
    }

    /// The API's address.
    pub fn base(&self) -> &Url {
        &self.base
    }

    /// The master key of a generation, the one in service by default.
    ///
    /// # Errors
    /// As every question of this type: [`ClientError`].
    pub async fn master_verification_key(&self, epoch_id: Option<u64>) -> Result<VerificationKeyAuth> {
        let query = epoch(epoch_id);
        Ok(self.get::<VerificationKeyResponse>("v1/ecash/master-verification-key", &query).await?.key)
    }

    /// The quorum's expiration-date signatures.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn aggregated_expiration_date_signatures(
        &self,
        expiration: Option<EcashDay>,
        epoch_id: Option<u64>,
    ) -> Result<ExpirationDateSignaturesResponse> {
        self.get("v1/ecash/aggregated-expiration-date-signatures", &date_and_epoch(expiration, epoch_id)).await
    }

    /// The quorum's coin-index signatures.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn aggregated_coin_indices_signatures(
        &self,
        epoch_id: Option<u64>,
    ) -> Result<CoinIndicesSignaturesResponse> {
        self.get("v1/ecash/aggregated-coin-indices-signatures", &epoch(epoch_id)).await
    }

    /// One signer's expiration-date signatures.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn partial_expiration_date_signatures(
        &self,
        expiration: Option<EcashDay>,
        epoch_id: Option<u64>,
    ) -> Result<ExpirationDateSignaturesResponse> {
        self.get("v1/ecash/partial-expiration-date-signatures", &date_and_epoch(expiration, epoch_id)).await
    }

    /// One signer's coin-index signatures.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn partial_coin_indices_signatures(
        &self,
        epoch_id: Option<u64>,
    ) -> Result<CoinIndicesSignaturesResponse> {
        self.get("v1/ecash/partial-coin-indices-signatures", &epoch(epoch_id)).await
    }

    /// Has a request signed. The same request gets the same answer for ever: keep it with its secrets, also if signers
    /// answer with keys that are not in service any more.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn blind_sign(&self, body: &BlindSignRequestBody) -> Result<BlindedSignature> {
        let route = "v1/ecash/blind-sign?keeps_request=true";
        Ok(self.post::<_, BlindedSignatureResponse>(route, body).await?.blinded_signature)
    }

    /// Has a spent ticket verified and recorded.
    ///
    /// # Errors
    /// [`ClientError`]; a ticket that is not accepted is no error of this kind.
    pub async fn verify_ecash_ticket(&self, body: &VerifyEcashTicketBody) -> Result<VerifyEcashTicketResponse> {
        self.post("v1/ecash/verify-ecash-ticket", body).await
    }

    /// Asks for a vote for the payment of verified tickets.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn batch_redeem_ecash_tickets(
        &self,
        body: &BatchRedeemTicketsBody,
    ) -> Result<BatchRedeemTicketsResponse> {
        self.post("v1/ecash/batch-redeem-ecash-tickets", body).await
    }

    /// Which shards of spent tickets there are.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn spent_tickets(&self) -> Result<SpentTicketsStatus> {
        self.get("v1/ecash/spent-tickets", &[]).await
    }

    /// A segment of a shard from an entry on, for [`crate::filter::ShardReader::accept`].
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn spent_tickets_segment(&self, kind: ShardKind, day: EcashDay, from: u64) -> Result<Vec<u8>> {
        let list = match kind {
            ShardKind::Signer => "shard",
            ShardKind::Aggregate => "aggregate",
        };
        let path = format!("v1/ecash/spent-tickets/{day}/{list}");
        let request = self.request(Method::GET, &path)?.query(&[("from", from)]);
        let (_, bytes) = self.send(request, MAX_SEGMENT_LENGTH).await?;
        Ok(bytes)
    }

    /// What a signer issued for an expiration date; verify it with the signer's identity key.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn issued_ticketbooks_for(
        &self,
        expiration: EcashDay,
    ) -> Result<SignedMessage<IssuedTicketbooksForResponseBody>> {
        self.get(&format!("v1/ecash/issued-ticketbooks-for/{expiration}"), &[]).await
    }

    /// A proof that ticketbooks are in the signer's commitment.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn issued_ticketbooks_challenge_commitment(
        &self,
        request: &SignedMessage<IssuedTicketbooksRequestBody>,
    ) -> Result<SignedMessage<IssuedTicketbooksChallengeCommitmentResponseBody>> {
        self.post("v1/ecash/issued-ticketbooks-challenge-commitment", request).await
    }

    /// The ticketbooks themselves.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn issued_ticketbooks_data(
        &self,
        request: &SignedMessage<IssuedTicketbooksRequestBody>,
    ) -> Result<SignedMessage<IssuedTicketbooksDataResponseBody>> {
        self.post("v1/ecash/issued-ticketbooks-data", request).await
    }

    /// How many ticketbooks a signer issued for a date.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn issued_ticketbooks_for_count(
        &self,
        expiration: EcashDay,
    ) -> Result<IssuedTicketbooksForCountResponse> {
        self.get(&format!("v1/ecash/issued-ticketbooks-for-count/{expiration}"), &[]).await
    }

    /// How many ticketbooks a signer issued on a day.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn issued_ticketbooks_on_count(&self, issuance: EcashDay) -> Result<IssuedTicketbooksOnCountResponse> {
        self.get(&format!("v1/ecash/issued-ticketbooks-on-count/{issuance}"), &[]).await
    }

    /// A page of counts, newest first.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn issued_ticketbooks_count(&self, page: u32, per_page: u32) -> Result<IssuedTicketbooksCountResponse> {
        let query = [("page", page.to_string()), ("per_page", per_page.to_string())];
        self.get("v1/ecash/issued-ticketbooks-count", &query).await
    }

    /// Whether an API signs.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn signer_status(&self) -> Result<SignedMessage<SignerStatusBody>> {
        self.get("v1/ecash/signer-status", &[]).await
    }

    async fn get<T: DeserializeOwned>(&self, path: &str, query: &[(&'static str, String)]) -> Result<T> {
        self.json(self.request(Method::GET, path)?.query(query)).await
    }

    async fn post<B: Serialize, T: DeserializeOwned>(&self, path: &str, body: &B) -> Result<T> {
        self.json(self.request(Method::POST, path)?.json(body)).await
    }

    fn request(&self, method: Method, path: &str) -> Result<RequestBuilder> {
        let url = self.base.join(path).map_err(|error| ClientError::Build(error.to_string()))?;
        Ok(self.http.request(method, url))
    }

    async fn json<T: DeserializeOwned>(&self, request: RequestBuilder) -> Result<T> {
        let (url, bytes) = self.send(request, MAX_ANSWER).await?;
        serde_json::from_slice(&bytes).map_err(|error| ClientError::Decode { url, reason: error.to_string() })
    }

    async fn send(&self, request: RequestBuilder, limit: usize) -> Result<(String, Vec<u8>)> {
        let response = request.send().await.map_err(|error| transport(&self.base, error))?;
        let url = response.url().to_string();
        let status = response.status();
        if status.is_success() {
            let bytes = read(response, limit, &url).await?;
            return Ok((url, bytes));
        }
        let header = |name: &str| response.headers().get(name)?.to_str().ok().map(str::to_owned);
        let code = header(ERROR_CODE_HEADER).and_then(|code| code.parse().ok());
        let consumed = header(CONSUMED_HEADER).and_then(|consumed| consumed.parse().ok());
        let text = read(response, MAX_ANSWER, &url).await.unwrap_or_default();
        let message: String = String::from_utf8_lossy(&text).chars().take(MAX_MESSAGE).collect();
        Err(Box::new(ServerError { url, status: status.as_u16(), code, consumed, message }).into())
    }
}

/// Connections for [`NymApiClient::over`]: every request, its answer included, within `timeout`.
///
/// # Errors
/// [`ClientError::Build`].
pub fn http_client(timeout: Duration) -> Result<reqwest::Client> {
    reqwest::Client::builder()
        .timeout(timeout)
        .connect_timeout(timeout.min(Duration::from_secs(5)))
        .redirect(reqwest::redirect::Policy::none())
        .user_agent(concat!("nym-api-requests/", env!("CARGO_PKG_VERSION")))
        .build()
        .map_err(|error| ClientError::Build(error.to_string()))
}

/// At most `limit` bytes, whatever the peer announces.
async fn read(mut response: Response, limit: usize, url: &str) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    loop {
        match response.chunk().await {
            Ok(Some(chunk)) if bytes.len() + chunk.len() > limit => {
                return Err(ClientError::TooLong { url: url.into(), limit });
            }
            Ok(Some(chunk)) => bytes.extend_from_slice(&chunk),
            Ok(None) => return Ok(bytes),
            Err(error) => {
                return Err(ClientError::Transport { url: url.into(), reason: words(&error) });
            }
        }
    }
}

fn transport(base: &Url, error: reqwest::Error) -> ClientError {
    let url = error.url().unwrap_or(base).to_string();
    ClientError::Transport { url, reason: words(&error.without_url()) }
}

/// An error with its causes: the outermost says little.
fn words(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    text
}

fn epoch(epoch_id: Option<u64>) -> Vec<(&'static str, String)> {
    epoch_id.map(|epoch| ("epoch_id", epoch.to_string())).into_iter().collect()
}

fn date_and_epoch(expiration: Option<EcashDay>, epoch_id: Option<u64>) -> Vec<(&'static str, String)> {
    let mut query = epoch(epoch_id);
    query.extend(expiration.map(|date| ("expiration_date", date.to_string())));
    query
}
