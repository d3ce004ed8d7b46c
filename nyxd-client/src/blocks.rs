//! Blocks.

use tendermint::{Time, block::Height};
use tendermint_rpc::{Client, endpoint::block};

use crate::{ClientError, QueryClient};

impl QueryClient {
    /// The block of this height, the latest if there is none.
    ///
    /// # Errors
    /// [`ClientError::Refused`] for a height that the node does not have; when it does not answer.
    pub async fn block(&self, height: Option<u64>) -> Result<block::Response, ClientError> {
        match height {
            Some(height) => self.within("block", self.rpc().block(read_height(height)?)).await,
            None => self.within("block", self.rpc().latest_block()).await,
        }
    }

    /// The time of a block, of the latest if there is no height.
    ///
    /// # Errors
    /// As [`QueryClient::block`].
    pub async fn block_time(&self, height: Option<u64>) -> Result<Time, ClientError> {
        Ok(self.block(height).await?.block.header.time)
    }
}

fn read_height(height: u64) -> Result<Height, ClientError> {
    Height::try_from(height).map_err(|reason| ClientError::message("a block height", reason))
}
