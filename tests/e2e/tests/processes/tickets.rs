//! Ticketbooks bought, kept, split and spent with `nym-cli`, which is also killed between deposit and shares; then
//! payments that are repeated, forged, late, malformed or made twice.

use std::{
    fs,
    io::{BufRead, BufReader},
    os::unix::fs::PermissionsExt,
    path::PathBuf,
    process::{Output, Stdio},
    time::Duration,
};

use nym_api_requests::ecash::{TicketRejection, VerifyEcashTicketBody};
use nym_ecash::{CredentialSpendingData, SecretKeyUser};
use serde_json::Value;

use crate::{
    accounts::Account,
    network::{Network, Setup, eventually},
    program::command,
    user::PROVIDER,
};

#[tokio::test(flavor = "multi_thread")]
async fn ticketbooks_of_the_command_line_survive_kills_and_rotations_and_no_ticket_is_spent_twice() {
    let payer = Account::of("payer");
    let setup = Setup { signers: 4, funded: vec![payer.clone()], ..Setup::default() };
    let mut network = Network::with_keys(setup).await;
    let client = Client::new(&network, &payer);

    a_ticketbook_is_bought_and_spent(&network, &client).await;
    a_killed_purchase_is_recovered(&mut network, &client).await;
    a_ticketbook_is_split(&network, &client).await;
    wrong_payments(&network, &client).await;
    a_ticket_spent_at_two_providers_at_once(&network, &client).await;
    a_ticket_of_another_day(&network, &client).await;
    network.nobody_panicked();
}

async fn a_ticketbook_is_bought_and_spent(network: &Network, client: &Client) {
    let output = client.run(&["issue-ticket-book", "--client-config", &client.config()]);
    let book = json(&output);
    assert_eq!(
        (&book["ticketbook_type"], &book["epoch_id"], &book["tickets"]),
        (&"v1-mixnet-entry".into(), &0.into(), &50.into())
    );
    let shown = text(&output.stderr);
    assert!(shown.contains("3/4 shares, need 3"), "{shown}");

    let ticket = client.ticket();
    let status = client.nym_api_status(network);
    assert!(status.contains("in_service"), "{status}");
    assert_eq!(network.accepts(&ticket, "n1provider").await, 4);
    let replayed = network.present(&ticket, "n1provider").await;
    assert!(replayed.iter().all(|verdict| *verdict == Some(Err(TicketRejection::ReplayedTicket))), "{replayed:?}");
    let (text, consumed) = present_raw(network, &body_of(&ticket)).await;
    assert_eq!((text.as_str(), consumed.as_deref()), (r#"{"verified":{"Err":"ReplayedTicket"}}"#, Some("yes")));
}

/// The client vanishes right after its deposit: once it recovers at once, once after the keys have changed. Both times it
/// gets the whole ticketbook, and pays nothing again.
async fn a_killed_purchase_is_recovered(network: &mut Network, client: &Client) {
    let deposits = async |network: &Network| network.chain.ecash().latest_deposit().await.unwrap().unwrap().id + 1;
    for epoch in [0, 1] {
        let before = deposits(network).await;
        let deposit = client.killed_after_its_deposit(network);
        assert_eq!(deposits(network).await, before + 1);
        if epoch == 1 {
            network.chain.dkg_admin().trigger_reset().await.unwrap();
            network.await_keys(1).await;
        }
        let output = client.run(&["recover-ticket-book", "--client-config", &client.config()]);
        let recovered = json(&output);
        let book = &recovered[0]["issued"];
        assert_eq!((&book["epoch_id"], &book["tickets"]), (&epoch.into(), &50.into()), "{recovered}");
        assert!(text(&output.stderr).contains(&format!("deposit {deposit}")), "{}", text(&output.stderr));
        assert_eq!(
            json(&client.run(&["recover-ticket-book", "--client-config", &client.config()])),
            Value::Array(vec![])
        );
        assert_eq!(deposits(network).await, before + 1, "nothing is paid twice");
    }
    // The first ticketbook is of the old keys, and its tickets are still good.
    let old = client.ticket();
    assert_eq!(old.epoch_id, 0);
    assert_eq!(network.accepts(&old, "n1provider").await, 4);
}

/// A ticketbook for somebody else goes to a file, and from there in parts into two stores.
async fn a_ticketbook_is_split(network: &Network, client: &Client) {
    let (book, one, other) = (client.file("book"), client.file("one.db"), client.file("other.db"));
    let mut issue = client.command(&[
        "issue-ticket-book",
        "--output-file",
        &book,
        "--include-expiration-date-signatures",
        "--include-coin-index-signatures",
        "--include-master-verification-key",
    ]);
    let output = issue.env("NYM_CLIENT_SECRET", bs58::encode([42; 32]).into_string()).output().unwrap();
    assert_eq!(json(&output)["tickets"], 50);
    let import = |store: &str, first: &str, end: &str| {
        let arguments = ["import-ticket-book", "--credentials-store", store, "--credential-path", &book, "--full"];
        client.run(&[&arguments[..], &["--first-ticket", first, "--end-ticket", end]].concat())
    };
    assert_eq!(json(&import(&one, "0", "20"))["tickets"], 20);
    assert_eq!(json(&import(&other, "20", "50"))["tickets"], 30);
    let again = import(&one, "0", "20");
    assert!(!again.status.success(), "a part is imported once");
    let mut spent = client.tickets(&["--credential-storage", &one, "--full"]);
    spent.extend(client.tickets(&["--credential-storage", &other, "--next"]));
    assert_eq!(spent.len(), 21);
    let mut serials: Vec<_> = spent.iter().map(|ticket| ticket.payment.serial_numbers()[0]).collect();
    serials.sort_unstable();
    serials.dedup();
    assert_eq!(serials.len(), 21, "no ticket is in both parts");
    let none_left = client.generate(&["--credential-storage", &one, "--next"]);
    assert!(
        !none_left.status.success() && text(&none_left.stderr).contains("buy a ticketbook"),
        "{}",
        text(&none_left.stderr)
    );
    for ticket in [&spent[0], &spent[19], &spent[20]] {
        assert_eq!(network.accepts(ticket, "n1provider").await, 4);
    }
}

/// Forged and malformed payments are refused, and each refusal says that the ticket is not used up.
async fn wrong_payments(network: &Network, client: &Client) {
    let ticket = client.ticket();
    let good = body_of(&ticket);
    let mut forged = ticket.clone();
    forged.payment.t_type ^= 1;
    let (answer, consumed) = present_raw(network, &body_of(&forged)).await;
    assert_eq!((answer.as_str(), consumed.as_deref()), (r#"{"verified":{"Err":"InvalidTicket"}}"#, Some("no")));
    let mut of_no_epoch = ticket.clone();
    of_no_epoch.epoch_id = 99;
    for malformed in ["{", "{}", "[]", "null", "{\"credential\": 7}", &good[..good.len() / 2], &body_of(&of_no_epoch)] {
        let (answer, consumed) = present_raw(network, malformed).await;
        assert_eq!(consumed.as_deref(), Some("no"), "{malformed}: {answer}");
        assert!(!answer.is_empty());
    }
    assert_eq!(network.accepts(&ticket, "n1provider").await, 4, "no forgery uses a ticket up");
}

/// The same ticket, from a copy of the store, at two providers at the same time: at most one gets enough acceptances. The
/// signers find out who it was, and sell nothing to that client any more.
async fn a_ticket_spent_at_two_providers_at_once(network: &Network, client: &Client) {
    let copy = client.file("copy.db");
    for suffix in ["", "-wal"] {
        // What was written last may still be beside the database.
        let _ = fs::copy(client.file(&format!("client.db{suffix}")), format!("{copy}{suffix}"));
    }
    let first = client.ticket();
    let second = client.tickets(&["--credential-storage", &copy, "--next"]).remove(0);
    assert_eq!(first.payment.serial_numbers(), second.payment.serial_numbers());
    let threshold = network.chain.dkg().key_generations().await.unwrap().outgoing[0].threshold;
    let (at_first, at_second) = tokio::join!(network.accepts(&first, "n1one"), network.accepts(&second, "n1two"));
    assert!(at_first + at_second <= 4, "each signer accepts a ticket once");
    let threshold = usize::try_from(threshold).unwrap();
    assert!(at_first < threshold || at_second < threshold, "{at_first} and {at_second} of {threshold}");

    let key = client.user().public_key().to_base58();
    eventually("the blacklisting", async || {
        network.chain.ecash().blacklisted_account(&key).await.unwrap().is_some_and(|entry| entry.is_final())
    })
    .await;
    let before = network.chain.ecash().latest_deposit().await.unwrap();
    let refused = client.run(&["issue-ticket-book", "--client-config", &client.config()]);
    assert!(!refused.status.success());
    let words = text(&refused.stderr);
    assert!(words.contains("blacklisted") && words.contains("nothing was paid"), "{words}");
    assert_eq!(network.chain.ecash().latest_deposit().await.unwrap(), before);
}

/// A ticket that was made yesterday, and one whose ticketbook is over.
async fn a_ticket_of_another_day(network: &Network, client: &Client) {
    let ticket = client.ticket();
    for days in [2, 30] {
        network.chain.warp(Duration::from_secs(days * 86_400)).await;
        let refused = network.present(&ticket, "n1provider").await;
        let is_late = |verdict: &Option<_>| matches!(verdict, Some(Err(TicketRejection::InvalidSpentDate { .. })));
        assert!(refused.iter().all(is_late), "{refused:?}");
        let (_, consumed) = present_raw(network, &body_of(&ticket)).await;
        assert_eq!(consumed.as_deref(), Some("no"));
    }
    let refused = client.generate(&["--client-config", &client.config(), "--next"]);
    assert!(!refused.status.success() && text(&refused.stderr).contains("expired"), "{}", text(&refused.stderr));
}

fn body_of(ticket: &CredentialSpendingData) -> String {
    let body = VerifyEcashTicketBody { credential: ticket.clone(), gateway_cosmos_addr: "n1provider".into() };
    serde_json::to_string(&body).unwrap()
}

/// What the first signer answers, and what it says about the ticket.
async fn present_raw(network: &Network, body: &str) -> (String, Option<String>) {
    let url = network.signers[0].url().join("v1/ecash/verify-ecash-ticket").unwrap();
    let request = reqwest::Client::new().post(url).header("content-type", "application/json").body(body.to_owned());
    let response = request.send().await.unwrap();
    let consumed = response.headers().get("nym-consumed").map(|value| value.to_str().unwrap().to_owned());
    (response.text().await.unwrap(), consumed)
}

/// A client's folder, and the command line in its name.
struct Client {
    folder: PathBuf,
    env_file: String,
    signer_home: String,
}

impl Client {
    fn new(network: &Network, payer: &Account) -> Self {
        let folder = network.path("client");
        fs::create_dir(&folder).unwrap();
        let client = Self {
            env_file: network.env_file().to_str().unwrap().to_owned(),
            signer_home: network.signers[0].home.to_str().unwrap().to_owned(),
            folder,
        };
        fs::write(client.file("words"), &payer.words).unwrap();
        fs::set_permissions(client.file("words"), fs::Permissions::from_mode(0o600)).unwrap();
        let generate = ["mixnet", "operators", "identity-key", "generate", "--private-key", &client.file("key.pem")];
        assert!(command("nym-cli").args(generate).output().unwrap().status.success());
        let config = "[storage_paths]\ncredentials_database = \"client.db\"\n\
                      [storage_paths.keys]\nprivate_identity_key_file = \"key.pem\"\n";
        fs::write(client.config(), config).unwrap();
        client
    }

    fn file(&self, name: &str) -> String {
        self.folder.join(name).to_str().unwrap().to_owned()
    }

    fn config(&self) -> String {
        self.file("config.toml")
    }

    fn user(&self) -> SecretKeyUser {
        nym_cli::ecash::ClientFiles::read(self.config().as_ref()).unwrap().user().unwrap()
    }

    fn command(&self, arguments: &[&str]) -> std::process::Command {
        let mut command = command("nym-cli");
        command.args(["-c", &self.env_file, "--mnemonic-file", &self.file("words"), "-o", "json", "ecash"]);
        command.args(arguments).stdin(Stdio::null());
        command
    }

    fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    fn generate(&self, arguments: &[&str]) -> Output {
        let provider = bs58::encode(PROVIDER).into_string();
        self.run(&[&["generate-ticket", "--provider", &provider][..], arguments].concat())
    }

    fn tickets(&self, arguments: &[&str]) -> Vec<CredentialSpendingData> {
        let tickets = json(&self.generate(arguments));
        let decode = |ticket: &Value| {
            let bytes = bs58::decode(ticket["credential"].as_str().unwrap()).into_vec().unwrap();
            CredentialSpendingData::from_bytes(&bytes).unwrap()
        };
        tickets.as_array().unwrap().iter().map(decode).collect()
    }

    /// The next ticket of the client's own store.
    fn ticket(&self) -> CredentialSpendingData {
        self.tickets(&["--client-config", &self.config(), "--next"]).remove(0)
    }

    /// Buys and is killed when the deposit is made and no signer has answered. Returns the deposit's number.
    fn killed_after_its_deposit(&self, network: &mut Network) -> String {
        let mut buying = self.command(&["issue-ticket-book", "--client-config", &self.config()]);
        let mut buying = buying.stderr(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
        let mut steps = BufReader::new(buying.stderr.take().unwrap()).lines().map(Result::unwrap);
        assert!(steps.any(|step| step.starts_with("depositing ")));
        network.signers.iter_mut().for_each(|signer| signer.program().pause());
        let made = steps.find(|step| step.ends_with(" is made")).unwrap();
        buying.kill().unwrap();
        buying.wait().unwrap();
        network.signers.iter_mut().for_each(|signer| signer.program().resume());
        made.split(' ').nth(1).unwrap().to_owned()
    }

    /// What an operator sees.
    fn nym_api_status(&self, network: &Network) -> String {
        let arguments = ["-c", &self.env_file, "dkg", "status", "--json", "--folder", &self.signer_home];
        let output = command("nym-api").args(arguments).output().unwrap();
        assert!(output.status.success(), "{}", text(&output.stderr));
        assert_eq!(network.signers.len(), 4);
        text(&output.stdout)
    }
}

/// The JSON of a command that must succeed.
fn json(output: &Output) -> Value {
    assert!(output.status.success(), "{}", text(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {}", text(&output.stdout)))
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
