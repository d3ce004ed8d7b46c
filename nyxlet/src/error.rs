//! Errors of execution, as ABCI codes.

use std::borrow::Cow;

use crate::{gas::GasError, store::StoreError};

/// A registered error of a module with what led to it: what a client sees as codespace, code and log.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{log}")]
pub struct SdkError {
    /// The module that registered the code, `sdk` for the shared ones.
    pub codespace: Cow<'static, str>,
    /// The code inside the codespace, never 0.
    pub code: u32,
    /// The full text, outermost context first, the registered text last.
    pub log: String,
    /// Whether every node words it the same, so that a contract may read the text: a contract's own error, until
    /// somebody wraps it.
    pub deterministic: bool,
}

impl SdkError {
    /// A registered error without context; `text` is its registered text.
    pub fn new(codespace: impl Into<Cow<'static, str>>, code: u32, text: impl Into<String>) -> Self {
        Self { codespace: codespace.into(), code, log: text.into(), deterministic: false }
    }

    /// Puts `context` in front of the log.
    #[must_use]
    pub fn wrap(mut self, context: impl std::fmt::Display) -> Self {
        self.log = format!("{context}: {}", self.log);
        self.deterministic = false;
        self
    }

    /// An answer of a query service with a gRPC status: as the service's client would print it.
    pub fn status(status: Status, text: impl std::fmt::Display) -> Self {
        Self::new(GRPC, status as u32, format!("rpc error: code = {status:?} desc = {text}"))
    }

    /// The error as an ABCI query answers it: statuses become the registered errors that stand for them.
    #[must_use]
    pub fn for_query(self) -> Self {
        let root = match (self.codespace.as_ref(), self.code) {
            (GRPC, code) if code == Status::NotFound as u32 => Root::KeyNotFound,
            (GRPC, code) if code == Status::InvalidArgument as u32 => Root::InvalidRequest,
            (GRPC, code) if code == Status::FailedPrecondition as u32 => Root::InvalidRequest,
            (GRPC, code) if code == Status::Unauthenticated as u32 => Root::Unauthorized,
            ("undefined", 1) => Root::InvalidRequest,
            ("undefined", _) => return self,
            _ => Root::UnknownRequest,
        };
        root.wrap(self.log)
    }

    /// An error that no module registered: codespace `undefined`, code 1.
    pub fn unregistered(text: impl Into<String>) -> Self {
        Self::new("undefined", 1, text)
    }

    /// A query's request that is no protobuf, in the words of a node when it ends too early.
    pub fn undecodable_request(error: &prost::DecodeError) -> Self {
        let text = error.to_string();
        let cut_short = ["buffer underflow", "invalid varint"].iter().any(|reason| text.contains(reason));
        Self::unregistered(if cut_short { "unexpected EOF".to_owned() } else { text })
    }
}

/// The codespace that marks errors with a gRPC status inside this process; never sent.
const GRPC: &str = "grpc";

/// The gRPC statuses that query services answer with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// 2.
    Unknown = 2,
    /// 3.
    InvalidArgument = 3,
    /// 5.
    NotFound = 5,
    /// 9.
    FailedPrecondition = 9,
    /// 12.
    Unimplemented = 12,
    /// 13.
    Internal = 13,
    /// 16.
    Unauthenticated = 16,
}

/// The registered errors of codespace `sdk` that this chain can return.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Root {
    /// Code 2.
    TxDecode,
    /// Code 3.
    InvalidSequence,
    /// Code 4.
    Unauthorized,
    /// Code 5.
    InsufficientFunds,
    /// Code 6.
    UnknownRequest,
    /// Code 7.
    InvalidAddress,
    /// Code 8.
    InvalidPubKey,
    /// Code 9.
    UnknownAddress,
    /// Code 10.
    InvalidCoins,
    /// Code 11.
    OutOfGas,
    /// Code 12.
    MemoTooLarge,
    /// Code 13.
    InsufficientFee,
    /// Code 14.
    TooManySignatures,
    /// Code 15.
    NoSignatures,
    /// Code 18.
    InvalidRequest,
    /// Code 19.
    TxInMempoolCache,
    /// Code 20.
    MempoolIsFull,
    /// Code 21.
    TxTooLarge,
    /// Code 22.
    KeyNotFound,
    /// Code 26.
    InvalidHeight,
    /// Code 29.
    InvalidType,
    /// Code 30.
    TxTimeoutHeight,
    /// Code 31.
    UnknownExtensionOptions,
    /// Code 32.
    WrongSequence,
    /// Code 34.
    UnpackAny,
    /// Code 35.
    Logic,
    /// Code 37.
    NotSupported,
    /// Code 38.
    NotFound,
    /// Code 41.
    InvalidGasLimit,
    /// Code 42.
    TxTimeout,
    /// Code 111222, a failure that the node caught as a panic.
    Panic,
}

impl Root {
    /// The code.
    pub const fn code(self) -> u32 {
        self.entry().0
    }

    /// The registered text.
    pub const fn text(self) -> &'static str {
        self.entry().1
    }

    /// The error without context.
    pub fn error(self) -> SdkError {
        let codespace = if self == Root::Panic { "undefined" } else { "sdk" };
        SdkError::new(codespace, self.code(), self.text())
    }

    /// The error with `context` in front.
    pub fn wrap(self, context: impl std::fmt::Display) -> SdkError {
        self.error().wrap(context)
    }

    const fn entry(self) -> (u32, &'static str) {
        match self {
            Root::TxDecode => (2, "tx parse error"),
            Root::InvalidSequence => (3, "invalid sequence"),
            Root::Unauthorized => (4, "unauthorized"),
            Root::InsufficientFunds => (5, "insufficient funds"),
            Root::UnknownRequest => (6, "unknown request"),
            Root::InvalidAddress => (7, "invalid address"),
            Root::InvalidPubKey => (8, "invalid pubkey"),
            Root::UnknownAddress => (9, "unknown address"),
            Root::InvalidCoins => (10, "invalid coins"),
            Root::OutOfGas => (11, "out of gas"),
            Root::MemoTooLarge => (12, "memo too large"),
            Root::InsufficientFee => (13, "insufficient fee"),
            Root::TooManySignatures => (14, "maximum number of signatures exceeded"),
            Root::NoSignatures => (15, "no signatures supplied"),
            Root::InvalidRequest => (18, "invalid request"),
            Root::TxInMempoolCache => (19, "tx already in mempool"),
            Root::MempoolIsFull => (20, "mempool is full"),
            Root::TxTooLarge => (21, "tx too large"),
            Root::KeyNotFound => (22, "key not found"),
            Root::InvalidHeight => (26, "invalid height"),
            Root::InvalidType => (29, "invalid type"),
            Root::TxTimeoutHeight => (30, "tx timeout height"),
            Root::UnknownExtensionOptions => (31, "unknown extension options"),
            Root::WrongSequence => (32, "incorrect account sequence"),
            Root::UnpackAny => (34, "failed unpacking protobuf message from Any"),
            Root::Logic => (35, "internal logic error"),
            Root::NotSupported => (37, "feature not supported"),
            Root::NotFound => (38, "not found"),
            Root::InvalidGasLimit => (41, "invalid gas limit"),
            Root::TxTimeout => (42, "tx timeout"),
            Root::Panic => (111_222, "panic"),
        }
    }
}

/// Why execution stopped. Only [`ExecError::Sdk`] is an ordinary failure that callers wrap with context; the others
/// unwind to whoever set the gas limit or runs the transaction, as the SDK's panics do.
#[derive(Debug, Clone, thiserror::Error)]
pub enum ExecError {
    /// An ordinary failure.
    #[error(transparent)]
    Sdk(#[from] SdkError),
    /// Gas ran out or was miscounted.
    #[error(transparent)]
    Gas(#[from] GasError),
    /// Something that makes a real node panic and answer with code 111222.
    #[error("recovered: {0}")]
    Panic(String),
    /// The database failed; the block cannot be trusted.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl ExecError {
    /// What a client sees: anything that unwound becomes the error that the SDK recovers it to.
    pub fn recover(self, gas_wanted: u64, gas_used: u64) -> SdkError {
        match self {
            ExecError::Sdk(error) => error,
            ExecError::Gas(GasError::OutOfGas { descriptor }) => Root::OutOfGas
                .wrap(format!("out of gas in location: {descriptor}; gasWanted: {gas_wanted}, gasUsed: {gas_used}")),
            ExecError::Gas(GasError::Overflow { descriptor } | GasError::Negative { descriptor }) => {
                panicked(format!("{{{descriptor}}}"))
            }
            ExecError::Panic(text) => panicked(text),
            ExecError::Store(error) => panicked(error.to_string()),
        }
    }

    /// Puts `context` in front of an ordinary failure; anything that unwinds keeps its text.
    #[must_use]
    pub fn wrap(self, context: impl std::fmt::Display) -> Self {
        match self {
            ExecError::Sdk(error) => ExecError::Sdk(error.wrap(context)),
            other => other,
        }
    }
}

/// A panic as the node reports it; of the stack, which is its own, only the heading.
fn panicked(text: String) -> SdkError {
    Root::Panic.wrap(format!("recovered: {text}\nstack:\n"))
}

/// The result of executing something.
pub type ExecResult<T> = Result<T, ExecError>;
