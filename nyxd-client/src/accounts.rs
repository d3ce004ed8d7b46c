//! Accounts as the auth module keeps them.

use cosmrs::{
    AccountId,
    crypto::PublicKey,
    proto::{
        cosmos::auth::v1beta1::{BaseAccount, ModuleAccount, QueryAccountRequest, QueryAccountResponse},
        traits::{Message, Name},
    },
};

use crate::{ClientError, QueryClient};

const ACCOUNT: &str = "/cosmos.auth.v1beta1.Query/Account";

/// An account: its number and the sequence of its next transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// The account's address.
    pub address: AccountId,
    /// Its number on this chain, part of what its transactions sign.
    pub number: u64,
    /// How many transactions it has sent.
    pub sequence: u64,
    /// Its key, known to the chain since its first transaction.
    pub public_key: Option<PublicKey>,
}

impl QueryClient {
    /// The account, or `None` where nothing ever touched the address.
    ///
    /// # Errors
    /// When the node does not answer, or answers with a kind of account that has no sequence.
    pub async fn account(&self, address: &AccountId) -> Result<Option<Account>, ClientError> {
        let request = QueryAccountRequest { address: address.to_string() };
        let answer = match self.query::<QueryAccountResponse>(ACCOUNT, &request).await {
            Err(ClientError::Chain(failure)) if failure.is_not_found() => return Ok(None),
            other => other?,
        };
        let any = answer.account.ok_or_else(|| ClientError::answer(ACCOUNT, "no account in it"))?;
        let base = if any.type_url == BaseAccount::type_url() {
            BaseAccount::decode(any.value.as_slice()).map_err(|reason| ClientError::answer(ACCOUNT, reason))?
        } else if any.type_url == ModuleAccount::type_url() {
            let module =
                ModuleAccount::decode(any.value.as_slice()).map_err(|reason| ClientError::answer(ACCOUNT, reason))?;
            module.base_account.ok_or_else(|| ClientError::answer(ACCOUNT, "a module account without its base"))?
        } else {
            return Err(ClientError::answer(ACCOUNT, format!("unknown kind of account {}", any.type_url)));
        };
        let public_key =
            base.pub_key.map(PublicKey::try_from).transpose().map_err(|reason| ClientError::answer(ACCOUNT, reason))?;
        Ok(Some(Account { address: address.clone(), number: base.account_number, sequence: base.sequence, public_key }))
    }

    /// The account, which must exist.
    ///
    /// # Errors
    /// [`ClientError::NoAccount`] where it does not, and as [`QueryClient::account`].
    pub async fn existing_account(&self, address: &AccountId) -> Result<Account, ClientError> {
        match self.account(address).await? {
            Some(account) => Ok(account),
            None => {
                Err(ClientError::NoAccount { address: address.clone(), chain_id: self.chain_id().await?.to_string() })
            }
        }
    }
}
