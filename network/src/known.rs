//! The public networks (`docs/protocol/quorum-contracts.md §10.3`, `docs/protocol/mixnet-contract.md §2.4`). They are
//! used when they are asked for by name, never to complete another description.

use std::{fmt, str::FromStr};

use crate::{Network, NetworkError};

/// A network whose values are built in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KnownNetwork {
    /// The live network.
    Mainnet,
    /// The public test network.
    Sandbox,
}

impl KnownNetwork {
    /// Its name in `--network` and in `NETWORK_NAME`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Mainnet => "mainnet",
            Self::Sandbox => "sandbox",
        }
    }

    /// Its description.
    pub fn network(self) -> Network {
        Network::from_env_text(self.env_text()).expect("the built-in descriptions are complete; a test reads both")
    }

    const fn env_text(self) -> &'static str {
        match self {
            Self::Mainnet => MAINNET,
            Self::Sandbox => SANDBOX,
        }
    }
}

impl fmt::Display for KnownNetwork {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for KnownNetwork {
    type Err = NetworkError;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        [Self::Mainnet, Self::Sandbox]
            .into_iter()
            .find(|known| known.name() == name)
            .ok_or_else(|| NetworkError::Unknown { name: name.into() })
    }
}

const MAINNET: &str = "\
NETWORK_NAME=mainnet
BECH32_PREFIX=n
MIX_DENOM=unym
MIX_DENOM_DISPLAY=nym
STAKE_DENOM=unyx
STAKE_DENOM_DISPLAY=nyx
DENOMS_EXPONENT=6
MIXNET_CONTRACT_ADDRESS=n17srjznxl9dvzdkpwpw24gg668wc73val88a6m5ajg6ankwvz9wtst0cznr
VESTING_CONTRACT_ADDRESS=n1nc5tatafv6eyq7llkr2gv50ff9e22mnf70qgjlv737ktmt4eswrq73f2nw
ECASH_CONTRACT_ADDRESS=n1r7s6aksyc6pqardx88k3rkgfagwvj4z4zum9mmz2sfk3zm2mha0sd4dnun
GROUP_CONTRACT_ADDRESS=n1e2zq4886zzewpvpucmlw8v9p7zv692f6yck4zjzxh699dkcmlrfqk2knsr
MULTISIG_CONTRACT_ADDRESS=n1txayqfz5g9qww3rlflpg025xd26m9payz96u54x4fe3s2ktz39xqk67gzx
COCONUT_DKG_CONTRACT_ADDRESS=n19604yflqggs9mk2z26mqygq43q2kr3n932egxx630svywd5mpxjsztfpvx
PERFORMANCE_CONTRACT_ADDRESS=
REWARDING_VALIDATOR_ADDRESS=n10yyd98e2tuwu0f7ypz9dy3hhjw7v772q6287gy
NYXD=https://rpc.nymtech.net
NYXD_WS=wss://rpc.nymtech.net/websocket
NYM_API=https://validator.nymtech.net/api/
NYM_APIS=[{\"url\":\"https://validator.nymtech.net/api/\",\"front_hosts\":null}]
NYM_VPN_API=https://nymvpn.com/api/
NYM_VPN_APIS=[{\"url\":\"https://nymvpn.com/api/\",\"front_hosts\":null}]
";

const SANDBOX: &str = "\
NETWORK_NAME=sandbox
BECH32_PREFIX=n
MIX_DENOM=unym
MIX_DENOM_DISPLAY=nym
STAKE_DENOM=unyx
STAKE_DENOM_DISPLAY=nyx
DENOMS_EXPONENT=6
MIXNET_CONTRACT_ADDRESS=n1xr3rq8yvd7qplsw5yx90ftsr2zdhg4e9z60h5duusgxpv72hud3sjkxkav
VESTING_CONTRACT_ADDRESS=n1unyuj8qnmygvzuex3dwmg9yzt9alhvyeat0uu0jedg2wj33efl5qackslz
ECASH_CONTRACT_ADDRESS=n1v3vydvs2ued84yv3khqwtgldmgwn0elljsdh08dr5s2j9x4rc5fs9jlwz9
GROUP_CONTRACT_ADDRESS=n1ewmwz97xm0h8rdk8sw7h9mwn866qkx9hl9zlmagqfkhuzvwk5hhq844ue9
MULTISIG_CONTRACT_ADDRESS=n1tz0setr8vkh9udp8xyxgpqc89ns27k4d0jx2h942hr0ax63yjhmqz6xct8
COCONUT_DKG_CONTRACT_ADDRESS=n1v3n2ly2dp3a9ng3ff6rh26yfkn0pc5hed7w2shc5u9ca5c865utqj5elvh
PERFORMANCE_CONTRACT_ADDRESS=
REWARDING_VALIDATOR_ADDRESS=n1pefc2utwpy5w78p2kqdsfmpjxfwmn9d39k5mqa
NYXD=https://rpc.sandbox.nymtech.net
NYXD_WS=wss://rpc.sandbox.nymtech.net/websocket
NYM_API=https://sandbox-nym-api1.nymtech.net/api/
NYM_APIS=[{\"url\":\"https://sandbox-nym-api1.nymtech.net/api/\",\"front_hosts\":null}]
";

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed unwrap fails the test")]
    use super::KnownNetwork;

    #[test]
    fn built_in_descriptions_are_complete_and_carry_their_name() {
        for known in [KnownNetwork::Mainnet, KnownNetwork::Sandbox] {
            assert_eq!(known.network().details.network_name, known.name());
            assert_eq!(known.name().parse::<KnownNetwork>().unwrap(), known);
            assert!(known.network().details.contracts.mixnet_contract_address.is_some());
        }
        assert!("main".parse::<KnownNetwork>().unwrap_err().to_string().contains("env file"));
    }
}
