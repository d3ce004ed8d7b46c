//! What a person sees: a table that is drawn anew after every epoch on a terminal, plain lines in a pipe.

use std::{
    collections::BTreeMap,
    io::{self, IsTerminal, Write},
};

use comfy_table::{CellAlignment, Table, presets::UTF8_HORIZONTAL_ONLY};
use cosmwasm_std::Decimal;
use nym_mixnet_contract::types::{NodeId, NymNodeDetails, Role};

use crate::{crank::Roles, quorum::Standing, steps::Step};

/// Rows of the table; a set of hundreds does not fit on a screen.
const ROWS: usize = 30;

/// Standard output, as a screen or as lines.
pub struct Screen {
    terminal: bool,
    drawn_lines: usize,
}

/// What the table shows.
pub struct View<'a> {
    /// Height of the chain.
    pub height: u64,
    /// Absolute number of the current epoch.
    pub epoch: u32,
    /// Nodes as they stand.
    pub nodes: &'a [NymNodeDetails],
    /// Who has which role.
    pub roles: &'a Roles,
    /// What each node got last.
    pub rewards: &'a BTreeMap<NodeId, Decimal>,
    /// How the quorum stands, if there is one.
    pub quorum: Option<Standing>,
    /// Where the RPC answers.
    pub rpc: &'a str,
}

impl Screen {
    /// Standard output as it is.
    pub fn new() -> Self {
        Self { terminal: io::stdout().is_terminal(), drawn_lines: 0 }
    }

    /// A line of text.
    pub fn line(&mut self, text: &str) {
        self.drawn_lines = 0;
        write_out(&format!("{text}\n"));
    }

    /// The state of the network: the table on a terminal, one line in a pipe.
    pub fn show(&mut self, view: &View<'_>) {
        if !self.terminal {
            let total: Decimal = view.rewards.values().fold(Decimal::zero(), |sum, reward| sum + *reward);
            self.line(&format!(
                "epoch {} at height {}: {} nodes, {} with a role, last rewards {} NYM{}",
                view.epoch,
                view.height,
                view.nodes.len(),
                view.roles.len(),
                in_nym(total),
                view.quorum.map(|quorum| format!("; {}", standing(quorum))).unwrap_or_default()
            ));
            return;
        }
        let text = table(view);
        let lines = text.lines().count();
        let erase = if self.drawn_lines > 0 { format!("\x1b[{}A\x1b[J", self.drawn_lines) } else { String::new() };
        write_out(&format!("{erase}{text}\n"));
        self.drawn_lines = lines;
    }
}

impl Default for Screen {
    fn default() -> Self {
        Self::new()
    }
}

/// A step that is done: a line, before anything is drawn.
pub fn print_step(step: &Step) {
    let mark = if step.ok { "ok" } else { "FAILED" };
    write_out(&format!("{mark:>6}  {:<24} {:>7.2} s  {}\n", step.name, step.seconds, step.detail));
}

fn table(view: &View<'_>) -> String {
    let mut table = Table::new();
    table.load_preset(UTF8_HORIZONTAL_ONLY).set_header(["node", "owner", "role", "stake, NYM", "last reward, NYM"]);
    for column in [0, 3, 4] {
        if let Some(column) = table.column_mut(column) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    for node in view.nodes.iter().take(ROWS) {
        let node_id = node.bond_information.node_id;
        let stake = node.rewarding_details.operator + node.rewarding_details.delegates;
        table.add_row([
            node_id.to_string(),
            node.bond_information.owner.to_string(),
            view.roles.get(&node_id).map_or("-", |role| role_name(*role)).to_owned(),
            in_nym(stake),
            view.rewards.get(&node_id).map_or_else(|| "-".to_owned(), |reward| in_nym(*reward)),
        ]);
    }
    let hidden = view.nodes.len().saturating_sub(ROWS);
    let more = if hidden > 0 { format!("… and {hidden} more nodes\n") } else { String::new() };
    let quorum = view.quorum.map(|quorum| format!("{}\n", standing(quorum))).unwrap_or_default();
    format!(
        "{table}\n{more}{quorum}epoch {} · height {} · RPC {} · stop with Ctrl-C",
        view.epoch, view.height, view.rpc
    )
}

fn standing(quorum: Standing) -> String {
    let keys = match quorum.generation {
        Some(epoch) => format!("keys of epoch {epoch} in service"),
        None => "no keys in service".to_owned(),
    };
    let silent = match quorum.signers - quorum.answering {
        0 => String::new(),
        silent => format!(" ({silent} silent)"),
    };
    format!(
        "{} signers{silent}, {keys}{}, {} ticketbooks sold, {} tickets spent",
        quorum.signers,
        if quorum.ceremony { ", a ceremony runs" } else { "" },
        quorum.deposits,
        quorum.spent
    )
}

fn role_name(role: Role) -> &'static str {
    match role {
        Role::EntryGateway => "entry",
        Role::ExitGateway => "exit",
        Role::Layer1 => "layer 1",
        Role::Layer2 => "layer 2",
        Role::Layer3 => "layer 3",
        Role::Standby => "standby",
    }
}

/// Base units as NYM with two decimals.
fn in_nym(amount: Decimal) -> String {
    let units = amount.to_uint_floor().u128();
    format!("{}.{:02}", units / 1_000_000, units % 1_000_000 / 10_000)
}

/// A closed pipe is no reason to stop the network.
fn write_out(text: &str) {
    let mut out = io::stdout().lock();
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_shown_in_nym() {
        assert_eq!(in_nym(Decimal::from_ratio(1_234_567_u128, 1_u128)), "1.23");
        assert_eq!(in_nym(Decimal::zero()), "0.00");
    }
}
