use clap::Subcommand;

use super::Ran;
use crate::{Session, block, output::Output, tx};

#[derive(Debug, Subcommand)]
pub(super) enum BlockCommand {
    /// The block of a height
    Get {
        /// The height
        height: u64,
    },
    /// When the block of a height was made
    Time {
        /// The height
        height: u64,
    },
    /// Height of the latest block
    CurrentHeight,
}

#[derive(Debug, Subcommand)]
pub(super) enum TxCommand {
    /// The transaction with a hash
    Get {
        /// The hash, 64 hex digits
        hash: String,
    },
    /// All transactions that match a query, for instance "message.sender='n1…' AND tx.height>10"
    Query {
        /// The query in CometBFT's language
        query: String,
    },
}

impl BlockCommand {
    pub(super) async fn run(self, session: &Session) -> Ran {
        let queries = session.queries()?;
        match self {
            Self::Get { height } => Output::json(&block::get(&queries, height).await?),
            Self::Time { height } => Ok(Output::value(block::time(&queries, height).await?)),
            Self::CurrentHeight => Ok(Output::value(block::current_height(&queries).await?)),
        }
    }
}

impl TxCommand {
    pub(super) async fn run(self, session: &Session) -> Ran {
        let queries = session.queries()?;
        match self {
            Self::Get { hash } => Output::json(&tx::get(&queries, &hash).await?),
            Self::Query { query } => {
                let found = tx::search(&queries, &query).await?;
                let text = tx::search_table(&found);
                Output::list(&found, text)
            }
        }
    }
}
