//! Blocks.

use nyxd_client::{BlockResponse, ClientError, QueryClient};

use crate::CliError;

/// The block of a height.
///
/// # Errors
/// [`CliError::NotFound`] for a height that the node does not have.
pub async fn get(queries: &QueryClient, height: u64) -> Result<BlockResponse, CliError> {
    queries.block(Some(height)).await.map_err(|error| not_there(height, error))
}

/// When the block of a height was made, RFC 3339.
///
/// # Errors
/// As [`get`].
pub async fn time(queries: &QueryClient, height: u64) -> Result<String, CliError> {
    let time = queries.block_time(Some(height)).await.map_err(|error| not_there(height, error))?;
    Ok(time.to_rfc3339())
}

/// Height of the latest block.
///
/// # Errors
/// When the node does not answer.
pub async fn current_height(queries: &QueryClient) -> Result<u64, CliError> {
    Ok(queries.height().await?)
}

fn not_there(height: u64, error: ClientError) -> CliError {
    match error {
        ClientError::Refused { .. } | ClientError::Message { .. } => CliError::NotFound {
            what: format!("block {height}"),
            hint: "`block current-height` gives the latest, and nodes may have pruned old ones",
        },
        other => other.into(),
    }
}
