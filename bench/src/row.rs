//! Rows: what was measured, against what, and whether the promise holds.

use std::fs;

use serde::Serialize;

/// Which side of the goal is good.
#[derive(Clone, Copy)]
pub enum Goal {
    /// Ours has to stay below this figure.
    Below(f64),
    /// Ours has to exceed this figure.
    Above(f64),
}

/// One measured work.
#[derive(Serialize)]
pub struct Row {
    /// What is measured.
    pub work: String,
    /// Our figure, in `unit`.
    pub ours: f64,
    /// The peer's figure in the same run, where there is a peer at hand.
    pub peer: Option<f64>,
    /// Unit of both figures.
    pub unit: &'static str,
    /// How many times better than the peer we are.
    pub ratio: Option<f64>,
    /// The figure or ratio to reach.
    pub goal: String,
    /// Whether it is reached.
    pub holds: bool,
    /// Processor and number of cores.
    pub machine: String,
}

impl Row {
    /// A row judged by an absolute goal.
    pub fn new(work: impl Into<String>, ours: f64, unit: &'static str, goal: Goal) -> Self {
        let (goal, holds) = match goal {
            Goal::Below(most) => (format!("< {most}"), ours < most),
            Goal::Above(least) => (format!("> {least}"), ours > least),
        };
        Self { work: work.into(), ours, peer: None, unit, ratio: None, goal, holds, machine: machine() }
    }

    /// Adds the peer's figure, where there is one; more is better.
    pub fn against_rate(mut self, peer: Option<f64>) -> Self {
        self.ratio = peer.map(|peer| self.ours / peer);
        self.peer = peer;
        self
    }

    /// Also has to be so many times better than the peer, where there is one.
    pub fn at_least_times(mut self, times: f64) -> Self {
        self.goal += &format!(", {times}x");
        self.holds &= self.ratio.is_none_or(|ratio| ratio >= times);
        self
    }
}

/// The table for people.
pub fn table(rows: &[Row]) -> String {
    let mut text =
        format!("{:<58} {:>12} {:>12} {:<9} {:>7} {:>12}  holds\n", "work", "ours", "peer", "unit", "ratio", "goal");
    let optional = |value: Option<f64>| value.map_or_else(|| "-".to_owned(), |value| format!("{value:.2}"));
    for row in rows {
        text += &format!(
            "{:<58} {:>12.2} {:>12} {:<9} {:>7} {:>12}  {}\n",
            row.work,
            row.ours,
            optional(row.peer),
            row.unit,
            optional(row.ratio),
            row.goal,
            if row.holds { "yes" } else { "NO" },
        );
    }
    text
}

/// Processor name and number of cores.
pub fn machine() -> String {
    let cpu = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let name = cpu
        .lines()
        .find_map(|line| line.strip_prefix("model name"))
        .and_then(|rest| rest.split_once(':'))
        .map_or("unknown processor", |(_, name)| name.trim());
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    format!("{name}, {cores} cores")
}

/// The median of some figures; they are few and finite.
pub fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures.get(figures.len() / 2).copied().unwrap_or(f64::NAN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn goals_judge_both_directions() {
        assert!(Row::new("fast", 10.0, "ms", Goal::Below(11.0)).holds);
        assert!(!Row::new("slow", 12.0, "ms", Goal::Below(11.0)).holds);
        assert!(Row::new("many", 12.0, "tx/s", Goal::Above(11.0)).against_rate(Some(6.0)).ratio == Some(2.0));
        let against = |peer| Row::new("many", 12.0, "tx/s", Goal::Above(11.0)).against_rate(peer).at_least_times(5.0);
        assert!(against(Some(2.0)).holds && !against(Some(3.0)).holds && against(None).holds);
        assert!(!Row::new("few", 10.0, "tx/s", Goal::Above(11.0)).holds);
    }

    #[test]
    fn the_median_ignores_an_outlier() {
        assert!((median(vec![3.0, 1.0, 100.0]) - 3.0).abs() < f64::EPSILON);
    }
}
