use std::{io::Write, path::PathBuf, time::Duration};

use clap::{ArgGroup, Args, Subcommand};
use nym_ecash::{
    AggregatedCoinIndicesSignatures, AggregatedExpirationDateSignatures, EcashDay, EpochVerificationKey, SecretKeyUser,
    Stored, TICKETBOOK_SIZE, TicketType,
};
use nym_ticketbooks::{Buyer, Include, Progress, Store, TicketbookError, network::HttpApis};
use zeroize::Zeroizing;

use super::Ran;
use crate::{
    CliError, Session,
    ecash::{self, ClientFiles, Encoded, Export, Form, QuorumBuyer, Which},
    output::Output,
};

/// Longest wait for one answer of a signer.
const ANSWER: Duration = Duration::from_secs(10);

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Buy a ticketbook into a client's store, or into a file for somebody else
    IssueTicketBook(Issue),
    /// Finish purchases that were interrupted; nothing is paid again
    RecoverTicketBook {
        #[command(flatten)]
        client: ClientArgs,
    },
    /// Put a ticketbook from a file into a store
    ImportTicketBook(Import),
    /// Spend tickets at a provider and print the payments
    GenerateTicket(Generate),
    /// Import the quorum's signatures on ticket numbers
    ImportCoinIndexSignatures(ImportSignatures),
    /// Import the quorum's signatures on the days of an expiration date
    ImportExpirationDateSignatures(ImportSignatures),
    /// Import the quorum's master key of an epoch
    ImportMasterVerificationKey(ImportKey),
}

#[derive(Debug, Args)]
pub(super) struct ClientArgs {
    /// The client's configuration file, which names its identity key and its credentials database
    #[arg(long, value_name = "TOML")]
    client_config: PathBuf,
}

#[derive(Args)]
pub(super) struct Issue {
    /// What the tickets pay for: v1-mixnet-entry, v1-mixnet-exit, v1-wireguard-entry or v1-wireguard-exit
    #[arg(long, default_value = "v1-mixnet-entry", value_name = "TYPE", value_parser = ticket_type)]
    ticketbook_type: TicketType,
    /// The client that the ticketbook is for
    #[arg(long, value_name = "TOML", conflicts_with = "output_file", required_unless_present = "output_file")]
    client_config: Option<PathBuf>,
    /// Where to write the ticketbook; until it is there, the purchase is kept beside it
    #[arg(long, value_name = "FILE", requires = "bs58_encoded_client_secret")]
    output_file: Option<PathBuf>,
    /// With --output-file: the private identity key of the client that the ticketbook is for. Others on this machine can
    /// see arguments: prefer the variable
    #[arg(long, value_name = "BASE58", env = "NYM_CLIENT_SECRET", hide_env_values = true)]
    bs58_encoded_client_secret: Option<String>,
    /// Write base58 instead of bytes
    #[arg(long, requires = "output_file")]
    bs58_output: bool,
    /// Add the signatures of the expiration date
    #[arg(long, requires = "output_file")]
    include_expiration_date_signatures: bool,
    /// Add the signatures of the ticket numbers
    #[arg(long, requires = "output_file")]
    include_coin_index_signatures: bool,
    /// Add the master key
    #[arg(long, requires = "output_file")]
    include_master_verification_key: bool,
}

/// The arguments may hold a client's key, so they are never shown.
impl std::fmt::Debug for Issue {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Issue").field("ticketbook_type", &self.ticketbook_type).finish_non_exhaustive()
    }
}

#[derive(Debug, Args)]
#[command(group(ArgGroup::new("credential").required(true).args(["credential_data", "credential_path"])))]
#[command(group(ArgGroup::new("form").required(true).args(["standalone", "full"])))]
pub(super) struct Import {
    /// The store
    #[arg(long, alias = "credential-storage", value_name = "FILE")]
    credentials_store: PathBuf,
    /// The ticketbook
    #[arg(long, value_name = "BASE58")]
    credential_data: Option<String>,
    /// File with the ticketbook, as bytes or base58
    #[arg(long, value_name = "FILE")]
    credential_path: Option<PathBuf>,
    /// It is a bare ticketbook
    #[arg(long)]
    standalone: bool,
    /// It is a ticketbook with what spending needs
    #[arg(long)]
    full: bool,
    /// Revision of the encoding
    #[arg(long, hide = true)]
    version: Option<u8>,
    /// First ticket that is this store's, where the ticketbook is split
    #[arg(long, value_name = "INDEX", default_value_t = 0)]
    first_ticket: u64,
    /// Where this store's tickets end, the last not included
    #[arg(long, value_name = "INDEX", default_value_t = TICKETBOOK_SIZE)]
    end_ticket: u64,
}

#[derive(Debug, Args)]
#[command(group(ArgGroup::new("which").required(true).args(["ticket_index", "full", "next"])))]
#[command(group(ArgGroup::new("from").required(true).args(["client_config", "credential_storage"])))]
pub(super) struct Generate {
    /// What the ticket pays for
    #[arg(long, default_value = "v1-mixnet-entry", value_name = "TYPE", value_parser = ticket_type)]
    ticketbook_type: TicketType,
    /// The ticket with this index; unspent ones before it are given up
    #[arg(long, value_name = "INDEX")]
    ticket_index: Option<u64>,
    /// All tickets that are left in the ticketbook
    #[arg(long)]
    full: bool,
    /// The next ticket
    #[arg(long)]
    next: bool,
    /// The provider's identity key
    #[arg(long, value_name = "BASE58")]
    provider: String,
    /// The client whose ticketbook it is
    #[arg(long, value_name = "TOML")]
    client_config: Option<PathBuf>,
    /// The store
    #[arg(long, alias = "credentials-store", value_name = "FILE")]
    credential_storage: Option<PathBuf>,
}

#[derive(Debug, Args)]
#[command(group(ArgGroup::new("signatures").required(true).args(["signatures_data", "signatures_path"])))]
pub(super) struct ImportSignatures {
    #[command(flatten)]
    client: ClientArgs,
    /// The signatures
    #[arg(long, value_name = "BASE58")]
    signatures_data: Option<String>,
    /// File with the signatures, as bytes or base58
    #[arg(long, value_name = "FILE")]
    signatures_path: Option<PathBuf>,
    /// Revision of the encoding
    #[arg(long, hide = true)]
    version: Option<u8>,
}

#[derive(Debug, Args)]
#[command(group(ArgGroup::new("key").required(true).args(["key_data", "key_path"])))]
pub(super) struct ImportKey {
    #[command(flatten)]
    client: ClientArgs,
    /// The key
    #[arg(long, value_name = "BASE58")]
    key_data: Option<String>,
    /// File with the key, as bytes or base58
    #[arg(long, value_name = "FILE")]
    key_path: Option<PathBuf>,
    /// Revision of the encoding
    #[arg(long, hide = true)]
    version: Option<u8>,
}

impl Command {
    pub(super) async fn run(self, session: &Session) -> Ran {
        match self {
            Self::IssueTicketBook(command) => command.run(session).await,
            Self::RecoverTicketBook { client } => {
                let buyer = buyer(session, client.open().await?, false)?;
                let recovered = ecash::recover(&buyer, &mut show).await?;
                let text = match recovered.as_slice() {
                    [] => "no purchase was interrupted".to_owned(),
                    some => some.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"),
                };
                Output::list(&recovered, text)
            }
            Self::ImportTicketBook(command) => command.run(session).await,
            Self::GenerateTicket(command) => command.run(session).await,
            Self::ImportCoinIndexSignatures(command) => {
                let revision = command.version.unwrap_or(AggregatedCoinIndicesSignatures::REVISION);
                let data = encoded(command.signatures_data, command.signatures_path)?.read()?;
                Output::of(&ecash::import_coin_index_signatures(&command.client.open().await?, &data, revision).await?)
            }
            Self::ImportExpirationDateSignatures(command) => {
                let revision = command.version.unwrap_or(AggregatedExpirationDateSignatures::REVISION);
                let data = encoded(command.signatures_data, command.signatures_path)?.read()?;
                let store = command.client.open().await?;
                Output::of(&ecash::import_expiration_date_signatures(&store, &data, revision).await?)
            }
            Self::ImportMasterVerificationKey(command) => {
                let revision = command.version.unwrap_or(EpochVerificationKey::REVISION);
                let data = encoded(command.key_data, command.key_path)?.read()?;
                let store = command.client.open().await?;
                Output::of(&ecash::import_master_verification_key(&store, &data, revision).await?)
            }
        }
    }
}

impl ClientArgs {
    async fn open(&self) -> Result<Store, CliError> {
        Ok(Store::open(&ClientFiles::read(&self.client_config)?.credentials_database).await?)
    }
}

impl Issue {
    async fn run(self, session: &Session) -> Ran {
        if let Some(config) = &self.client_config {
            let files = ClientFiles::read(config)?;
            let user = files.user()?;
            let buyer = buyer(session, Store::open(&files.credentials_database).await?, true)?;
            return Output::of(&ecash::issue(&buyer, &user, self.ticketbook_type, &mut show).await?);
        }
        let (Some(file), Some(secret)) = (self.output_file, self.bs58_encoded_client_secret.map(Zeroizing::new)) else {
            return Err(CliError::Usage("give --client-config, or --output-file and --bs58-encoded-client-secret"));
        };
        let export = Export {
            file,
            base58: self.bs58_output,
            include: Include {
                expiration_date_signatures: self.include_expiration_date_signatures,
                coin_index_signatures: self.include_coin_index_signatures,
                master_verification_key: self.include_master_verification_key,
            },
        };
        export.check()?;
        let user = client_secret(&secret)?;
        // What can be wrong with the arguments is wrong before a store is made.
        session.signing()?;
        let buyer = buyer(session, Store::open(&export.purchase_store()).await?, true)?;
        Output::of(&ecash::issue_to_file(buyer, &user, self.ticketbook_type, &export, &mut show).await?)
    }
}

impl Import {
    async fn run(self, session: &Session) -> Ran {
        let data = encoded(self.credential_data, self.credential_path)?.read()?;
        let form = if self.full { Form::Full } else { Form::Standalone };
        let today = EcashDay::containing(session.now().await?).map_err(TicketbookError::from)?;
        let store = Store::open(&self.credentials_store).await?;
        let tickets = self.first_ticket..self.end_ticket;
        Output::of(&ecash::import_ticketbook(&store, &data, form, self.version, tickets, today).await?)
    }
}

impl Generate {
    async fn run(self, session: &Session) -> Ran {
        let provider = bs58::decode(&self.provider).into_vec().ok().and_then(|bytes| bytes.try_into().ok());
        let provider: [u8; 32] = provider.ok_or_else(|| {
            CliError::value("the provider", &self.provider, "it must be base58 of the 32 bytes of an identity key")
        })?;
        let which = match (self.ticket_index, self.full) {
            (Some(index), _) => Which::Index(index),
            (None, true) => Which::Full,
            (None, false) => Which::Next,
        };
        let now = session.now().await?;
        let path = match (self.credential_storage, self.client_config) {
            (Some(path), _) => path,
            (None, Some(config)) => ClientFiles::read(&config)?.credentials_database,
            (None, None) => return Err(CliError::Usage("give --client-config or --credential-storage")),
        };
        if !path.exists() {
            return Err(CliError::value("the store", path.display(), "there is no such file"));
        }
        let store = Store::open(&path).await?;
        let tickets = ecash::generate_tickets(&store, self.ticketbook_type, which, &provider, now).await?;
        let text = tickets.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n");
        Output::list(&tickets, text)
    }
}

fn buyer(session: &Session, store: Store, pays: bool) -> Result<QuorumBuyer, CliError> {
    let apis = HttpApis::new(ANSWER).map_err(|reason| CliError::value("the HTTP client", "", reason))?;
    let mut buyer = Buyer::new(store, session.quorum(pays)?, apis);
    buyer.deadlines.answer = ANSWER;
    buyer.other_apis = session.network()?.details.nym_api_urls.into_iter().flatten().map(|api| api.url).collect();
    Ok(buyer)
}

/// A line on standard error for each step: buying takes a while, and results alone belong on standard output.
fn show(step: Progress) {
    let _closed = writeln!(std::io::stderr().lock(), "{step}");
}

fn encoded(data: Option<String>, path: Option<PathBuf>) -> Result<Encoded, CliError> {
    match (data, path) {
        (Some(text), _) => Ok(Encoded::Argument(text)),
        (None, Some(path)) => Ok(Encoded::File(path)),
        (None, None) => Err(CliError::Usage("give the data or a file with it")),
    }
}

fn ticket_type(name: &str) -> Result<TicketType, String> {
    name.parse().map_err(|reason: nym_ecash::EcashError| reason.to_string())
}

/// The e-cash key follows from the bytes of the client's private identity key.
fn client_secret(text: &str) -> Result<SecretKeyUser, CliError> {
    let wrong = |reason| CliError::Mnemonic { source_name: "--bs58-encoded-client-secret".into(), reason };
    let bytes = Zeroizing::new(bs58::decode(text.trim()).into_vec().map_err(|_| wrong("it is not base58".to_owned()))?);
    if bytes.len() != 32 {
        return Err(wrong(format!("it has {} bytes, a private identity key has 32", bytes.len())));
    }
    Ok(SecretKeyUser::from_seed(&bytes))
}
