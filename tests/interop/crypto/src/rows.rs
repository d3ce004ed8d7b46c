//! A piece of work measured on both sides.

use cpu_time::ThreadTime;
use serde_json::{Value, json};

/// How fast both sides are at one piece of work.
#[derive(Clone, Debug)]
pub struct Row {
    /// What is measured.
    pub work: &'static str,
    /// Our side, in `unit`.
    pub ours: f64,
    /// The published crate, in `unit`.
    pub peer: f64,
    /// What the figures are.
    pub unit: Unit,
    /// How many times faster ours must be at least; for rates, the rate.
    pub goal: f64,
}

/// Unit of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Milliseconds of processor time: less is better, and the goal is a ratio.
    Milliseconds,
    /// Payments a second on one core: more is better, and the goal is a rate.
    PaymentsPerSecond,
}

impl Row {
    /// Milliseconds of processor time of both, which take turns so that both see the same machine; the best of `rounds`.
    pub fn measure(
        work: &'static str,
        goal: f64,
        rounds: usize,
        peer_work: &mut dyn FnMut(),
        our_work: &mut dyn FnMut(),
    ) -> Self {
        let (mut ours, mut peer) = (f64::INFINITY, f64::INFINITY);
        for _ in 0..rounds.max(2) {
            peer = peer.min(milliseconds(peer_work));
            ours = ours.min(milliseconds(our_work));
        }
        Self { work, ours, peer, unit: Unit::Milliseconds, goal }
    }

    /// This row for one of `count` pieces that ours did at once.
    #[must_use]
    pub fn per_piece(mut self, count: u32) -> Self {
        self.ours /= f64::from(count);
        self
    }

    /// This row as pieces per second.
    #[must_use]
    pub fn per_second(self) -> Self {
        Self { ours: 1000.0 / self.ours, peer: 1000.0 / self.peer, unit: Unit::PaymentsPerSecond, ..self }
    }

    /// How many times faster ours is.
    pub fn ratio(&self) -> f64 {
        match self.unit {
            Unit::Milliseconds => self.peer / self.ours,
            Unit::PaymentsPerSecond => self.ours / self.peer,
        }
    }

    /// Whether the goal is reached.
    pub fn holds(&self) -> bool {
        match self.unit {
            Unit::Milliseconds => self.ratio() >= self.goal,
            Unit::PaymentsPerSecond => self.ours >= self.goal,
        }
    }

    /// The row for programs.
    pub fn to_json(&self, machine: &str) -> Value {
        json!({
            "work": self.work, "ours": round(self.ours), "peer": round(self.peer), "unit": self.unit.name(),
            "ratio": round(self.ratio()), "goal": self.goal, "holds": self.holds(), "machine": machine,
        })
    }

    /// The row of a Markdown table, see [`HEADER`].
    pub fn to_markdown(&self) -> String {
        let figure = |value: f64| match self.unit {
            Unit::Milliseconds => format!("{value:.2} ms"),
            Unit::PaymentsPerSecond => format!("{value:.0}/s"),
        };
        let goal = match self.unit {
            Unit::Milliseconds => format!("{}x", self.goal),
            Unit::PaymentsPerSecond => format!("{}/s", self.goal),
        };
        let holds = if self.holds() { "yes" } else { "NO" };
        format!(
            "| {} | {} | {} | {:.1}x | {goal} | {holds} |",
            self.work,
            figure(self.ours),
            figure(self.peer),
            self.ratio()
        )
    }
}

/// The head of the table that [`Row::to_markdown`] makes rows of.
pub const HEADER: &str = "| Work | ours | published crate | faster | goal | holds |\n|---|---|---|---|---|---|";

impl Unit {
    fn name(self) -> &'static str {
        match self {
            Self::Milliseconds => "ms",
            Self::PaymentsPerSecond => "payments/s",
        }
    }
}

/// The thread's own clock: other load on the machine disturbs it little.
fn milliseconds(work: &mut dyn FnMut()) -> f64 {
    let start = ThreadTime::now();
    work();
    start.elapsed().as_secs_f64() * 1000.0
}

fn round(value: f64) -> f64 {
    (value * 1000.0).round() / 1000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ratios_and_goals() {
        let row = Row { work: "w", ours: 2.0, peer: 20.0, unit: Unit::Milliseconds, goal: 10.0 };
        assert!(row.holds() && row.ratio() == 10.0);
        assert!(!Row { goal: 10.1, ..row.clone() }.holds());
        let rate = row.clone().per_piece(2).per_second();
        assert_eq!((rate.ours, rate.peer, rate.ratio()), (1000.0, 50.0, 20.0));
        assert!(rate.holds() && !Row { goal: 1001.0, ..rate }.holds());
        assert_eq!(row.to_json("m")["holds"], true);
        assert_eq!(row.to_markdown(), "| w | 2.00 ms | 20.00 ms | 10.0x | 10x | yes |");
    }
}
