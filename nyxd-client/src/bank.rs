//! Balances and supply.

use cosmrs::{
    AccountId,
    proto::cosmos::{
        bank::v1beta1::{
            QueryAllBalancesRequest, QueryAllBalancesResponse, QueryBalanceRequest, QueryBalanceResponse,
            QuerySupplyOfRequest, QuerySupplyOfResponse, QueryTotalSupplyRequest, QueryTotalSupplyResponse,
        },
        base::v1beta1::Coin as ProtoCoin,
    },
};
use cosmwasm_std::Coin;
use futures::stream::BoxStream;

use crate::{
    ClientError, QueryClient,
    paging::{next_key, page_after, paged},
};

const BALANCE: &str = "/cosmos.bank.v1beta1.Query/Balance";
const ALL_BALANCES: &str = "/cosmos.bank.v1beta1.Query/AllBalances";
const TOTAL_SUPPLY: &str = "/cosmos.bank.v1beta1.Query/TotalSupply";
const SUPPLY_OF: &str = "/cosmos.bank.v1beta1.Query/SupplyOf";

impl QueryClient {
    /// What the address holds of one denom; zero where it holds none.
    ///
    /// # Errors
    /// When the node does not answer or refuses the denom.
    pub async fn balance(&self, address: &AccountId, denom: &str) -> Result<Coin, ClientError> {
        let request = QueryBalanceRequest { address: address.to_string(), denom: denom.into() };
        let answer: QueryBalanceResponse = self.query(BALANCE, &request).await?;
        match answer.balance {
            Some(coin) => read_coin(BALANCE, &coin),
            None => Ok(Coin::new(0u128, denom)),
        }
    }

    /// Everything that the address holds.
    pub fn balances(&self, address: &AccountId) -> BoxStream<'_, Result<Coin, ClientError>> {
        let address = address.to_string();
        paged(move |key| {
            let request =
                QueryAllBalancesRequest { address: address.clone(), pagination: page_after(key), resolve_denom: false };
            async move {
                let answer: QueryAllBalancesResponse = self.query(ALL_BALANCES, &request).await?;
                Ok((read_coins(ALL_BALANCES, &answer.balances)?, next_key(answer.pagination)))
            }
        })
    }

    /// How much there is of every denom.
    pub fn total_supply(&self) -> BoxStream<'_, Result<Coin, ClientError>> {
        paged(move |key| async move {
            let request = QueryTotalSupplyRequest { pagination: page_after(key) };
            let answer: QueryTotalSupplyResponse = self.query(TOTAL_SUPPLY, &request).await?;
            Ok((read_coins(TOTAL_SUPPLY, &answer.supply)?, next_key(answer.pagination)))
        })
    }

    /// How much there is of one denom.
    ///
    /// # Errors
    /// When the node does not answer or refuses the denom.
    pub async fn supply_of(&self, denom: &str) -> Result<Coin, ClientError> {
        let request = QuerySupplyOfRequest { denom: denom.into() };
        let answer: QuerySupplyOfResponse = self.query(SUPPLY_OF, &request).await?;
        match answer.amount {
            Some(coin) => read_coin(SUPPLY_OF, &coin),
            None => Ok(Coin::new(0u128, denom)),
        }
    }
}

fn read_coins(what: &str, coins: &[ProtoCoin]) -> Result<Vec<Coin>, ClientError> {
    coins.iter().map(|coin| read_coin(what, coin)).collect()
}

fn read_coin(what: &str, coin: &ProtoCoin) -> Result<Coin, ClientError> {
    let amount: u128 =
        coin.amount.parse().map_err(|_| ClientError::answer(what, format!("{:?} as an amount", coin.amount)))?;
    Ok(Coin::new(amount, coin.denom.clone()))
}
