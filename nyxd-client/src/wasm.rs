//! Codes and contracts.

use cosmrs::{
    AccountId,
    proto::cosmwasm::wasm::v1::{
        AbsoluteTxPosition, CodeInfoResponse, ContractCodeHistoryOperationType, QueryAllContractStateRequest,
        QueryAllContractStateResponse, QueryCodeRequest, QueryCodeResponse, QueryCodesRequest, QueryCodesResponse,
        QueryContractHistoryRequest, QueryContractHistoryResponse, QueryContractInfoRequest, QueryContractInfoResponse,
        QueryContractsByCodeRequest, QueryContractsByCodeResponse, QueryRawContractStateRequest,
        QueryRawContractStateResponse, QuerySmartContractStateRequest, QuerySmartContractStateResponse,
    },
};
use futures::stream::BoxStream;
use serde::{Serialize, de::DeserializeOwned};

use crate::{
    ClientError, QueryClient,
    paging::{next_key, page_after, paged},
};

const CODE: &str = "/cosmwasm.wasm.v1.Query/Code";
const CODES: &str = "/cosmwasm.wasm.v1.Query/Codes";
const CONTRACTS_BY_CODE: &str = "/cosmwasm.wasm.v1.Query/ContractsByCode";
const CONTRACT_INFO: &str = "/cosmwasm.wasm.v1.Query/ContractInfo";
const CONTRACT_HISTORY: &str = "/cosmwasm.wasm.v1.Query/ContractHistory";
const ALL_STATE: &str = "/cosmwasm.wasm.v1.Query/AllContractState";
const RAW_STATE: &str = "/cosmwasm.wasm.v1.Query/RawContractState";
const SMART_STATE: &str = "/cosmwasm.wasm.v1.Query/SmartContractState";

/// An uploaded code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Code {
    /// Its id.
    pub id: u64,
    /// Who uploaded it.
    pub creator: AccountId,
    /// SHA-256 of the wasm.
    pub checksum: Vec<u8>,
}

/// A contract as the chain keeps it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContractInfo {
    /// Its address.
    pub address: AccountId,
    /// The code that it runs.
    pub code_id: u64,
    /// Who made it.
    pub creator: AccountId,
    /// Who may migrate it.
    pub admin: Option<AccountId>,
    /// Its name for people.
    pub label: String,
    /// Block in which it was made, where the chain tells.
    pub created_at: Option<u64>,
}

/// One step of a contract's life.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContractHistoryEntry {
    /// What happened.
    pub operation: ContractCodeHistoryOperationType,
    /// The code that it ran from then on.
    pub code_id: u64,
    /// Block in which it happened, where the chain tells.
    pub height: Option<u64>,
    /// The message that came with it, JSON.
    pub message: Vec<u8>,
}

/// One entry of a contract's storage.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RawEntry {
    /// Storage key.
    pub key: Vec<u8>,
    /// Stored bytes.
    pub value: Vec<u8>,
}

impl QueryClient {
    /// Asks a contract; message and answer are the contract's JSON.
    ///
    /// # Errors
    /// What the contract answers, [`ClientError::Answer`] when its answer is of another form than expected.
    pub async fn smart_query<Answer: DeserializeOwned>(
        &self,
        contract: &AccountId,
        message: &(impl Serialize + Sync),
    ) -> Result<Answer, ClientError> {
        let query_data =
            serde_json::to_vec(message).map_err(|reason| ClientError::message("a contract query", reason))?;
        let what = || format!("the query {} of contract {contract}", String::from_utf8_lossy(&query_data));
        let request = QuerySmartContractStateRequest { address: contract.to_string(), query_data: query_data.clone() };
        let answer: QuerySmartContractStateResponse = self.query(SMART_STATE, &request).await?;
        serde_json::from_slice(&answer.data).map_err(|reason| ClientError::answer(what(), reason))
    }

    /// The bytes under a storage key; empty where there are none.
    ///
    /// # Errors
    /// When there is no such contract.
    pub async fn raw_query(&self, contract: &AccountId, key: &[u8]) -> Result<Vec<u8>, ClientError> {
        let request = QueryRawContractStateRequest { address: contract.to_string(), query_data: key.to_vec() };
        Ok(self.query::<QueryRawContractStateResponse>(RAW_STATE, &request).await?.data)
    }

    /// All of a contract's storage, in the order of the keys.
    pub fn contract_state(&self, contract: &AccountId) -> BoxStream<'_, Result<RawEntry, ClientError>> {
        let address = contract.to_string();
        paged(move |key| {
            let request = QueryAllContractStateRequest { address: address.clone(), pagination: page_after(key) };
            async move {
                let answer: QueryAllContractStateResponse = self.query(ALL_STATE, &request).await?;
                let entries = answer.models.into_iter().map(|model| RawEntry { key: model.key, value: model.value });
                Ok((entries.collect(), next_key(answer.pagination)))
            }
        })
    }

    /// A contract's record.
    ///
    /// # Errors
    /// When there is no such contract.
    pub async fn contract_info(&self, contract: &AccountId) -> Result<ContractInfo, ClientError> {
        let request = QueryContractInfoRequest { address: contract.to_string() };
        let answer: QueryContractInfoResponse = self.query(CONTRACT_INFO, &request).await?;
        let info = answer.contract_info.ok_or_else(|| ClientError::answer(CONTRACT_INFO, "no contract in it"))?;
        Ok(ContractInfo {
            address: contract.clone(),
            code_id: info.code_id,
            creator: self.address(&info.creator)?,
            admin: Some(info.admin).filter(|admin| !admin.is_empty()).map(|admin| self.address(&admin)).transpose()?,
            label: info.label,
            created_at: height(info.created),
        })
    }

    /// What happened to a contract, oldest first.
    pub fn contract_history(&self, contract: &AccountId) -> BoxStream<'_, Result<ContractHistoryEntry, ClientError>> {
        let address = contract.to_string();
        paged(move |key| {
            let request = QueryContractHistoryRequest { address: address.clone(), pagination: page_after(key) };
            async move {
                let answer: QueryContractHistoryResponse = self.query(CONTRACT_HISTORY, &request).await?;
                let entries = answer.entries.into_iter().map(|entry| ContractHistoryEntry {
                    operation: entry.operation(),
                    code_id: entry.code_id,
                    height: height(entry.updated.clone()),
                    message: entry.msg,
                });
                Ok((entries.collect(), next_key(answer.pagination)))
            }
        })
    }

    /// All codes, in the order of their ids.
    pub fn codes(&self) -> BoxStream<'_, Result<Code, ClientError>> {
        paged(move |key| async move {
            let request = QueryCodesRequest { pagination: page_after(key) };
            let answer: QueryCodesResponse = self.query(CODES, &request).await?;
            let codes = answer.code_infos.into_iter().map(|code| self.read_code(code));
            Ok((codes.collect::<Result<_, _>>()?, next_key(answer.pagination)))
        })
    }

    /// One code with its wasm.
    ///
    /// # Errors
    /// When there is no such code.
    pub async fn code(&self, code_id: u64) -> Result<(Code, Vec<u8>), ClientError> {
        let answer: QueryCodeResponse = self.query(CODE, &QueryCodeRequest { code_id }).await?;
        let info = answer.code_info.ok_or_else(|| ClientError::answer(CODE, "no code in it"))?;
        Ok((self.read_code(info)?, answer.data))
    }

    /// All contracts that run a code.
    pub fn contracts_of_code(&self, code_id: u64) -> BoxStream<'_, Result<AccountId, ClientError>> {
        paged(move |key| async move {
            let request = QueryContractsByCodeRequest { code_id, pagination: page_after(key) };
            let answer: QueryContractsByCodeResponse = self.query(CONTRACTS_BY_CODE, &request).await?;
            let contracts = answer.contracts.iter().map(|contract| self.address(contract));
            Ok((contracts.collect::<Result<_, _>>()?, next_key(answer.pagination)))
        })
    }

    fn read_code(&self, code: CodeInfoResponse) -> Result<Code, ClientError> {
        Ok(Code { id: code.code_id, creator: self.address(&code.creator)?, checksum: code.data_hash })
    }
}

fn height(position: Option<AbsoluteTxPosition>) -> Option<u64> {
    position.map(|position| position.block_height).filter(|height| *height > 0)
}
