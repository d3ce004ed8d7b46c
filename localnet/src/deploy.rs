//! Contracts at addresses that are known before anything is deployed: instantiate2 with a fixed
//! salt, so contracts that need each other's address get it at once.

use std::{collections::BTreeMap, fs, path::Path};

use nym_contracts_common::ContractBuildInformation;
use nyxd_client::{AccountId, Instantiation, contract_address};
use serde::Serialize;
use serde_json::json;
use sha2::{Digest, Sha256};

use crate::{
    accounts::{Account, Accounts},
    chain::Chain,
    error::LocalnetError,
    options::Options,
    parameters,
    steps::{Outcome, Steps},
};

/// Salt of every address; the creator and the code make the difference.
const SALT: &[u8] = b"localnet";

/// A contract's code, and where it stands.
struct Artefact {
    name: &'static str,
    wasm: Vec<u8>,
    address: AccountId,
}

/// The deployed contracts.
#[derive(Clone)]
pub struct Contracts {
    /// Registry of nodes, delegations and epochs.
    pub mixnet: AccountId,
    /// Members of the quorum.
    pub group: AccountId,
    /// Their votes.
    pub multisig: AccountId,
    /// What else the quorum has; absent with `--no-quorum`.
    pub quorum: Option<QuorumAddresses>,
}

/// Contracts of the quorum.
#[derive(Clone)]
pub struct QuorumAddresses {
    /// Members.
    pub group: AccountId,
    /// Deposits, payments, the blacklist.
    pub ecash: AccountId,
    /// Key generations.
    pub dkg: AccountId,
}

impl Contracts {
    /// Addresses by name, with the placeholders of contracts that are not built yet.
    pub fn by_name(&self, accounts: &Accounts) -> BTreeMap<String, String> {
        let deployed = [("mixnet", &self.mixnet), ("group", &self.group), ("multisig", &self.multisig)];
        let quorum = self.quorum.iter().flat_map(|quorum| [("ecash", &quorum.ecash), ("dkg", &quorum.dkg)]);
        // In a map the later entry of a name counts.
        let placeholders = accounts.placeholders.iter().map(|account| (account.role.as_str(), &account.address));
        let all = placeholders.chain(deployed).chain(quorum);
        all.map(|(name, address)| (name.to_owned(), address.to_string())).collect()
    }
}

/// Uploads and instantiates the contracts; those that stand already, from an earlier run on the
/// same home, stay as they are.
pub async fn contracts(
    chain: &Chain,
    accounts: &Accounts,
    options: &Options,
    steps: &mut Steps,
) -> Result<Contracts, LocalnetError> {
    let load = |name, file: &str, creator: &Account| artefact(name, &options.contracts.join(file), creator);
    let mixnet = load("mixnet", "mixnet_contract.wasm", &accounts.mixnet_admin)?;
    let group = load("group", "cw4_group.wasm", &accounts.group_admin)?;
    let multisig = load("multisig", "cw3_flex_multisig.wasm", &accounts.multisig_admin)?;
    let quorum = if options.no_quorum {
        None
    } else {
        let ecash = load("ecash", "nym_ecash.wasm", &accounts.ecash_admin)?;
        Some((ecash, load("dkg", "nym_coconut_dkg.wasm", &accounts.dkg_admin)?))
    };
    let (ecash_address, dkg_address) = match &quorum {
        Some((ecash, dkg)) => (&ecash.address, &dkg.address),
        None => (accounts.placeholder("ecash"), accounts.placeholder("dkg")),
    };

    let set = parameters::rewarded_set(options.params, options.node_count())?;
    let mixnet_message = parameters::mixnet(options.params, set, options.epoch_length(), accounts);
    steps.run("mixnet contract", deploy(chain, accounts, &accounts.mixnet_admin, &mixnet, &mixnet_message)).await?;

    let group_message = json!({"admin": accounts.group_admin.address, "members": []});
    steps.run("group contract", deploy(chain, accounts, &accounts.group_admin, &group, &group_message)).await?;

    let multisig_message = json!({
        "group_addr": group.address,
        "coconut_bandwidth_contract_address": ecash_address,
        "coconut_dkg_contract_address": dkg_address,
        // Two of three suffice.
        "threshold": {"absolute_percentage": {"percentage": "0.666666666"}},
        "max_voting_period": {"time": 3600},
        "executor": null,
        "proposal_deposit": null,
    });
    steps
        .run("multisig contract", deploy(chain, accounts, &accounts.multisig_admin, &multisig, &multisig_message))
        .await?;

    if let Some((ecash, dkg)) = &quorum {
        let message = parameters::ecash(&accounts.ecash_admin, &multisig.address, &group.address);
        steps.run("ecash contract", deploy(chain, accounts, &accounts.ecash_admin, ecash, &message)).await?;
        let message = parameters::dkg(&multisig.address, &group.address, options.phase);
        steps.run("dkg contract", deploy(chain, accounts, &accounts.dkg_admin, dkg, &message)).await?;
    }
    let quorum = quorum.map(|(ecash, dkg)| QuorumAddresses {
        group: group.address.clone(),
        ecash: ecash.address,
        dkg: dkg.address,
    });
    Ok(Contracts { mixnet: mixnet.address, group: group.address, multisig: multisig.address, quorum })
}

fn artefact(name: &'static str, file: &Path, creator: &Account) -> Result<Artefact, LocalnetError> {
    let wasm = fs::read(file).map_err(|source| match source.kind() {
        std::io::ErrorKind::NotFound => LocalnetError::MissingContract { file: file.into() },
        _ => LocalnetError::Read { file: file.into(), source },
    })?;
    let address = contract_address(&Sha256::digest(&wasm), &creator.address, SALT)?;
    Ok(Artefact { name, wasm, address })
}

async fn deploy(
    chain: &Chain,
    accounts: &Accounts,
    creator: &Account,
    artefact: &Artefact,
    message: &impl Serialize,
) -> Result<((), Outcome), LocalnetError> {
    let queries = chain.queries()?;
    let stands = queries.contract_info(&artefact.address).await.is_ok();
    if !stands {
        // Everybody may upload; the master has the money for it.
        let (code_id, _) = accounts.master.client(chain)?.upload(&artefact.wasm, "contract upload").await?;
        let new = Instantiation {
            code_id,
            label: format!("Nym {} contract", artefact.name),
            admin: Some(creator.address.clone()),
            funds: vec![],
        };
        creator.client(chain)?.instantiate2(&new, message, SALT, "contract instantiation").await?;
    }

    let found = queries.contract_info(&artefact.address).await?;
    let (_, code) = queries.code(found.code_id).await?;
    let build = queries.raw_query(&artefact.address, b"contract_build_info").await?;
    let mut wrong = Vec::new();
    if found.admin.as_ref() != Some(&creator.address) {
        wrong.push(format!("the admin of {} is {:?}, not {}", artefact.name, found.admin, creator.address));
    }
    if code != artefact.wasm {
        wrong.push(format!("the chain holds other code for {} than {}", artefact.address, artefact.name));
    }
    if serde_json::from_slice::<ContractBuildInformation>(&build).is_err() {
        wrong.push(format!("{} has no build information", artefact.name));
    }
    Ok(((), Outcome::of(&wrong, format!("{} at {}", artefact.name, artefact.address))))
}
