//! Errors of codespace `wasm`, with wasmd's codes and texts.

use std::fmt::Display;

use cosmwasm_vm_std::SystemError;

use crate::error::{ExecError, SdkError};

/// A registered error of the wasm module.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WasmError {
    /// Code 2.
    CreateFailed,
    /// Code 3.
    AccountExists,
    /// Code 4.
    InstantiateFailed,
    /// Code 5.
    ExecuteFailed,
    /// Code 9.
    QueryFailed,
    /// Code 10.
    InvalidMsg,
    /// Code 11.
    MigrationFailed,
    /// Code 12.
    Empty,
    /// Code 13.
    Limit,
    /// Code 14.
    Invalid,
    /// Code 15.
    Duplicate,
    /// Code 17.
    UnsupportedForContract,
    /// Code 20: the chain of message handlers goes on to the next one.
    UnknownMsg,
    /// Code 21.
    InvalidEvent,
    /// Code 22.
    NoSuchContract,
    /// Code 27.
    ExceedMaxQueryStackSize,
    /// Code 28.
    NoSuchCode,
    /// Code 29.
    Vm,
    /// Code 30.
    ExceedMaxCallDepth,
}

/// Codespace of the module.
pub const CODESPACE: &str = "wasm";

impl WasmError {
    const fn entry(self) -> (u32, &'static str) {
        match self {
            WasmError::CreateFailed => (2, "create wasm contract failed"),
            WasmError::AccountExists => (3, "contract account already exists"),
            WasmError::InstantiateFailed => (4, "instantiate wasm contract failed"),
            WasmError::ExecuteFailed => (5, "execute wasm contract failed"),
            WasmError::QueryFailed => (9, "query wasm contract failed"),
            WasmError::InvalidMsg => (10, "invalid CosmosMsg from the contract"),
            WasmError::MigrationFailed => (11, "migrate wasm contract failed"),
            WasmError::Empty => (12, "empty"),
            WasmError::Limit => (13, "exceeds limit"),
            WasmError::Invalid => (14, "invalid"),
            WasmError::Duplicate => (15, "duplicate"),
            WasmError::UnsupportedForContract => (17, "unsupported for this contract"),
            WasmError::UnknownMsg => (20, "unknown message from the contract"),
            WasmError::InvalidEvent => (21, "invalid event"),
            WasmError::NoSuchContract => (22, "no such contract"),
            WasmError::ExceedMaxQueryStackSize => (27, "max query stack size exceeded"),
            WasmError::NoSuchCode => (28, "no such code"),
            WasmError::Vm => (29, "wasmvm error"),
            WasmError::ExceedMaxCallDepth => (30, "max call depth exceeded"),
        }
    }

    /// The error without context.
    pub fn error(self) -> SdkError {
        let (code, text) = self.entry();
        SdkError::new(CODESPACE, code, text)
    }

    /// The error with `context` in front.
    pub fn wrap(self, context: impl Display) -> SdkError {
        self.error().wrap(context)
    }

    /// A contract's own error: its text is the same on every node, so it may be shown to other contracts.
    pub fn by_contract(self, text: impl Display) -> ExecError {
        let mut error = self.wrap(text);
        error.deterministic = true;
        ExecError::Sdk(error)
    }

    /// Whether `error` is this one under any context.
    pub fn is(self, error: &SdkError) -> bool {
        error.codespace == CODESPACE && error.code == self.entry().0
    }
}

/// The contract at `address` does not exist.
pub fn no_such_contract(address: &str) -> SdkError {
    WasmError::NoSuchContract.wrap(format_args!("address {address}"))
}

/// The code does not exist.
pub fn no_such_code(code_id: u64) -> SdkError {
    WasmError::NoSuchCode.wrap(format_args!("code id {code_id}"))
}

/// Why a contract's question could not be answered.
#[derive(Debug)]
pub enum QueryError {
    /// The chain could not be asked at all; contracts see this as it is.
    System(SystemError),
    /// The question failed.
    Exec(ExecError),
}

impl QueryError {
    /// The question is of a kind that this chain does not answer.
    pub fn unsupported(kind: impl Into<String>) -> Self {
        QueryError::System(SystemError::UnsupportedRequest { kind: kind.into() })
    }

    /// There is no contract at `addr`.
    pub fn no_such_contract(addr: impl Into<String>) -> Self {
        QueryError::System(SystemError::NoSuchContract { addr: addr.into() })
    }
}

impl<E: Into<ExecError>> From<E> for QueryError {
    fn from(error: E) -> Self {
        QueryError::Exec(error.into())
    }
}

/// What a contract may learn of an error that is not its own: nodes may word the text differently.
pub fn redact(error: &SdkError) -> String {
    if error.deterministic {
        error.log.clone()
    } else {
        format!("codespace: {}, code: {}", error.codespace, error.code)
    }
}
