//! Requests to one signer, and what its process spends on them.

use std::{fs, time::Instant};

use anyhow::{Context, Result, ensure};
use futures::{StreamExt, TryStreamExt};

/// A signer's process.
pub struct Signer {
    url: String,
    pid: u64,
    http: reqwest::Client,
}

/// What answering requests took.
pub struct Load {
    /// The answers, in the order of the requests.
    pub answers: Vec<String>,
    processor_seconds: f64,
}

impl Load {
    /// Requests per second of the process's own processor time.
    #[allow(clippy::cast_precision_loss, reason = "a few thousand requests")]
    pub fn per_core(&self) -> f64 {
        self.answers.len() as f64 / self.processor_seconds
    }
}

impl Signer {
    /// A signer by the base URL of its API and its process.
    pub fn new(url: &str, pid: u64) -> Self {
        Self { url: url.to_owned(), pid, http: reqwest::Client::new() }
    }

    /// Posts all bodies, so many at a time; every answer must be a success.
    pub async fn load(&self, route: &str, bodies: &[Vec<u8>], at_a_time: usize) -> Result<Load> {
        let url = format!("{}v1/ecash/{route}", self.url);
        let (processor, started) = (self.processor_seconds()?, Instant::now());
        let answers: Vec<String> = futures::stream::iter(bodies)
            .map(|body| {
                let request = self.http.post(&url).header("content-type", "application/json").body(body.clone());
                async move {
                    let response = request.send().await?;
                    let (status, text) = (response.status(), response.text().await?);
                    ensure!(status.is_success() && !text.contains("Err"), "{route}: {status}: {text}");
                    Ok(text)
                }
            })
            .buffered(at_a_time)
            .try_collect()
            .await?;
        let processor_seconds = self.processor_seconds()? - processor;
        let wall = started.elapsed().as_secs_f64();
        eprint(&format!(
            "{route}: {} in {wall:.1} s, {processor_seconds:.1} s of the signer's processor time",
            bodies.len()
        ));
        Ok(Load { answers, processor_seconds })
    }

    /// User and system time so far; the kernel counts in hundredths.
    fn processor_seconds(&self) -> Result<f64> {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.pid)).context("the signer has ended")?;
        // After the name in brackets: state is field 0, user time 11, system time 12.
        let rest = stat.rsplit(')').next().unwrap_or_default();
        let fields: Vec<&str> = rest.split_whitespace().collect();
        let ticks = |field: usize| -> Result<f64> { Ok(fields.get(field).context("a short stat file")?.parse()?) };
        Ok((ticks(11)? + ticks(12)?) / 100.0)
    }

    /// The most memory that the process has had, in millions of bytes.
    pub fn peak_megabytes(&self) -> Result<f64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.pid)).context("the signer has ended")?;
        let line =
            status.lines().find_map(|line| line.strip_prefix("VmHWM:")).context("no memory in the status file")?;
        let kibibytes: f64 = line.trim().trim_end_matches("kB").trim().parse()?;
        Ok(kibibytes * 1024.0 / 1e6)
    }
}

#[allow(clippy::print_stderr, reason = "progress for whoever waits")]
fn eprint(line: &str) {
    eprintln!("{line}");
}
