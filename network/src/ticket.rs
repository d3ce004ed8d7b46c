//! Tickets and ticketbooks (`docs/protocol/quorum-contracts.md §10.2`).

use std::{fmt, str::FromStr};

use crate::NetworkError;

/// Tickets in one ticketbook.
pub const TICKETS_PER_TICKETBOOK: u64 = 50;
/// Days for which a ticketbook can be spent, the day of issue included.
pub const TICKETBOOK_VALIDITY_DAYS: u32 = 7;
/// What a ticketbook of any type costs, in base units of the mix denom.
pub const DEFAULT_DEPOSIT: u128 = 75_000_000;
/// Ticketbooks that a signer must be able to serve in one data request.
pub const MINIMUM_SERVED_TICKETBOOKS: u32 = 50;

/// What a ticket pays for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum TicketType {
    /// Traffic into the mixnet.
    MixnetEntry,
    /// Traffic out of the mixnet.
    MixnetExit,
    /// Traffic into a two-hop tunnel.
    WireguardEntry,
    /// Traffic out of a two-hop tunnel.
    WireguardExit,
}

impl TicketType {
    /// All types, in the order of their codes.
    pub const ALL: [Self; 4] = [Self::MixnetEntry, Self::MixnetExit, Self::WireguardEntry, Self::WireguardExit];

    /// The number that stands for the type inside credentials.
    pub const fn code(self) -> u8 {
        match self {
            Self::MixnetEntry => 0,
            Self::MixnetExit => 1,
            Self::WireguardEntry => 2,
            Self::WireguardExit => 3,
        }
    }

    /// The type of a code, if there is one.
    pub fn from_code(code: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }

    /// The type's name on the wire and in commands.
    pub const fn name(self) -> &'static str {
        match self {
            Self::MixnetEntry => "v1-mixnet-entry",
            Self::MixnetExit => "v1-mixnet-exit",
            Self::WireguardEntry => "v1-wireguard-entry",
            Self::WireguardExit => "v1-wireguard-exit",
        }
    }

    /// Bytes of traffic that one ticket pays for.
    pub const fn bytes_per_ticket(self) -> u64 {
        match self {
            Self::MixnetEntry => 200_000_000,
            Self::MixnetExit => 100_000_000,
            Self::WireguardEntry | Self::WireguardExit => 500_000_000,
        }
    }
}

impl fmt::Display for TicketType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for TicketType {
    type Err = NetworkError;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|kind| kind.name() == name).ok_or_else(|| NetworkError::TicketType(name.into()))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed unwrap fails the test")]
    use super::TicketType;

    #[test]
    fn names_and_codes_lead_back_to_their_type() {
        for (index, kind) in TicketType::ALL.into_iter().enumerate() {
            assert_eq!(usize::from(kind.code()), index);
            assert_eq!(TicketType::from_code(kind.code()), Some(kind));
            assert_eq!(kind.to_string().parse::<TicketType>().unwrap(), kind);
        }
        assert_eq!(TicketType::from_code(4), None);
        assert!("v1-mixnet".parse::<TicketType>().unwrap_err().to_string().contains("v1-mixnet-entry"));
    }
}
