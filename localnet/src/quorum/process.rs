//! A signer as a process of its own: `nym-api run`, with its configuration, its log and its end.

use std::{
    env, fs, io,
    path::{Path, PathBuf},
    process::{ExitStatus, Stdio},
    time::Duration,
};

use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use nym_api_requests::NymApiClient;
use tokio::{
    process::{ChildStdin, Command},
    sync::watch,
    task::JoinHandle,
    time::Instant,
};

use crate::error::LocalnetError;

/// How long a program may take until it answers.
const START_PATIENCE: Duration = Duration::from_secs(60);
/// How long it may take to write what it has to write once it was told to end.
const STOP_PATIENCE: Duration = Duration::from_secs(15);
/// The pause between two questions whether it answers.
const LOOK: Duration = Duration::from_millis(50);
/// Has it end with this process, however that ends: its input is a pipe from here.
const ENDS_WITH_US: &str = "--until-stdin-ends";
/// Variables that are handed on. Those of nym-api stay here: the configuration is all that a signer goes by.
const ENVIRONMENT: [&str; 5] = ["HOME", "PATH", "RUST_BACKTRACE", "RUST_LOG", "TMPDIR"];
/// Lines of a log that an error quotes.
const QUOTED_LINES: usize = 3;

/// A program that runs. It is killed when this is dropped; [`Process::stop`] lets it end by itself.
#[derive(Debug)]
pub struct Process {
    pid: u32,
    command: Vec<String>,
    log: PathBuf,
    // Never written to. The system closes it when this process ends, also when it is killed.
    _input: ChildStdin,
    ended: watch::Receiver<Option<Ended>>,
    watcher: JoinHandle<()>,
}

/// How a program ended, in words.
type Ended = String;

impl Process {
    /// Starts the program; what it writes to its outputs is added to the file `log`.
    pub fn start(program: &Path, arguments: &[&str], log: &Path) -> Result<Self, LocalnetError> {
        let output = |source| LocalnetError::Write { file: log.to_owned(), source };
        let errors = fs::OpenOptions::new().create(true).append(true).open(log).map_err(output)?;
        let outputs = errors.try_clone().map_err(output)?;
        let mut child = Command::new(program)
            .args(arguments)
            .arg(ENDS_WITH_US)
            .env_clear()
            .envs(ENVIRONMENT.iter().filter_map(|name| Some((name, env::var_os(name)?))))
            .stdin(Stdio::piped())
            .stdout(outputs)
            .stderr(errors)
            .kill_on_drop(true)
            .spawn()
            .map_err(|source| LocalnetError::Program { file: program.to_owned(), source })?;
        let pid = child.id().expect("nobody has waited for it yet");
        let input = child.stdin.take().expect("it has been asked for");
        let (sender, ended) = watch::channel(None);
        let watcher = tokio::spawn(async move {
            let how = words(child.wait().await);
            sender.send_replace(Some(how));
        });
        let command = std::iter::once(program.display().to_string());
        let command = command.chain(arguments.iter().map(|&argument| argument.to_owned())).collect();
        Ok(Self { pid, command, log: log.to_owned(), _input: input, ended, watcher })
    }

    /// Number of the process.
    pub fn pid(&self) -> u32 {
        self.pid
    }

    /// Program and arguments, as somebody would type them to start it again.
    pub fn command(&self) -> &[String] {
        &self.command
    }

    /// Where its outputs go.
    pub fn log(&self) -> &Path {
        &self.log
    }

    /// How it ended, if it has.
    pub fn ended(&self) -> Option<Ended> {
        self.ended.borrow().clone()
    }

    /// Returns once its API answers.
    pub async fn serves(&self, api: &NymApiClient) -> Result<(), String> {
        let deadline = Instant::now() + START_PATIENCE;
        loop {
            if let Some(how) = self.ended() {
                return Err(format!("it {how}; its log {} ends with: {}", self.log.display(), self.last_lines()));
            }
            if api.signer_status().await.is_ok() {
                return Ok(());
            }
            if Instant::now() > deadline {
                let patience = START_PATIENCE.as_secs();
                return Err(format!("it does not answer after {patience} s; see its log {}", self.log.display()));
            }
            tokio::time::sleep(LOOK).await;
        }
    }

    /// Tells it to end and waits until it has; one that does not is killed.
    pub async fn stop(mut self) {
        if self.ended().is_none() {
            // The process is there or not yet waited for, so the number is nobody else's.
            let told = i32::try_from(self.pid).map(|pid| kill(Pid::from_raw(pid), Signal::SIGTERM));
            tracing::debug!(pid = self.pid, ?told, "told to end");
            let end = self.ended.wait_for(Option::is_some);
            if tokio::time::timeout(STOP_PATIENCE, end).await.is_err() {
                tracing::warn!(pid = self.pid, log = %self.log.display(), "it does not end and is killed");
            }
        }
    }

    fn last_lines(&self) -> String {
        let text = fs::read_to_string(&self.log).unwrap_or_default();
        let lines: Vec<&str> = text.lines().collect();
        lines[lines.len().saturating_sub(QUOTED_LINES)..].join(" / ")
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // With the task goes the child, and with it the process.
        self.watcher.abort();
    }
}

/// The program of this name beside the one that runs.
pub fn beside(name: &str) -> Result<PathBuf, LocalnetError> {
    let own = env::current_exe().map_err(|source| LocalnetError::Program { file: name.into(), source })?;
    Ok(own.with_file_name(name))
}

fn words(status: io::Result<ExitStatus>) -> Ended {
    match status {
        Ok(status) => format!("ended ({status})"),
        Err(error) => format!("cannot be watched ({error})"),
    }
}
