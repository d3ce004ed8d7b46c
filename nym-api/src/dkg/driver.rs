//! The task that takes the steps, one after another, for as long as the service runs.

use std::time::Duration;

use super::contracts::Contracts;
use super::controller::{Controller, Pass};
use super::facts::Phase;
use super::{CeremonyError, ChainError};
use crate::shutdown::Shutdown;

/// The longest pause while the chain does not answer.
const LONGEST_SILENCE: Duration = Duration::from_secs(60);

/// How often the chain is looked at.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    /// While a key generation runs.
    pub running: Duration,
    /// While none does.
    pub idle: Duration,
}

/// Takes part in key generations until the end of the service. A step that is under way then is dropped; the next start
/// finds out from the chain how far it came.
pub async fn run<C: Contracts>(mut controller: Controller<C>, pace: Pace, shutdown: Shutdown) {
    let mut complaints = Complaints::default();
    let mut silence = Duration::ZERO;
    while !shutdown.is_triggered() {
        let pass = tokio::select! {
            pass = controller.pass() => pass,
            () = shutdown.triggered() => return,
        };
        let running = matches!(controller.phase(), Some(phase) if phase != Phase::InProgress && phase != Phase::WaitingInitialisation);
        let interval = if running { pace.running } else { pace.idle };
        let pause = match pass {
            Ok(Pass::Did(step)) => {
                tracing::info!(?step, "done for the key generation");
                silence = Duration::ZERO;
                complaints.forget();
                Duration::ZERO
            }
            Ok(Pass::Failed(step, error)) => {
                silence = Duration::ZERO;
                // Whoever is late with a step that any may do is told so by the contract: nothing to worry about.
                if error.is_refusal() && step.is_for_any() {
                    tracing::debug!(?step, %error, "another signer was faster");
                } else {
                    complaints.tell(&format!("{step:?}: {error}"));
                }
                Duration::ZERO
            }
            Ok(Pass::Idle(turn)) => {
                silence = Duration::ZERO;
                turn.map_or(interval, |turn| turn.min(interval))
            }
            Err(CeremonyError::Chain(ChainError::Moved)) => Duration::ZERO,
            Err(error) => {
                complaints.tell(&error.to_string());
                silence = (silence * 2).clamp(interval, LONGEST_SILENCE.max(interval));
                silence
            }
        };
        if !pause.is_zero() && !shutdown.sleep(pause).await {
            return;
        }
    }
}

/// Keeps the log readable: the same complaint is written the first, second, fourth, eighth … time.
#[derive(Debug, Default)]
struct Complaints {
    last: String,
    times: u32,
}

impl Complaints {
    fn tell(&mut self, complaint: &str) {
        if self.last == complaint {
            self.times = self.times.saturating_add(1);
        } else {
            (self.last, self.times) = (complaint.to_owned(), 1);
        }
        if self.times.is_power_of_two() {
            tracing::warn!(times = self.times, "key generation: {complaint}");
        }
    }

    fn forget(&mut self) {
        self.last.clear();
        self.times = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::Complaints;

    #[test]
    fn the_same_complaint_is_counted_and_another_begins_anew() {
        let mut complaints = Complaints::default();
        for _ in 0..5 {
            complaints.tell("no answer");
        }
        assert_eq!(complaints.times, 5);
        complaints.tell("refused");
        assert_eq!(complaints.times, 1);
        complaints.forget();
        complaints.tell("refused");
        assert_eq!(complaints.times, 1);
    }
}
