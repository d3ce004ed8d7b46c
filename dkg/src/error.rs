//! What can be wrong in a ceremony, and whose fault it is.

use crate::NodeIndex;
use nym_curve::CurveError;
use thiserror::Error;

/// Why bytes, a key, a dealing or a step of the ceremony cannot be used.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum DkgError {
    /// Input ended early, or a length prefix promises more than there is.
    #[error("{what} needs {needed} more bytes, only {left} are left")]
    Truncated {
        /// The part that was being read.
        what: &'static str,
        /// Bytes that part takes.
        needed: u64,
        /// Bytes that are left.
        left: usize,
    },
    /// Bytes after the end of a value.
    #[error("{left} bytes follow the end of {what}: send exactly one value")]
    TrailingBytes {
        /// The value that had ended.
        what: &'static str,
        /// Bytes that follow it.
        left: usize,
    },
    /// More bytes than the contract stores for one dealing.
    #[error("a dealing of {got} bytes is longer than the {} bytes that are accepted", crate::MAX_DEALING_BYTES)]
    DealingTooLong {
        /// Length that was given.
        got: usize,
    },
    /// A list whose length is fixed by the protocol or by another list.
    #[error("{what} has {got} entries instead of {expected}")]
    WrongCount {
        /// The list.
        what: &'static str,
        /// Entries it must have.
        expected: usize,
        /// Entries it has.
        got: usize,
    },
    /// A scalar or point that is not canonical, not on the curve or not in its subgroup.
    #[error("{what} is malformed: {source}")]
    Element {
        /// The element.
        what: &'static str,
        /// What is wrong with it.
        source: CurveError,
    },
    /// The identity where an honest party never puts it.
    #[error("{what} is the identity: an honest party never sends it")]
    Identity {
        /// The element.
        what: &'static str,
    },
    /// Text that is not PEM, or PEM of something else.
    #[error("the text is no PEM block tagged `{tag}`")]
    NotPem {
        /// The tag that was expected.
        tag: &'static str,
    },
    /// A key file that does not start as ours do.
    #[error("the bytes are no key file of this crate: they must start with `NYMDKGK1`")]
    NotAKeyFile,
    /// Two halves of a key file that do not belong together.
    #[error(
        "the scalar and the decryption key in the key file belong to different keys: restore the file from a backup"
    )]
    InconsistentKeyFile,
    /// A decryption key that does not belong to the key that the node registered.
    #[error("the decryption key does not belong to the key that node {0} registered: use the key of this ceremony")]
    WrongKey(NodeIndex),
    /// Text that is not base58.
    #[error("the text is not base58")]
    NotBase58,
    /// Node index zero, where the secret itself lives.
    #[error("node index 0 is not allowed: the polynomial's value there is the secret")]
    ZeroIndex,
    /// The same node twice in one list.
    #[error("node {0} appears more than once")]
    DuplicateNode(NodeIndex),
    /// Two nodes with one encryption key.
    #[error("the encryption key of node {node} is already registered by node {holder}")]
    DuplicateKey {
        /// The node that is refused.
        node: NodeIndex,
        /// The node with a lower index that holds the key.
        holder: NodeIndex,
    },
    /// The proof that the sender knows the decryption key does not hold.
    #[error("the proof of possession of the encryption key does not hold")]
    KeyProof,
    /// Nobody to deal to.
    #[error("a dealing needs at least one receiver")]
    NoReceivers,
    /// A threshold outside 1..=n.
    #[error("threshold {threshold} must be between 1 and the number of receivers, {receivers}")]
    Threshold {
        /// The threshold t.
        threshold: usize,
        /// The number of receivers n.
        receivers: usize,
    },
    /// Not a receiver of this ceremony.
    #[error("node {0} is not among the receivers")]
    UnknownReceiver(NodeIndex),
    /// Bounds of the proof of chunking would not fit 64 bits.
    #[error("{0} receivers are too many: the bounds of the proof of chunking exceed 64 bits")]
    TooManyReceivers(usize),
    /// The prover ran out of attempts (once in about 10^100).
    #[error("the proof of chunking found no response in range in {0} attempts: check the random number generator")]
    ChunkingAttempts(usize),
    /// A response of the proof of chunking outside its range.
    #[error("response {run} of the proof of chunking is not below the bound {bound}")]
    ResponseOutOfRange {
        /// Which of the 32 runs.
        run: usize,
        /// The bound Z.
        bound: u64,
    },
    /// A dealing that fails one of its equations.
    #[error("{part} does not hold")]
    Invalid {
        /// Which part of the dealing.
        part: DealingPart,
    },
    /// A reshared dealing that does not continue the dealer's previous key.
    #[error("the constant coefficient is not the dealer's verified public component of the previous key")]
    NotTheSameSecret,
    /// A dealer from whom nothing arrived.
    #[error("no dealing was provided")]
    NoDealings,
    /// Some of a dealer's dealings are missing.
    #[error("only {got} of {expected} dealings were provided")]
    Incomplete {
        /// Dealings per dealer.
        expected: usize,
        /// Dealings that were given.
        got: usize,
    },
    /// A resharing dealer without a verified key share of the previous key generation.
    #[error("the dealer has no verified key of the previous key generation to reshare")]
    NoPreviousKey,
    /// A resharing dealer's previous key of another size.
    #[error("the dealer's previous key has {got} components instead of {expected}")]
    PreviousKeySize {
        /// Components of the key being made.
        expected: usize,
        /// Components of the previous key.
        got: usize,
    },
    /// One of a dealer's dealings cannot be used.
    #[error("dealing {index}: {source}")]
    Dealing {
        /// Which dealing, 0 for the first key component.
        index: usize,
        /// What is wrong with it.
        source: Box<DkgError>,
    },
    /// Not enough dealers for the threshold.
    #[error("{got} valid dealers are fewer than the threshold {threshold}: the ceremony must be repeated")]
    NotEnoughDealers {
        /// The threshold t.
        threshold: usize,
        /// Valid dealers.
        got: usize,
    },
    /// Dealings that cannot be combined because they differ in degree or number.
    #[error("the contributions of node {node} do not have the shape of the others")]
    ShapeMismatch {
        /// The culprit.
        node: NodeIndex,
    },
    /// A chunk whose value was not found in the whole range that a proof of chunking can hide.
    #[error("chunk {chunk} holds no value that a valid dealing can hold: verify the dealing before decrypting it")]
    ChunkNotFound {
        /// Position of the chunk, 0 for the lowest.
        chunk: usize,
    },
    /// The search for a value out of range was stopped.
    #[error("the search for chunk {chunk} was stopped after {steps} steps")]
    Interrupted {
        /// Position of the chunk, 0 for the lowest.
        chunk: usize,
        /// Steps taken in this chunk.
        steps: u64,
    },
    /// Decryption without x in a build without the blst backend.
    #[error("this build decrypts only with key files that hold x: build with the feature `blst`, or convert the key")]
    PairingsUnavailable,
    /// A decrypted share that is not the value of the dealing's polynomial.
    #[error("the decrypted share does not match the public coefficients: verify the dealing before decrypting it")]
    ShareMismatch,
    /// A published verification key that is not the one derived from the dealings.
    #[error("the published key differs from the one derived from the dealings in {component}")]
    KeyMismatch {
        /// α, or which β.
        component: KeyComponent,
    },
    /// Partial keys that do not lie on one polynomial with the master key.
    #[error("the partial key of node {0} does not lie on the polynomial of the others")]
    PartialOffPolynomial(NodeIndex),
}

/// A part of a dealing whose equations can fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DealingPart {
    /// e(g1, Z_j) = e(R_j, f)·e(S_j, h).
    Integrity,
    /// Every ciphertext holds a small number.
    Chunking,
    /// The ciphertexts hold the values of the committed polynomial.
    Sharing,
}

impl std::fmt::Display for DealingPart {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Integrity => "the integrity of the ciphertexts",
            Self::Chunking => "the proof of chunking",
            Self::Sharing => "the proof of secret sharing",
        })
    }
}

/// A component of a verification key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyComponent {
    /// α, in G2.
    Alpha,
    /// β²_j, in G2.
    BetaG2(usize),
    /// β¹_j, in G1.
    BetaG1(usize),
}

impl std::fmt::Display for KeyComponent {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Alpha => f.write_str("α"),
            Self::BetaG2(j) => write!(f, "β_{j} of G2"),
            Self::BetaG1(j) => write!(f, "β_{j} of G1"),
        }
    }
}
