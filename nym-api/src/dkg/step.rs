//! What a signer can do for a key generation.

use std::collections::BTreeMap;

use super::messages::Piece;

/// Something to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Make the encryption key of this epoch.
    CreateEncryptionKey,
    /// Register it.
    Register,
    /// Make dealings.
    Deal,
    /// Send what is missing of them.
    SendDealings(Vec<Piece>),
    /// Fetch and verify what these dealers sent.
    Judge(Vec<u64>),
    /// Put the keys together.
    Conclude,
    /// Publish the own key share.
    SendShare,
    /// Check the published shares of these owners.
    Examine(Vec<String>),
    /// Vote on these proposals.
    Vote(BTreeMap<u64, bool>),
    /// Execute these proposals.
    Execute(Vec<u64>),
    /// Move the contract to its next phase.
    Advance,
    /// Tell the chain where this signer's nym-api is.
    Announce,
    /// Wipe decryption keys and dealings that are of no more use.
    TidyUp,
}

/// Kinds of steps, to leave one kind out for a while when it does not work.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs, reason = "they are the steps of the same names")]
pub enum StepKind {
    CreateEncryptionKey,
    Register,
    Deal,
    SendDealings,
    Judge,
    Conclude,
    SendShare,
    Examine,
    Vote,
    Execute,
    Advance,
    Announce,
    TidyUp,
}

impl StepKind {
    /// Whether one signer does it for all, so that others come too late.
    pub fn is_for_any(self) -> bool {
        matches!(self, Self::Advance | Self::Execute)
    }
}

impl Step {
    /// Its kind.
    pub fn kind(&self) -> StepKind {
        match self {
            Self::CreateEncryptionKey => StepKind::CreateEncryptionKey,
            Self::Register => StepKind::Register,
            Self::Deal => StepKind::Deal,
            Self::SendDealings(_) => StepKind::SendDealings,
            Self::Judge(_) => StepKind::Judge,
            Self::Conclude => StepKind::Conclude,
            Self::SendShare => StepKind::SendShare,
            Self::Examine(_) => StepKind::Examine,
            Self::Vote(_) => StepKind::Vote,
            Self::Execute(_) => StepKind::Execute,
            Self::Advance => StepKind::Advance,
            Self::Announce => StepKind::Announce,
            Self::TidyUp => StepKind::TidyUp,
        }
    }
}
