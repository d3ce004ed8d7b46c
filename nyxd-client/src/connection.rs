//! The connection to one node: every request with a deadline, every refusal with its code.

use std::{fmt, future::Future, sync::Arc};

use cosmrs::{AccountId, proto::traits::Message};
use tendermint_rpc::{Client, HttpClient, HttpClientUrl, error::ErrorDetail};
use tokio::sync::OnceCell;

use crate::{ChainFailure, ClientError, Config, Stage, inclusion::Inclusions, parse_address};

/// Reads a chain. Clones share the connection.
#[derive(Clone)]
pub struct QueryClient {
    shared: Arc<Shared>,
}

struct Shared {
    config: Config,
    rpc: HttpClient,
    chain_id: OnceCell<tendermint::chain::Id>,
    inclusions: Arc<Inclusions>,
}

impl fmt::Debug for QueryClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("QueryClient").field("rpc_url", &self.shared.config.rpc_url.as_str()).finish_non_exhaustive()
    }
}

impl QueryClient {
    /// A client of the node that the configuration names. Nothing is asked yet, so a wrong address shows with the
    /// first request.
    ///
    /// # Errors
    /// [`ClientError::Endpoint`] for an address that cannot be one of a node.
    pub fn connect(config: Config) -> Result<Self, ClientError> {
        let wrong = |reason: tendermint_rpc::Error| ClientError::Endpoint {
            url: config.rpc_url.to_string(),
            reason: first_words(&reason),
        };
        let url: HttpClientUrl = config.rpc_url.as_str().parse().map_err(wrong)?;
        // Every request has its own deadline; this longer one only bounds what is sent through `rpc()`.
        let rpc = HttpClient::builder(url).timeout(config.request_timeout * 2).build().map_err(wrong)?;
        let inclusions = Arc::new(Inclusions::new(config.websocket_url.clone(), config.request_timeout));
        Ok(Self { shared: Arc::new(Shared { rpc, chain_id: OnceCell::new(), inclusions, config }) })
    }

    /// What this client was connected with.
    pub fn config(&self) -> &Config {
        &self.shared.config
    }

    /// The JSON-RPC client below, for methods that have no typed form here. Its requests end after twice the request deadline.
    pub fn rpc(&self) -> &HttpClient {
        &self.shared.rpc
    }

    /// The address prefix of the chain.
    pub fn prefix(&self) -> &str {
        &self.shared.config.chain.bech32_account_prefix
    }

    /// Base unit of fees and stake on nodes.
    pub fn mix_denom(&self) -> &str {
        &self.shared.config.chain.mix_denom.base
    }

    /// Reads an address of this chain.
    ///
    /// # Errors
    /// As [`parse_address`].
    pub fn address(&self, value: &str) -> Result<AccountId, ClientError> {
        parse_address(value, self.prefix())
    }

    /// The chain's id, asked for once.
    ///
    /// # Errors
    /// When the node does not answer.
    pub async fn chain_id(&self) -> Result<&tendermint::chain::Id, ClientError> {
        self.shared
            .chain_id
            .get_or_try_init(|| async { Ok(self.within("status", self.rpc().status()).await?.node_info.network) })
            .await
    }

    /// Height of the latest block.
    ///
    /// # Errors
    /// When the node does not answer.
    pub async fn height(&self) -> Result<u64, ClientError> {
        let status = self.within("status", self.rpc().status()).await?;
        Ok(status.sync_info.latest_block_height.value())
    }

    pub(crate) fn inclusions(&self) -> &Arc<Inclusions> {
        &self.shared.inclusions
    }

    /// One request with its deadline.
    pub(crate) async fn within<T>(
        &self,
        what: &'static str,
        request: impl Future<Output = Result<T, tendermint_rpc::Error>>,
    ) -> Result<T, ClientError> {
        let url = || self.shared.config.rpc_url.to_string();
        let limit = self.shared.config.request_timeout;
        match tokio::time::timeout(limit, request).await {
            Err(_) => Err(ClientError::Deadline { what, url: url(), limit }),
            Ok(Err(error)) => Err(match error.detail() {
                ErrorDetail::Response(answer) => ClientError::Refused { what, reason: answer.source.to_string() },
                _ => ClientError::Rpc { what, url: url(), reason: first_words(&error) },
            }),
            Ok(Ok(answer)) => Ok(answer),
        }
    }

    /// One query of the application: a protobuf service method through `abci_query`.
    pub(crate) async fn query<Answer: Message + Default>(
        &self,
        path: &'static str,
        request: &impl Message,
    ) -> Result<Answer, ClientError> {
        self.query_at(Stage::Query, path, request).await
    }

    pub(crate) async fn query_at<Answer: Message + Default>(
        &self,
        stage: Stage,
        path: &'static str,
        request: &impl Message,
    ) -> Result<Answer, ClientError> {
        let sent = self.rpc().abci_query(Some(path.into()), request.encode_to_vec(), None, false);
        let answer = self.within("abci_query", sent).await?;
        if answer.code.is_err() {
            return Err(ClientError::Chain(ChainFailure {
                stage,
                what: path.into(),
                code: answer.code.value(),
                codespace: answer.codespace,
                log: answer.log,
                hash: None,
                height: None,
                gas: None,
            }));
        }
        Answer::decode(answer.value.as_slice()).map_err(|reason| ClientError::answer(path, reason))
    }
}

/// The library's errors print their whole origin over many lines; the first of each is what people need.
pub(crate) fn first_words(error: &tendermint_rpc::Error) -> String {
    error.detail().to_string().lines().next().unwrap_or_default().to_owned()
}
