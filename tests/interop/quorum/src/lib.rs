//! A localnet whose signers take the payments of published clients, and those clients: the crates of the published
//! release, unmodified, with nothing of ours in between.

use std::path::Path;

use anyhow::{Context, Result, anyhow};
use interop_chain::Localnet;
use nym_credential_storage::persistent_storage::PersistentStorage;
use nym_network_defaults::NymNetworkDetails;
use nym_validator_client::{
    DirectSigningHttpRpcNyxdClient, EcashApiClient,
    coconut::all_ecash_api_clients,
    nyxd::{AccountId, Config, contract_traits::DkgQueryClient},
};

/// A client of the chain that signs.
pub type Nyxd = DirectSigningHttpRpcNyxdClient;

/// A localnet with four signers. Its walk has made two key generations, convicted a double spender and paid a provider.
pub struct Network {
    localnet: Localnet,
}

impl Network {
    /// The only network of the project under the compatibility policy: payments of the published release lack the
    /// proof of their ticket indices.
    pub fn start() -> Result<Self> {
        let compat = "--compat-payments-without-coin-index-proof";
        Ok(Self { localnet: Localnet::with(&["--signers", "4", "--signer-port", "0", "--epoch", "10s", compat])? })
    }

    /// The published client of the chain for one of the localnet's accounts.
    pub fn nyxd(&self, role: &str) -> Result<Nyxd> {
        let report = &self.localnet.report;
        let contract = |name: &str| report.contracts.get(name);
        let details = NymNetworkDetails::new_mainnet()
            .with_mixnet_contract(contract("mixnet"))
            .with_ecash_contract(contract("ecash"))
            .with_group_contract(contract("group"))
            .with_multisig_contract(contract("multisig"))
            .with_coconut_dkg_contract(contract("dkg"));
        let config = Config::try_from_nym_network_details(&details)?;
        let mnemonic = report.mnemonics.get(role).with_context(|| format!("no account {role}"))?.parse()?;
        Ok(Nyxd::connect_with_mnemonic(config, report.endpoints.rpc.as_str(), mnemonic)?)
    }

    /// An account's address.
    pub fn address(&self, role: &str) -> Result<AccountId> {
        let address = self.localnet.report.addresses.get(role).with_context(|| format!("no account {role}"))?;
        address.parse().map_err(|error| anyhow!("{address}: {error}"))
    }

    /// A contract's address.
    pub fn contract(&self, name: &str) -> Result<AccountId> {
        let address = self.localnet.report.contracts.get(name).with_context(|| format!("no contract {name}"))?;
        address.parse().map_err(|error| anyhow!("{address}: {error}"))
    }
}

/// The signers of the current key generation, as the published client finds them in the DKG contract.
pub async fn signers(nyxd: &Nyxd) -> Result<Vec<EcashApiClient>> {
    let epoch = nyxd.get_current_epoch().await?.epoch_id;
    Ok(all_ecash_api_clients(nyxd, epoch).await?)
}

/// The published client's store of ticketbooks, an SQLite file.
pub async fn storage(file: &Path) -> Result<PersistentStorage> {
    Ok(PersistentStorage::init(file).await?)
}

/// Posts JSON to a signer as it is, for spellings that the published client does not use itself.
pub async fn post(signer: &EcashApiClient, route: &str, body: &serde_json::Value) -> Result<(u16, String)> {
    let base = signer.api_client.base_urls().first().context("a signer without URL")?.to_string();
    let url = format!("{}/v1/ecash/{route}", base.trim_end_matches('/'));
    let answer = reqwest::Client::new().post(url).json(body).send().await?;
    Ok((answer.status().as_u16(), answer.text().await?))
}
