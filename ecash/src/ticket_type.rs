//! What a ticket pays for (`docs/protocol/crypto.md` §6.1).

use crate::{EcashError, Result};
use nym_curve::Scalar;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// The kind of service a ticketbook pays for; part of what the signers sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[repr(u8)]
pub enum TicketType {
    /// Entry into the mixnet.
    V1MixnetEntry = 0,
    /// Exit from the mixnet.
    V1MixnetExit = 1,
    /// Entry of a WireGuard tunnel.
    V1WireguardEntry = 2,
    /// Exit of a WireGuard tunnel.
    V1WireguardExit = 3,
}

impl TicketType {
    /// All types in the order of their numbers.
    pub const ALL: [Self; 4] = [Self::V1MixnetEntry, Self::V1MixnetExit, Self::V1WireguardEntry, Self::V1WireguardExit];

    /// Bytes of bandwidth that one ticket pays for.
    pub fn bandwidth(self) -> u64 {
        match self {
            Self::V1MixnetEntry => 200_000_000,
            Self::V1MixnetExit => 100_000_000,
            Self::V1WireguardEntry | Self::V1WireguardExit => 500_000_000,
        }
    }

    /// The name in JSON and on command lines.
    pub fn name(self) -> &'static str {
        match self {
            Self::V1MixnetEntry => "v1-mixnet-entry",
            Self::V1MixnetExit => "v1-mixnet-exit",
            Self::V1WireguardEntry => "v1-wireguard-entry",
            Self::V1WireguardExit => "v1-wireguard-exit",
        }
    }

    /// The number that is signed.
    pub fn number(self) -> u8 {
        self as u8
    }

    pub(crate) fn attribute(self) -> Scalar {
        Scalar::from(u64::from(self.number()))
    }
}

impl TryFrom<u8> for TicketType {
    type Error = EcashError;

    fn try_from(number: u8) -> Result<Self> {
        Self::ALL.get(usize::from(number)).copied().ok_or(EcashError::UnknownTicketType(number))
    }
}

impl fmt::Display for TicketType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for TicketType {
    type Err = EcashError;

    fn from_str(name: &str) -> Result<Self> {
        Self::ALL
            .into_iter()
            .find(|ticket_type| ticket_type.name() == name)
            .ok_or_else(|| EcashError::UnknownTicketTypeName(name.chars().take(40).collect()))
    }
}
