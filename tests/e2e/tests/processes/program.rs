//! Programs as processes: started with their words going to a file, killed, stopped and continued by their ids.

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::atomic::{AtomicU16, Ordering},
};

/// A running program. It is killed when it is dropped.
pub struct Program {
    name: String,
    child: Child,
    log: PathBuf,
}

impl Program {
    /// Starts a program that stands beside the tests; what it says is added to a file.
    pub fn start(name: &str, arguments: &[&str], log: &Path) -> Self {
        let words = File::options().create(true).append(true).open(log).unwrap();
        let child = command(name)
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(words.try_clone().unwrap())
            .stderr(words)
            .spawn()
            .unwrap();
        Self { name: name.to_owned(), child, log: log.to_owned() }
    }

    /// Ends it at once, as a power cut does.
    pub fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Asks it to end and waits until it has. Returns whether it says that all went well.
    pub fn stop(&mut self) -> bool {
        self.signal("TERM");
        self.child.wait().unwrap().success()
    }

    /// Lets it stand still: its sockets stay open and nothing answers.
    pub fn pause(&self) {
        self.signal("STOP");
    }

    /// Lets it go on.
    pub fn resume(&self) {
        self.signal("CONT");
    }

    /// Whether it still runs.
    pub fn is_running(&mut self) -> bool {
        self.child.try_wait().unwrap().is_none()
    }

    /// All that it said.
    pub fn words(&self) -> String {
        String::from_utf8_lossy(&fs::read(&self.log).unwrap()).into_owned()
    }

    /// The most memory that it ever held, in KiB.
    pub fn peak_memory(&self) -> u64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
        line.split_whitespace().nth(1).unwrap().parse().unwrap()
    }

    fn signal(&self, name: &str) {
        let sent = Command::new("kill").args([format!("-{name}"), self.child.id().to_string()]).status().unwrap();
        assert!(sent.success(), "{} takes no signal {name}", self.name);
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        if self.is_running() {
            // One that stands still is killed as well.
            let _ = self.child.kill();
            let _ = self.child.wait();
        }
        if std::thread::panicking() {
            let words = self.words();
            let last: Vec<&str> = words.lines().rev().take(12).collect();
            eprintln!("the last words of {} in {}:", self.name, self.log.display());
            last.iter().rev().for_each(|line| eprintln!("  {line}"));
        }
    }
}

/// A program in a clean environment.
pub fn command(name: &str) -> Command {
    let test = std::env::current_exe().unwrap();
    let program = test.ancestors().nth(2).unwrap().join(name);
    assert!(
        program.exists(),
        "{} is missing: build it with cargo build --release --workspace --bins",
        program.display()
    );
    let mut command = Command::new(program);
    command.env_clear();
    for kept in ["RUST_LOG", "NYXLET_LOG"] {
        if let Ok(value) = std::env::var(kept) {
            command.env(kept, value);
        }
    }
    command
}

/// A port for a program that is killed and started again. Below those that the system gives to outgoing connections, so
/// that none of them takes it in between.
pub fn port() -> u16 {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    loop {
        let begin = u16::try_from(std::process::id() % 300).unwrap() * 40;
        let port = 20_000 + begin + NEXT.fetch_add(1, Ordering::Relaxed) % 40;
        if std::net::TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return port;
        }
    }
}
