//! Somebody who buys many ticketbooks and spends them, all prepared before anything is measured.

use anyhow::{Context, Result, ensure};
use ed25519_dalek::SigningKey;
use futures::TryStreamExt;
use nym_api_requests::{
    NymApiClient,
    ecash::{BlindSignRequestBody, BlindedSignatureResponse, VerifyEcashTicketBody},
};
use nym_ecash::{
    CredentialSpendingData, EcashDay, PayInfo, PreparedKey, RequestInfo, SecretKeyUser, Share, SignatureSets, Spend,
    TICKETBOOK_SIZE, TicketType, VerificationKeyAuth, WithdrawalRequest,
};
use nym_network::Network;
use nyxd_client::{
    Config, QueryClient, Signer, SigningClient,
    dkg::DkgQueries,
    ecash::{EcashQueries, EcashTransactions},
};
use rand::rngs::OsRng;

use super::localnet::Localnet;

const TYPE: TicketType = TicketType::V1MixnetEntry;
/// Deposits in one transaction.
const DEPOSITS_AT_ONCE: usize = 50;

/// The user, with what the network told.
pub struct User {
    key: SecretKeyUser,
    ecash: EcashTransactions,
    api: NymApiClient,
    /// The keys in service: their epoch, and index and key of the only signer.
    epoch_id: u64,
    index: u64,
    share: VerificationKeyAuth,
    secrets: Vec<RequestInfo>,
}

impl User {
    /// A user of a network with one signer.
    pub async fn of(localnet: &Localnet) -> Result<Self> {
        let network = Network::read_env_file(&localnet.env_file())?;
        let queries = QueryClient::connect(Config::from_network(&network)?)?;
        let contracts = &network.details.contracts;
        let address = |contract: &Option<String>| -> Result<_> {
            Ok(queries.address(contract.as_deref().context("the network lacks a contract")?)?)
        };
        let dkg = DkgQueries::new(queries.clone(), address(&contracts.coconut_dkg_contract_address)?);
        let generation = dkg.key_generations().await?.in_service.context("no keys are in service")?;
        ensure!(generation.threshold == 1, "{} signers are needed for a signature, not one", generation.threshold);
        let shares: Vec<_> = dkg.verification_keys(generation.epoch_id).try_collect().await?;
        let share = shares.first().context("the keys in service have no share")?;
        let signer = Signer::from_mnemonic(localnet.mnemonic("user-1")?, 0, queries.prefix())?;
        let ecash = address(&contracts.ecash_contract_address)?;
        Ok(Self {
            key: SecretKeyUser::random(&mut OsRng),
            ecash: EcashTransactions::new(SigningClient::new(queries, signer), ecash),
            api: NymApiClient::new(share.announce_address.parse()?)?,
            epoch_id: generation.epoch_id,
            index: share.node_index,
            share: VerificationKeyAuth::from_base58(&share.share)?,
            secrets: Vec::new(),
        })
    }

    /// Bodies of requests for ticketbooks, each with a deposit of its own on the chain.
    pub async fn requests(&mut self, count: usize) -> Result<Vec<Vec<u8>>> {
        let queries: &EcashQueries = self.ecash.queries();
        let price = queries.default_deposit().await?;
        let expiration = self.today().await?.default_expiration()?;
        let deposit_keys: Vec<SigningKey> = (0..count).map(|_| SigningKey::generate(&mut OsRng)).collect();
        let mut bodies = Vec::with_capacity(count);
        for keys in deposit_keys.chunks(DEPOSITS_AT_ONCE) {
            let public: Vec<String> =
                keys.iter().map(|key| bs58::encode(key.verifying_key().as_bytes()).into_string()).collect();
            let (deposits, _) = self.ecash.deposit_many(&public, &price).await?;
            for (key, deposit) in keys.iter().zip(deposits) {
                let (request, secret) = WithdrawalRequest::create(&self.key, expiration, TYPE, &mut OsRng);
                let user = self.key.public_key();
                let body = BlindSignRequestBody::new(request, deposit, key, user, expiration, TYPE);
                bodies.push(serde_json::to_vec(&body)?);
                self.secrets.push(secret);
            }
        }
        Ok(bodies)
    }

    /// Bodies that present so many tickets, of the ticketbooks that the signer's answers make. `first` is the number of
    /// the request that the first answer is to.
    pub async fn tickets(&self, count: usize, answers: &[String], first: usize) -> Result<Vec<Vec<u8>>> {
        let now = self.ecash.queries().client().block_time(None).await?.unix_timestamp();
        let day = EcashDay::containing(now)?;
        let master = PreparedKey::new(self.api.master_verification_key(Some(self.epoch_id)).await?)?;
        let expiration = day.default_expiration()?;
        let dates = self.api.aggregated_expiration_date_signatures(Some(expiration), Some(self.epoch_id)).await?;
        let coins = self.api.aggregated_coin_indices_signatures(Some(self.epoch_id)).await?;
        let sets = SignatureSets { expiration_dates: &dates.signatures, coin_indices: &coins.signatures };
        let mut bodies = Vec::with_capacity(count);
        for (answer, secret) in answers.iter().zip(&self.secrets[first..]) {
            let answer: BlindedSignatureResponse = serde_json::from_str(answer)?;
            let share = Share { index: self.index, key: &self.share, signature: answer.blinded_signature };
            let mut wallet = secret.collect(&self.key, &[share], 1, &master)?.wallet;
            for _ in 0..TICKETBOOK_SIZE {
                if bodies.len() == count {
                    return Ok(bodies);
                }
                let pay_info = PayInfo::new(&[7; 32], now, &mut OsRng);
                let spend = Spend { tickets: 1, pay_info: &pay_info, day };
                let payment = wallet.spend(&self.key, &master, sets, spend, &mut OsRng)?;
                let credential = CredentialSpendingData { payment, pay_info, spend_date: day, epoch_id: self.epoch_id };
                let body = VerifyEcashTicketBody { credential, gateway_cosmos_addr: "n1gateway".into() };
                bodies.push(serde_json::to_vec(&body)?);
            }
        }
        anyhow::bail!("{} ticketbooks are too few for {count} tickets", answers.len())
    }

    async fn today(&self) -> Result<EcashDay> {
        let now = self.ecash.queries().client().block_time(None).await?;
        Ok(EcashDay::containing(now.unix_timestamp())?)
    }
}
