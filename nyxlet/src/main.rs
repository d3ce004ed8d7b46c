//! The command line of the embedded chain.

use std::{
    io::{IsTerminal as _, Write as _},
    net::SocketAddr,
    path::PathBuf,
    process::ExitCode,
    time::Duration,
};

use clap::Parser;
use nyxlet::{Config, Handle, Nyxlet, chain::Mining, clock::Nanos, mnemonic::PUBLIC_MNEMONIC};
use tracing_subscriber::EnvFilter;

/// Blocks are many small allocations on several threads; the C library's allocator takes a fifth of their time.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// A Nym chain in one process: real contracts, the RPC of a CometBFT node, block time under your control.
#[derive(Parser)]
#[command(name = "nyxlet", version)]
struct Options {
    /// Words whose accounts are funded. Prefer the environment variable: other users see the command line. The default is
    /// public: never send anything of value to its accounts.
    #[arg(long, env = "NYXLET_MNEMONIC", default_value = PUBLIC_MNEMONIC, hide_env_values = true)]
    mnemonic: String,
    /// How many accounts of the mnemonic are funded, at m/44'/118'/0'/0/0 and on: 10, or none with --load-state.
    #[arg(long, short)]
    accounts: Option<u32>,
    /// What each account gets, in base units of unym and of unyx.
    #[arg(long, default_value_t = 1_000_000_000_000_000)]
    balance: u128,
    /// The chain's id.
    #[arg(long, default_value = "nyx")]
    chain_id: String,
    /// Produce a block every so many seconds (fractions allowed) instead of whenever a transaction waits.
    #[arg(long, short, value_name = "SECONDS", value_parser = parse_seconds)]
    block_time: Option<Duration>,
    /// With --block-time: produce a block whenever a transaction waits, too.
    #[arg(long, requires = "block_time")]
    mixed_mining: bool,
    /// Produce blocks only on `nyxlet_mine`.
    #[arg(long, conflicts_with = "block_time")]
    no_mining: bool,
    /// Where the RPC listens; port 0 picks a free one.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:26657")]
    rpc: SocketAddr,
    /// Keep the chain in this folder; without it, in memory until the program ends.
    #[arg(long, value_name = "DIR")]
    home: Option<PathBuf>,
    /// Begin with the state of another chain: the file that `nyxd export` writes, or a node's genesis.json. Its chain id
    /// and heights go on here; every account and contract is there, with its balance and storage.
    #[arg(long, value_name = "FILE", conflicts_with = "chain_id")]
    load_state: Option<PathBuf>,
    /// Time of a new chain's first block, in RFC 3339; now without it. With --no-mining later blocks follow it at the
    /// interval that nyxlet_mine is given.
    #[arg(long, value_name = "TIME", value_parser = parse_time)]
    genesis_time: Option<Nanos>,
    /// Print nothing but errors.
    #[arg(long, short)]
    quiet: bool,
}

fn parse_seconds(text: &str) -> Result<Duration, String> {
    let seconds = text.parse().ok().and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    seconds.filter(|duration| !duration.is_zero()).ok_or_else(|| "give a number of seconds above 0".into())
}

fn parse_time(text: &str) -> Result<Nanos, String> {
    Nanos::parse_rfc3339(text).ok_or_else(|| "give a time like 2026-11-24T12:00:00Z".into())
}

/// Gives freed memory back at once: what compiling a contract takes would stay for as long as the chain runs. With huge
/// pages (switched off by the crate's feature) too little of it is ever free as a whole.
fn return_freed_memory() {
    /// `mi_option_purge_delay` of mimalloc.h, in milliseconds.
    const PURGE_DELAY: std::ffi::c_int = 15;
    #[allow(
        unsafe_code,
        reason = "a plain C call that sets a number; nothing else runs yet, which is all that it asks for"
    )]
    // SAFETY: called first thing in `main`, before there are other threads.
    unsafe {
        libmimalloc_sys::mi_option_set(PURGE_DELAY, 1);
    }
}

fn main() -> ExitCode {
    return_freed_memory();
    let options = Options::parse();
    let default_level = if options.quiet { "error" } else { "warn,nyxlet=info" };
    tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::try_from_env("NYXLET_LOG").unwrap_or_else(|_| EnvFilter::new(default_level)))
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .with_target(false)
        .init();
    match run(&options) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Nothing can be done when the error stream is closed, too.
            let _ = writeln!(std::io::stderr(), "nyxlet: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(options: &Options) -> Result<(), Box<dyn std::error::Error>> {
    let mining = match options.block_time {
        Some(interval) if options.mixed_mining => Mining::Mixed(interval),
        Some(interval) => Mining::Interval(interval),
        None if options.no_mining => Mining::Manual,
        None => Mining::OnDemand,
    };
    let handle = Nyxlet::start(Config {
        chain_id: options.chain_id.clone(),
        mnemonic: options.mnemonic.clone(),
        accounts: options.accounts.unwrap_or(if options.load_state.is_some() { 0 } else { 10 }),
        balance: options.balance,
        mining,
        rpc: options.rpc,
        home: options.home.clone(),
        load_state: options.load_state.clone(),
        genesis_time: options.genesis_time,
        ..Config::default()
    })?;
    if !options.quiet {
        // A closed pipe is no reason to stop the chain.
        let _ = introduce(options, &handle);
    }
    let signals = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    signals.block_on(async {
        let mut terminated = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
        tokio::select! {
            interrupted = tokio::signal::ctrl_c() => interrupted,
            _ = terminated.recv() => Ok(()),
        }
    })?;
    drop(handle);
    Ok(())
}

/// Prints what a user needs to begin.
fn introduce(options: &Options, handle: &Handle) -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    if !handle.accounts().is_empty() {
        writeln!(out, "Accounts, {} unym and {} unyx each\n", options.balance, options.balance)?;
    }
    for account in handle.accounts() {
        writeln!(out, "({}) {}", account.index, account.address)?;
    }
    let words = if options.mnemonic == PUBLIC_MNEMONIC {
        format!("{PUBLIC_MNEMONIC}\n          (public: never send anything of value to these accounts)")
    } else {
        "(yours)".to_owned()
    };
    writeln!(out, "\nMnemonic  {words}")?;
    writeln!(out, "Path      m/44'/118'/0'/0/i")?;
    writeln!(out, "Chain id  {}", handle.chain().genesis().chain_id)?;
    let kept = options.home.as_ref().map_or("in memory".to_owned(), |home| home.display().to_string());
    writeln!(out, "Kept      {kept}")?;
    writeln!(out, "RPC       {}", handle.rpc_url())?;
    writeln!(out, "Websocket {}\n", handle.websocket_url())?;
    out.flush()
}
