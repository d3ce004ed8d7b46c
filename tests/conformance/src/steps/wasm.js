// Published contracts: store, instantiate, execute, migrate, admin, simulate, queries.

import { sha256 } from "@cosmjs/crypto";
import { toUtf8 } from "@cosmjs/encoding";
import { QueryBuildAddressRequest, QueryBuildAddressResponse } from "cosmjs-types/cosmwasm/wasm/v1/query";
import { gzipSync } from "node:zlib";
import {
  base64, clearAdmin, contractOf, execute, executeBytes, instantiate, instantiate2, migrate, send, store, unym, updateAdmin,
} from "../messages.js";

export async function wasm(t, { codes }) {
  const { chain } = t;
  const [a, b, c, d] = chain.accounts;

  await t.tx("store too little gas", 0, [store(a, codes.cw20_base)], { gas: 200_000 });
  await t.tx("store what is no wasm", 0, [store(a, Buffer.from("no wasm at all"))], { gas: 1_000_000 });
  await t.tx("store nothing", 0, [store(a, new Uint8Array())], { gas: 1_000_000 });
  await t.tx("store wasm without entry points", 0, [store(a, Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0))], { gas: 1_000_000 });
  await t.tx("store cw20", 0, [store(a, codes.cw20_base)], { gas: 6_000_000 });
  await t.tx("store cw4 compressed", 0, [store(a, gzipSync(codes.cw4_group, { level: 9 }))], { gas: 6_000_000 });
  await t.tx("store cw3", 0, [store(a, codes.cw3_fixed_multisig)], { gas: 6_000_000 });
  await t.tx("store the probe", 0, [store(a, codes.probe)], { gas: 6_000_000 });
  await t.tx("store cw20 again, for one account to use", 1, [
    store(b, codes.cw20_base, { permission: 4, address: "", addresses: [b] }),
  ], { gas: 6_000_000 });
  const [cw20Code, cw4Code, cw3Code, probeCode, restricted] = [1, 2, 3, 4, 5];
  await t.ask("code list", (client) => client.getCodes());
  await t.ask("code", async (client) => {
    const { data, ...details } = await client.getCodeDetails(cw4Code);
    return { ...details, bytes: data.length };
  });
  await t.ask("code that does not exist", (client) => client.getCodeDetails(99));

  const token = (initial_balances, more = {}) => ({
    name: "Conformance", symbol: "CONF", decimals: 6, initial_balances, mint: null, marketing: null, ...more,
  });
  const supply = token([{ address: a, amount: "1000000" }], { mint: { minter: a, cap: "2000000" } });
  const instantiated = await t.tx("instantiate cw20", 0, [instantiate(a, cw20Code, supply, "token", { admin: a })]);
  const cw20 = contractOf(instantiated);
  await t.tx("instantiate without admin", 0, [instantiate(a, cw20Code, token([]), "no admin")]);
  await t.tx("instantiate with funds", 0, [instantiate(a, cw20Code, token([]), "funds", { funds: unym(777) })]);
  await t.tx("instantiate with funds that one has not", 0, [
    instantiate(a, cw20Code, token([]), "funds", { funds: unym("5000000000000000") }),
  ]);
  await t.tx("instantiate with a message of another contract", 0, [instantiate(a, cw20Code, { members: [] }, "wrong")]);
  await t.tx("instantiate refused by the contract", 0, [instantiate(a, cw20Code, { ...token([]), symbol: "1" }, "refused")]);
  await t.tx("instantiate a code that does not exist", 0, [instantiate(a, 99, {}, "no code")]);
  await t.tx("instantiate code 0", 0, [instantiate(a, 0, {}, "no code")]);
  await t.tx("instantiate without label", 0, [instantiate(a, cw20Code, token([]), "")]);
  await t.tx("instantiate with a label too long", 0, [instantiate(a, cw20Code, token([]), "l".repeat(129))]);
  await t.tx("instantiate with blanks around the label", 0, [instantiate(a, cw20Code, token([]), " blank ")]);
  await t.tx("instantiate with an admin that is no address", 0, [instantiate(a, cw20Code, token([]), "admin", { admin: "n1nonsense" })]);
  await t.tx("instantiate code of another account", 0, [instantiate(a, restricted, token([]), "not allowed")]);
  await t.tx("instantiate code of one's own", 1, [instantiate(b, restricted, token([]), "allowed", { admin: b })]);
  await t.tx("instantiate out of gas", 0, [instantiate(a, cw20Code, supply, "gas")], { gas: 120_000 });

  await tokens(t, { cw20, a, b, c, d });
  const { group } = await groups(t, { cw4Code, a, b, c, d });
  await multisigs(t, { cw3Code, cw4Code, cw20, cw20Code, token, a, b, c, d });
  await admins(t, { cw20, cw20Code, cw4Code, restricted, group, token, a, b });

  const checksum = sha256(codes.cw20_base);
  const salt = toUtf8("salt");
  const foretold = (creator, given) => async (client) => {
    const request = QueryBuildAddressRequest.fromPartial({
      codeHash: Buffer.from(checksum).toString("hex"), creatorAddress: creator, salt: given,
    });
    const encoded = QueryBuildAddressRequest.encode(request).finish();
    const { value } = await client.forceGetQueryClient().queryAbci("/cosmwasm.wasm.v1.Query/BuildAddress", encoded);
    return QueryBuildAddressResponse.decode(value);
  };
  await t.ask("address foretold", foretold(a, Buffer.from(salt).toString("hex")));
  await t.ask("address foretold from a salt that is no hex", foretold(a, "salt"));
  await t.ask("address foretold for what is no address", foretold("n1nonsense", "00"));
  await t.tx("instantiate2", 0, [instantiate2(a, cw20Code, supply, "two", salt, { admin: a })]);
  await t.tx("instantiate2 with the same salt", 0, [instantiate2(a, cw20Code, supply, "two", salt)]);
  await t.tx("instantiate2 with the message in the address", 0, [instantiate2(a, cw20Code, supply, "two", salt, { fixMsg: true })]);
  await t.tx("instantiate2 by another account", 1, [instantiate2(b, cw20Code, token([]), "two", salt)]);
  await t.tx("instantiate2 without salt", 0, [instantiate2(a, cw20Code, supply, "two", new Uint8Array())]);
  await t.tx("instantiate2 with a salt of 65 bytes", 0, [instantiate2(a, cw20Code, supply, "two", new Uint8Array(65))]);

  await simulations(t, { cw20, a, b });
  await questions(t, { cw20, cw20Code, group, a, b });
  return { cw20, group, cw20Code, cw4Code, probeCode };
}

async function tokens(t, { cw20, a, b, c, d }) {
  const transfer = (recipient, amount) => ({ transfer: { recipient, amount: String(amount) } });
  await t.tx("cw20 transfer", 0, [execute(a, cw20, transfer(b, 1000))]);
  await t.tx("cw20 transfer again", 0, [execute(a, cw20, transfer(b, 1000))]);
  await t.tx("cw20 transfer to a fresh account", 0, [execute(a, cw20, transfer(c, 5))]);
  await t.tx("cw20 transfer of more than there is", 1, [execute(b, cw20, transfer(c, 2001))]);
  await t.tx("cw20 transfer by who has none", 3, [execute(d, cw20, transfer(c, 1))]);
  await t.tx("cw20 transfer of nothing", 0, [execute(a, cw20, transfer(b, 0))]);
  await t.tx("cw20 transfer to what is no address", 0, [execute(a, cw20, transfer("nobody", 1))]);
  await t.tx("cw20 transfer with funds", 0, [execute(a, cw20, transfer(b, 1), unym(12))]);
  await t.tx("execute an unknown message", 0, [execute(a, cw20, { nothing: {} })]);
  await t.tx("execute what is no JSON", 0, [executeBytes(a, cw20, Buffer.from("{no json"))]);
  await t.tx("execute an empty message", 0, [executeBytes(a, cw20, new Uint8Array())]);
  await t.tx("execute what is no contract", 0, [execute(a, b, transfer(b, 1))]);
  await t.tx("execute at what is no address", 0, [execute(a, "n1nonsense", transfer(b, 1))]);
  await t.tx("execute with funds out of order", 0, [
    execute(a, cw20, transfer(b, 1), [{ denom: "unyx", amount: "1" }, { denom: "unym", amount: "1" }]),
  ]);
  await t.tx("execute with funds that one has not", 0, [execute(a, cw20, transfer(b, 1), unym("7000000000000000"))]);
  await t.tx("out of gas while loading", 0, [execute(a, cw20, transfer(b, 1))], { gas: 70_000 });
  await t.tx("out of gas at the instance", 0, [execute(a, cw20, transfer(b, 1))], { gas: 110_000 });
  await t.tx("out of gas in the contract", 0, [execute(a, cw20, transfer(b, 1))], { gas: 125_000 });
  await t.tx("out of gas in the contract's storage", 0, [execute(a, cw20, transfer(b, 1))], { gas: 132_000 });
  await t.tx("cw20 mint", 0, [execute(a, cw20, { mint: { recipient: b, amount: "500" } })]);
  await t.tx("cw20 mint above the cap", 0, [execute(a, cw20, { mint: { recipient: b, amount: "1000000" } })]);
  await t.tx("cw20 mint by another account", 1, [execute(b, cw20, { mint: { recipient: b, amount: "1" } })]);
  await t.tx("cw20 burn", 1, [execute(b, cw20, { burn: { amount: "100" } })]);
  await t.tx("cw20 allowance", 0, [execute(a, cw20, { increase_allowance: { spender: b, amount: "300", expires: null } })]);
  await t.tx("cw20 allowance until a height in the past", 0, [
    execute(a, cw20, { increase_allowance: { spender: c, amount: "3", expires: { at_height: 1 } } }),
  ]);
  await t.tx("cw20 transfer on behalf", 1, [execute(b, cw20, { transfer_from: { owner: a, recipient: c, amount: "299" } })]);
  await t.tx("cw20 transfer on behalf of too much", 1, [execute(b, cw20, { transfer_from: { owner: a, recipient: c, amount: "2" } })]);
  await t.tx("cw20 send to what is no contract", 0, [execute(a, cw20, { send: { contract: b, amount: "1", msg: base64("{}") } })]);
  await t.tx("cw20 send to a contract that knows no receive", 0, [
    execute(a, cw20, { send: { contract: cw20, amount: "1", msg: base64("{}") } }),
  ]);
  await t.tx("two contract messages and a send", 0, [
    execute(a, cw20, transfer(b, 1)), send(a, b, unym(9)), execute(a, cw20, transfer(c, 2)),
  ], { gas: 500_000 });
  await t.tx("the last of three messages fails", 0, [
    execute(a, cw20, transfer(b, 1)), send(a, b, unym(9)), execute(a, cw20, transfer(b, "99999999")),
  ], { gas: 500_000 });
}

async function groups(t, { cw4Code, a, b, c, d }) {
  const members = [{ addr: a, weight: 1 }, { addr: b, weight: 2 }, { addr: c, weight: 3 }];
  const made = await t.tx("instantiate cw4", 0, [instantiate(a, cw4Code, { admin: a, members }, "group", { admin: a })]);
  const group = contractOf(made);
  await t.tx("instantiate cw4 with a member twice", 0, [
    instantiate(a, cw4Code, { admin: a, members: [...members, members[0]] }, "twice"),
  ]);
  await t.tx("cw4 update members", 0, [
    execute(a, group, { update_members: { remove: [c], add: [{ addr: d, weight: 5 }, { addr: b, weight: 7 }] } }),
  ]);
  await t.tx("cw4 update members by another account", 1, [execute(b, group, { update_members: { remove: [a], add: [] } })]);
  await t.tx("cw4 add a hook that is no contract", 0, [execute(a, group, { add_hook: { addr: d } })]);
  await t.tx("cw4 update members with a hook that fails", 0, [
    execute(a, group, { update_members: { remove: [], add: [{ addr: c, weight: 1 }] } }),
  ]);
  await t.tx("cw4 remove the hook", 0, [execute(a, group, { remove_hook: { addr: d } })]);
  await t.tx("cw4 remove the hook again", 0, [execute(a, group, { remove_hook: { addr: d } })]);
  for (const [name, query] of [
    ["cw4 members", { list_members: { start_after: null, limit: null } }],
    ["cw4 members by page", { list_members: { start_after: null, limit: 1 } }],
    ["cw4 total weight", { total_weight: { at_height: null } }],
    ["cw4 total weight before it existed", { total_weight: { at_height: 2 } }],
    ["cw4 member", { member: { addr: b, at_height: null } }],
    ["cw4 member that was removed", { member: { addr: c, at_height: null } }],
    ["cw4 admin", { admin: {} }],
    ["cw4 hooks", { hooks: {} }],
  ]) {
    await t.ask(name, (client) => client.queryContractSmart(group, query));
  }
  return { group };
}

async function multisigs(t, { cw3Code, cw4Code, cw20, cw20Code, token, a, b, c, d }) {
  const setup = {
    voters: [{ addr: a, weight: 1 }, { addr: b, weight: 1 }, { addr: c, weight: 1 }],
    threshold: { absolute_count: { weight: 2 } },
    max_voting_period: { height: 1_000_000 },
  };
  await t.tx("instantiate cw3 with a threshold out of reach", 0, [
    instantiate(a, cw3Code, { ...setup, threshold: { absolute_count: { weight: 9 } } }, "multisig"),
  ]);
  const made = await t.tx("instantiate cw3", 0, [instantiate(a, cw3Code, setup, "multisig", { funds: unym(5000) })]);
  const multisig = contractOf(made);
  await t.tx("cw20 to the multisig", 0, [execute(a, cw20, { transfer: { recipient: multisig, amount: "50" } })]);
  const wasmExecute = (contract_addr, msg, funds = []) => ({
    wasm: { execute: { contract_addr, msg: base64(JSON.stringify(msg)), funds } },
  });
  const wasmInstantiate = (code_id, msg, label) => ({
    wasm: { instantiate: { admin: a, code_id, msg: base64(JSON.stringify(msg)), funds: [], label } },
  });
  const bankSend = (to_address, amount) => ({ bank: { send: { to_address, amount: unym(amount) } } });
  const propose = (name, msgs, gas) =>
    t.tx(`propose ${name}`, 0, [execute(a, multisig, { propose: { title: name, description: "", msgs, latest: null } })], { gas });
  const vote = (name, id, from, ballot, gas) =>
    t.tx(name, from, [execute(t.chain.accounts[from], multisig, { vote: { proposal_id: id, vote: ballot } })], { gas });
  const carryOut = (name, id, from = 3, gas = 900_000) =>
    t.tx(name, from, [execute(t.chain.accounts[from], multisig, { execute: { proposal_id: id } })], { gas });

  await propose("five submessages", [
    bankSend(d, 100),
    wasmExecute(cw20, { transfer: { recipient: d, amount: "20" } }),
    wasmInstantiate(cw4Code, { admin: null, members: [] }, "by a proposal"),
    wasmInstantiate(cw20Code, token([{ address: d, amount: "1" }]), "by a proposal"),
    bankSend(d, 1),
  ]);
  await carryOut("execute what has not passed", 1);
  await t.tx("propose by who may not", 3, [execute(d, multisig, { propose: { title: "", description: "", msgs: [], latest: null } })]);
  await vote("vote by who may not", 1, 3, "yes");
  await vote("vote twice", 1, 0, "yes");
  await vote("vote yes", 1, 1, "yes");
  await carryOut("execute with out of gas in the third submessage", 1, 3, 330_000);
  await carryOut("execute five submessages", 1);
  await carryOut("execute again", 1);
  await vote("vote after execution", 1, 2, "no");
  await propose("more than there is", [bankSend(d, 100), bankSend(d, 500_000)]);
  await vote("vote yes on more than there is", 2, 2, "yes");
  await carryOut("execute a submessage that fails in the bank", 2);
  await propose("a contract that refuses", [bankSend(d, 1), wasmExecute(cw20, { transfer: { recipient: d, amount: "3000" } })]);
  await vote("vote yes on a contract that refuses", 3, 2, "yes");
  await carryOut("execute a submessage that fails in a contract", 3);
  await propose("no contract", [wasmExecute(d, {})]);
  await vote("vote yes on no contract", 4, 2, "yes");
  await carryOut("execute a submessage to what is no contract", 4);
  await propose("to itself", [wasmExecute(multisig, { vote: { proposal_id: 1, vote: "yes" } })]);
  await vote("vote abstain", 5, 1, "abstain");
  await vote("vote veto", 5, 2, "veto");
  await t.tx("close too early", 0, [execute(a, multisig, { close: { proposal_id: 5 } })]);
  await propose("funds along", [wasmExecute(cw20, { transfer: { recipient: d, amount: "1" } }, unym(3))]);
  await vote("vote yes on funds along", 6, 1, "yes");
  await carryOut("execute a submessage with funds", 6);
  for (const [name, query] of [
    ["cw3 threshold", { threshold: {} }],
    ["cw3 proposals", { list_proposals: { start_after: null, limit: null } }],
    ["cw3 proposals backwards", { reverse_proposals: { start_before: 3, limit: 2 } }],
    ["cw3 votes", { list_votes: { proposal_id: 5, start_after: null, limit: null } }],
    ["cw3 proposal that does not exist", { proposal: { proposal_id: 77 } }],
    ["cw3 voters", { list_voters: { start_after: null, limit: null } }],
  ]) {
    await t.ask(name, (client) => client.queryContractSmart(multisig, query));
  }
}

async function admins(t, { cw20, cw20Code, cw4Code, restricted, group, token, a, b }) {
  const held = contractOf(await t.tx("instantiate for migration", 0, [
    instantiate(a, cw20Code, token([{ address: a, amount: "9" }]), "migrates", { admin: a }),
  ]));
  await t.tx("migrate to code of another account", 0, [migrate(a, held, restricted, {})]);
  await t.tx("migrate to the same code", 0, [migrate(a, held, cw20Code, {})]);
  await t.tx("migrate by another account", 1, [migrate(b, held, cw20Code, {})]);
  await t.tx("migrate to code that does not exist", 0, [migrate(a, held, 99, {})]);
  await t.tx("migrate to code without migration", 0, [migrate(a, held, cw4Code, {})]);
  await t.tx("migrate from a contract without migration", 0, [migrate(a, group, cw20Code, {})]);
  await t.tx("migrate what is no contract", 0, [migrate(a, b, cw20Code, {})]);
  await t.tx("migrate with a message that does not fit", 0, [migrate(a, held, cw20Code, [])]);
  await t.tx("update admin by another account", 1, [updateAdmin(b, held, t.chain.accounts[2])]);
  await t.tx("update admin to the sender", 1, [updateAdmin(b, held, b)]);
  await t.tx("update admin to the same", 0, [updateAdmin(a, held, a)]);
  await t.tx("update admin to what is no address", 0, [updateAdmin(a, held, "n1nonsense")]);
  await t.tx("update admin", 0, [updateAdmin(a, held, b)]);
  await t.tx("update admin by the old one", 0, [updateAdmin(a, held, t.chain.accounts[2])]);
  await t.tx("migrate by the new admin", 1, [migrate(b, held, restricted, {})]);
  await t.ask("contract after its migration", (client) => client.getContract(held));
  await t.ask("history of a migrated contract", (client) => client.getContractCodeHistory(held));
  await t.tx("clear admin by another account", 0, [clearAdmin(a, held)]);
  await t.tx("clear admin", 1, [clearAdmin(b, held)]);
  await t.tx("clear admin again", 1, [clearAdmin(b, held)]);
  await t.tx("migrate without admin", 1, [migrate(b, held, cw20Code, {})]);
  await t.ask("contract without admin", (client) => client.getContract(held));
  await t.ask("token after its migration", (client) => client.queryContractSmart(held, { balance: { address: a } }));
}

async function simulations(t, { cw20, a, b }) {
  const transfer = { transfer: { recipient: b, amount: "1" } };
  await t.ask("simulate a send", (client) => client.simulate(a, [send(a, b, unym(1))], ""));
  await t.ask("simulate an execution", (client) => client.simulate(a, [execute(a, cw20, transfer)], ""));
  await t.ask("simulate two messages with a memo", (client) =>
    client.simulate(a, [execute(a, cw20, transfer), send(a, b, unym(1))], "memo"));
  await t.ask("simulate a failure of the contract", (client) =>
    client.simulate(a, [execute(a, cw20, { transfer: { recipient: b, amount: "99999999" } })], ""));
  await t.ask("simulate a failure of the bank", (client) => client.simulate(a, [send(a, b, unym("9000000000000000"))], ""));
  await t.ask("simulate an unknown message of a contract", (client) => client.simulate(a, [execute(a, cw20, { x: {} })], ""));
}

async function questions(t, { cw20, cw20Code, group, a, b }) {
  const smart = (query) => (client) => client.queryContractSmart(cw20, query);
  await t.ask("cw20 balance", smart({ balance: { address: b } }));
  await t.ask("cw20 token info", smart({ token_info: {} }));
  await t.ask("cw20 minter", smart({ minter: {} }));
  await t.ask("cw20 accounts", smart({ all_accounts: { start_after: null, limit: 2 } }));
  await t.ask("cw20 allowance that is left", smart({ allowance: { owner: a, spender: b } }));
  await t.ask("smart query that the contract does not know", smart({ nothing: {} }));
  await t.ask("smart query that the contract refuses", smart({ balance: { address: "nobody" } }));
  await t.ask("smart query of what is no contract", (client) => client.queryContractSmart(b, { balance: { address: b } }));
  await t.ask("smart query at what is no address", (client) => client.queryContractSmart("n1nonsense", {}));
  await t.ask("raw query", async (client) => toText(await client.queryContractRaw(cw20, toUtf8("token_info"))));
  await t.ask("raw query of a key with parts", async (client) =>
    toText(await client.queryContractRaw(cw20, Buffer.concat([Buffer.from([0, 7]), Buffer.from("balance"), Buffer.from(a)]))));
  await t.ask("raw query of a key that is absent", (client) => client.queryContractRaw(cw20, toUtf8("absent")));
  await t.ask("raw query of the empty key", (client) => client.queryContractRaw(cw20, new Uint8Array()));
  await t.ask("raw query of what is no contract", (client) => client.queryContractRaw(b, toUtf8("x")));
  await t.ask("contract", (client) => client.getContract(cw20));
  await t.ask("contract that does not exist", (client) => client.getContract(b));
  await t.ask("history", (client) => client.getContractCodeHistory(cw20));
  await t.ask("history of what is no contract", (client) => client.getContractCodeHistory(b));
  await t.ask("contracts of a code", (client) => client.getContracts(cw20Code));
  await t.ask("contracts of a code that does not exist", (client) => client.getContracts(99));
  await t.ask("contracts of a creator", (client) => client.getContractsByCreator(b));
  await t.ask("all state of a contract", async (client) => {
    const { models, pagination } = await client.forceGetQueryClient().wasm.getAllContractState(group);
    return { models: models.map(({ key, value }) => [Buffer.from(key).toString("hex"), toText(value)]), pagination };
  });
}

const toText = (bytes) => bytes && Buffer.from(bytes).toString("utf8");
