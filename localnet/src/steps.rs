//! The walk's steps: what was done, how long it took, and whether reading it back from the
//! chain showed what it should.

use std::{future::Future, time::Instant};

use serde::Serialize;

use crate::error::LocalnetError;

/// One step of the walk.
#[derive(Clone, Debug, Serialize)]
pub struct Step {
    /// Name, for instance `bond`.
    pub name: String,
    /// Wall-clock seconds.
    pub seconds: f64,
    /// Whether the chain, read back, showed what the step should have done.
    pub ok: bool,
    /// What was seen: a figure when it held, the difference when it did not.
    pub detail: String,
}

/// What a step's check found.
pub struct Outcome {
    ok: bool,
    detail: String,
}

impl Outcome {
    /// The step held.
    pub fn held(detail: impl Into<String>) -> Self {
        Self { ok: true, detail: detail.into() }
    }

    /// The chain shows something else than expected.
    pub fn broken(detail: impl Into<String>) -> Self {
        Self { ok: false, detail: detail.into() }
    }

    /// What is wrong, if anything is.
    pub fn broken_detail(&self) -> Option<&str> {
        (!self.ok).then_some(self.detail.as_str())
    }

    /// Holds if nothing is listed as wrong; otherwise lists the first few of it.
    pub fn of(wrong: &[String], detail: impl Into<String>) -> Self {
        match wrong {
            [] => Self::held(detail),
            [first] => Self::broken(first.clone()),
            [first, rest @ ..] => Self::broken(format!("{first} (and {} more)", rest.len())),
        }
    }
}

/// All steps so far.
pub struct Steps {
    steps: Vec<Step>,
    announce: fn(&Step),
}

impl Steps {
    /// None yet; each is announced when it is done.
    pub fn announced_by(announce: fn(&Step)) -> Self {
        Self { steps: Vec::new(), announce }
    }

    /// Runs a step and records it. A failure is recorded and handed on, since what comes
    /// later builds on it; a check that does not hold is recorded only.
    pub async fn run<T, F>(&mut self, name: &str, work: F) -> Result<T, LocalnetError>
    where
        F: Future<Output = Result<(T, Outcome), LocalnetError>>,
    {
        let started = Instant::now();
        let result = work.await;
        let seconds = started.elapsed().as_secs_f64();
        let (value, outcome) = match result {
            Ok((value, outcome)) => (Ok(value), outcome),
            Err(error) => {
                let outcome = Outcome::broken(error.to_string());
                (Err(error), outcome)
            }
        };
        tracing::info!(step = name, ok = outcome.ok, "{}", outcome.detail);
        let step = Step { name: name.to_owned(), seconds, ok: outcome.ok, detail: outcome.detail };
        (self.announce)(&step);
        self.steps.push(step);
        value
    }

    /// The steps in the order they were done.
    pub fn list(&self) -> &[Step] {
        &self.steps
    }

    /// True if there were steps and every one of them held.
    pub fn all_held(&self) -> bool {
        !self.steps.is_empty() && self.steps.iter().all(|step| step.ok)
    }
}
