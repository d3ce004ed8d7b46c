//! What a scenario needs of a chain.

use cosmwasm_std::{Addr, Coin, Event};

/// Number of stored code.
pub type CodeId = u64;

/// Why a message, a question or a deployment was refused: the engine's whole text. Scenarios look
/// for the contract's own words in it, because every engine wraps them differently.
pub type Refusal = String;

/// A scenario under its name. `run` wants an engine of its own and panics where the contract fails.
pub struct Scenario<E> {
    /// What is checked, as one would name a test.
    pub name: &'static str,
    /// Checks it.
    pub run: fn(&mut E),
}

/// A contract that engines can store.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Contract {
    /// The mixnet contract.
    Mixnet,
    /// The group of signers.
    Group,
    /// The multisig in which they vote.
    Multisig,
    /// The board of their ceremonies.
    Dkg,
    /// Deposits, the blacklist and payments.
    Ecash,
}

impl Contract {
    /// Name of the wasm file without its ending, in `target/contracts`.
    #[must_use]
    pub const fn artefact(self) -> &'static str {
        match self {
            Contract::Mixnet => "mixnet_contract",
            Contract::Group => "cw4_group",
            Contract::Multisig => "cw3_flex_multisig",
            Contract::Dkg => "nym_coconut_dkg",
            Contract::Ecash => "nym_ecash",
        }
    }
}

/// What a transaction did.
#[derive(Clone, Debug)]
pub struct Executed {
    /// Block that the transaction is in.
    pub height: u64,
    /// Everything that was reported, as a chain does it: contract events with the prefix `wasm-`
    /// and `_contract_address` as their first attribute. Events of other modules may be among them.
    pub events: Vec<Event>,
    /// The contract's own answer, if it gave one.
    pub data: Option<Vec<u8>>,
}

/// A chain under test, with one user who waits for every answer.
///
/// - Addresses have the prefix `n`; the denominations `unym` and `unyx` exist.
/// - Every message is one transaction. It either takes effect as a whole or is refused as a whole.
/// - Fees never come out of the balances that [`Engine::balance`] shows: run the chain with a
///   minimum gas price of zero, or let another account pay.
/// - Time stands still except for [`Engine::advance_time`], give or take less than two seconds over a whole
///   scenario: epochs in scenarios last an [`Engine::hour`] and never end by themselves. On a chain whose time nobody
///   moves that hour is some seconds long, and a scenario must get to its next wait within it.
pub trait Engine {
    /// The address of the account called `name`, which is made on first use and given `funds` on
    /// top of what it has.
    fn account(&mut self, name: &str, funds: &[Coin]) -> Addr;

    /// Stores a contract's code.
    fn store(&mut self, contract: Contract) -> CodeId;

    /// Instantiates stored code with the JSON `message`; `admin` may migrate the contract.
    ///
    /// # Errors
    /// When the contract or the engine refuses.
    fn instantiate(
        &mut self,
        sender: &Addr,
        code: CodeId,
        message: &[u8],
        funds: &[Coin],
        admin: Option<&Addr>,
    ) -> Result<Addr, Refusal>;

    /// Sends the JSON `message` with `funds` to a contract.
    ///
    /// # Errors
    /// When the contract or the engine refuses.
    fn execute(&mut self, sender: &Addr, contract: &Addr, message: &[u8], funds: &[Coin]) -> Result<Executed, Refusal>;

    /// Migrates a contract to `code` with the JSON `message`; the sender is its wasm admin.
    ///
    /// # Errors
    /// When the contract or the engine refuses.
    fn migrate(&mut self, sender: &Addr, contract: &Addr, code: CodeId, message: &[u8]) -> Result<(), Refusal>;

    /// Asks a contract the JSON question `message`; the answer is JSON.
    ///
    /// # Errors
    /// When the contract or the engine refuses.
    fn query(&mut self, contract: &Addr, message: &[u8]) -> Result<Vec<u8>, Refusal>;

    /// The bytes under a key of a contract's storage.
    fn query_raw(&mut self, contract: &Addr, key: &[u8]) -> Option<Vec<u8>>;

    /// Sends coins from one account to another address.
    fn send(&mut self, from: &Addr, to: &Addr, coins: &[Coin]);

    /// Base units of `denom` that an account or contract holds.
    fn balance(&mut self, address: &Addr, denom: &str) -> u128;

    /// Lets `seconds` pass and makes a block.
    fn advance_time(&mut self, seconds: u64);

    /// Lets time pass up to this moment (seconds since the start of 1970); nothing happens when it is over already.
    fn advance_to(&mut self, time: u64) {
        let now = self.block_time();
        if time > now {
            self.advance_time(time - now);
        }
    }

    /// Seconds of what lasts an hour in scenarios: an epoch, a state of a ceremony.
    fn hour(&self) -> u64 {
        3600
    }

    /// Time of the last block in seconds since the start of 1970.
    fn block_time(&mut self) -> u64;

    /// Height of the last block.
    fn block_height(&mut self) -> u64;
}
