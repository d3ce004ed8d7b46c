// Replies, events, data, limits and queries of contracts, through the probe.

import { Ed25519, Secp256k1, sha256 } from "@cosmjs/crypto";
import { toHex } from "@cosmjs/encoding";
import { MsgSend } from "cosmjs-types/cosmos/bank/v1beta1/tx";
import { QueryAllContractStateRequest, QueryAllContractStateResponse } from "cosmjs-types/cosmwasm/wasm/v1/query";
import { base64, contractOf, execute, instantiate, migrate, unym } from "../messages.js";

const script = (...steps) => ({ steps });
const set = (key, value) => ({ set: { key, value } });
const get = (key) => ({ get: { key } });
const attribute = (key, value) => ({ attribute: { key, value } });
const event = (kind, ...attributes) => ({ event: { kind, attributes } });
const data = (text) => ({ data: { data: base64(text) } });
const range = (start, end, descending, limit) => ({ range: { start, end, descending, limit } });
const ask = (request) => ({ ask: { request } });
const fail = (text) => ({ fail: { text } });
const here = { here: {} };

const sub = (msg, reply_on = "never", { id = 1, payload, gas_limit = null } = {}) => ({
  sub: { sub: { id, payload: payload ? base64(JSON.stringify(payload)) : "", msg, gas_limit, reply_on } },
});
const call = (contract_addr, message, funds = []) => ({
  wasm: { execute: { contract_addr, msg: base64(JSON.stringify(message)), funds } },
});
const pay = (to_address, amount) => ({ bank: { send: { to_address, amount: unym(amount) } } });

export async function probe(t, { cw20, group, cw20Code, cw4Code, probeCode }) {
  const { chain } = t;
  const [a, b] = chain.accounts;
  const made = await t.tx("instantiate the probe", 0, [
    instantiate(a, probeCode, script(set("born", "yes"), attribute("made", "here"), data("instance")), "probe", { admin: a, funds: unym(100_000) }),
  ]);
  const first = contractOf(made);
  const second = contractOf(await t.tx("instantiate a second probe", 0, [instantiate(a, probeCode, script(), "probe 2")]));
  const run = (name, steps, { gas = 1_000_000, funds, from = 0 } = {}) =>
    t.tx(name, from, [execute(chain.accounts[from], first, { steps }, funds)], { gas });

  await t.tx("instantiate that fails after writing", 0, [instantiate(a, probeCode, script(set("x", "y"), fail("not today")), "fails")]);
  await storage(run);
  await events(run);
  await replies(run, { first, second, cw20, cw20Code, cw4Code, probeCode, a, b });
  await chainQueries(run, { first, second, cw20, group, cw20Code, a, b });
  await limits(run, { first, second });
  await cryptography(run);

  await t.tx("migrate the probe", 0, [migrate(a, first, probeCode, script(set("migrated", "yes"), attribute("by", "migration"), data("m"), here))]);
  await t.tx("migrate the probe with a failure", 0, [migrate(a, first, probeCode, script(set("migrated", "twice"), fail("stay")))]);
  await t.ask("query the probe", (client) => client.queryContractSmart(first, script(get("migrated"), get("born"), range(null, null, false, 30))));
  await t.ask("query that fails", (client) => client.queryContractSmart(first, script(fail("no answer"))));
  await t.ask("query that panics", (client) => client.queryContractSmart(first, script({ panic: { text: "at the query" } })));
  await t.ask("query that never ends", (client) => client.queryContractSmart(first, script({ loop: {} })));
  await t.ask("query that goes deep", (client) => client.queryContractSmart(first, script({ deep: { depth: 5 } })));
  await t.ask("query that goes too deep", (client) => client.queryContractSmart(first, script({ deep: { depth: 12 } })));
  await pages(t, first);
  await t.ask("balance of the probe", (client) => client.getBalance(first, "unym"));
}

// The same state read in pages.
async function pages(t, contract) {
  const page = (name, pagination) =>
    t.ask(`all state, ${name}`, async (client) => {
      const request = QueryAllContractStateRequest.fromPartial({ address: contract, pagination });
      const encoded = QueryAllContractStateRequest.encode(request).finish();
      const { value } = await client.forceGetQueryClient().queryAbci("/cosmwasm.wasm.v1.Query/AllContractState", encoded);
      const answer = QueryAllContractStateResponse.decode(value);
      return {
        keys: answer.models.map(({ key }) => Buffer.from(key).toString()),
        next: Buffer.from(answer.pagination.nextKey).toString(),
        total: answer.pagination.total,
      };
    });
  await page("first three", { limit: 3n });
  await page("from a key", { limit: 3n, key: Buffer.from("k03") });
  await page("from a key that is absent", { limit: 3n, key: Buffer.from("k0") });
  await page("the last page", { limit: 50n, key: Buffer.from("k05") });
  await page("backwards", { limit: 2n, reverse: true });
  await page("backwards from a key", { limit: 2n, reverse: true, key: Buffer.from("k06") });
  await page("counted", { limit: 3n, countTotal: true });
  await page("from an offset", { limit: 3n, offset: 3n });
  await page("without limit", {});
}

async function storage(run) {
  await run("write one key", [set("k01", "one")]);
  await run("write the same key with the same value", [set("k01", "one")]);
  await run("write a longer value", [set("k01", "one ".repeat(50))]);
  await run("write many keys", ["02", "03", "04", "05", "06", "07", "08"].map((n) => set(`k${n}`, `value ${n}`)));
  await run("write an empty value", [set("empty", "")]);
  await run("read", [get("k02"), get("absent"), get("empty")]);
  await run("remove", [{ remove: { key: "k02" } }, get("k02")]);
  await run("remove what is absent", [{ remove: { key: "absent" } }]);
  await run("write, read and remove in one message", [set("t", "1"), get("t"), { remove: { key: "t" } }, get("t"), set("t", "2"), get("t")]);
  await run("range upwards", [range(null, null, false, 100)]);
  await run("range downwards", [range(null, null, true, 100)]);
  await run("range with bounds", [range("k03", "k06", false, 100), range("k03", "k06", true, 100)]);
  await run("range with a limit", [range(null, null, false, 2)]);
  await run("range over nothing", [range("x", "y", false, 5)]);
  await run("range with bounds the wrong way round", [range("k06", "k03", false, 5)]);
  await run("range over what was just written", [set("k055", "new"), { remove: { key: "k04" } }, range("k03", "k07", false, 9)]);
  await run("two ranges of nothing read", [range(null, null, false, 0), range(null, null, true, 0)]);
}

async function events(run) {
  await run("no attributes", []);
  await run("attributes", [attribute("one", "1"), attribute("two", ""), attribute("one", "again")]);
  await run("attribute with blanks", [attribute("  key  ", "  value  ")]);
  await run("attribute with a reserved key", [attribute("_contract_address", "x")]);
  await run("attribute without key", [attribute("", "x")]);
  await run("attribute of blanks", [attribute("   ", "x")]);
  await run("attribute in many-byte letters", [attribute("schlüssel", "😀 \u0000 \n \" <&>")]);
  await run("events", [event("first", ["a", "1"]), event("second"), event("first", ["b", "2"], ["c", "3"])]);
  await run("events and attributes", [attribute("own", "1"), event("custom", ["a", "1"])]);
  await run("event with a kind too short", [event("x", ["a", "1"])]);
  await run("event with a kind of blanks", [event("   ", ["a", "1"])]);
  await run("event with blanks around its kind", [event("  padded ", ["a", "1"])]);
  await run("event with a reserved attribute", [event("kind", ["_x", "1"])]);
  await run("event without a value", [event("kind", ["a", ""])]);
  await run("data", [data("answer")]);
  await run("empty data", [data("")]);
  await run("funds", [attribute("a", "b")], { funds: unym(250) });
  await run("where it runs", [here]);
  await run("a line for the log", [{ debug: { text: "seen by nobody" } }]);
}

async function replies(run, { first, second, cw20, cw20Code, cw4Code, probeCode, a, b }) {
  const good = call(second, script(attribute("from", "second"), event("inner", ["x", "1"]), data("inner")));
  const bad = call(second, script(set("lost", "yes"), attribute("never", "seen"), fail("as told")));
  for (const mode of ["never", "success", "error", "always"]) {
    await run(`submessage that works, reply ${mode}`, [sub(good, mode), attribute("outer", "1")]);
    await run(`submessage that fails, reply ${mode}`, [sub(bad, mode), attribute("outer", "1"), set("kept", mode)]);
  }
  await run("what the failed submessage wrote is gone", [
    sub(call(second, script(get("lost"))), "always"), get("kept"),
  ]);
  await run("the reply writes data", [data("outer"), sub(good, "always", { payload: script(data("by the reply"), event("replied", ["k", "v"])) })]);
  await run("the reply leaves data alone", [data("outer"), sub(good, "always")]);
  await run("two replies write data", [
    sub(good, "success", { id: 7, payload: script(data("seven")) }), sub(good, "success", { id: 8, payload: script(data("eight")) }),
  ]);
  await run("the reply fails", [sub(good, "always", { payload: script(fail("in the reply")) })]);
  await run("the reply sends another submessage", [
    sub(good, "success", { id: 1, payload: script(sub(pay(b, 3), "success", { id: 2, payload: script(attribute("end", "reached")) })) }),
  ]);
  await run("submessage within a submessage fails and is caught outside", [
    sub(call(second, script(set("mid", "1"), sub(call(first, script(fail("deep inside")))))), "error"),
    sub(call(second, script(get("mid"))), "success"),
  ]);
  await run("submessage within a submessage fails and is caught inside", [
    sub(call(second, script(set("mid", "2"), sub(call(cw20, { transfer: { recipient: b, amount: "1" } }), "error"))), "success"),
    sub(call(second, script(get("mid"))), "success"),
  ]);
  await run("no reply entry point", [sub(call(cw20, { transfer: { recipient: b, amount: "1" } }), "error", { id: 3 })]);
  await run("submessage to the bank", [sub(pay(b, 10), "always")]);
  await run("submessage to the bank that fails", [sub(pay(b, "900000000"), "always")]);
  await run("submessage to the bank that sends nothing", [sub({ bank: { send: { to_address: b, amount: [] } } }, "always")]);
  await run("submessage to the bank for what is no address", [sub({ bank: { send: { to_address: "nobody", amount: unym(1) } } }, "always")]);
  await run("submessage that burns", [sub({ bank: { burn: { amount: unym(5) } } }, "always")]);
  await run("submessage that instantiates", [
    sub({ wasm: { instantiate: { admin: first, code_id: probeCode, msg: base64(JSON.stringify(script(data("child"), attribute("i", "am")))), funds: unym(4), label: "child" } } }, "always"),
  ]);
  await run("submessage that instantiates at a foretold address", [
    sub({ wasm: { instantiate2: { admin: first, code_id: probeCode, msg: base64(JSON.stringify(script())), funds: [], label: "child", salt: base64("salt") } } }, "always"),
  ]);
  await run("submessage that instantiates what does not exist", [
    sub({ wasm: { instantiate: { admin: null, code_id: 99, msg: base64("{}"), funds: [], label: "none" } } }, "always"),
  ]);
  await run("submessage that instantiates without label", [
    sub({ wasm: { instantiate: { admin: null, code_id: cw4Code, msg: base64(`{"members":[]}`), funds: [], label: "" } } }, "always"),
  ]);
  await run("submessage that migrates without right", [
    sub({ wasm: { migrate: { contract_addr: cw20, new_code_id: cw20Code, msg: base64("{}") } } }, "always"),
  ]);
  await run("submessage that updates an admin without right", [sub({ wasm: { update_admin: { contract_addr: cw20, admin: first } } }, "always")]);
  await run("submessage that clears an admin without right", [sub({ wasm: { clear_admin: { contract_addr: cw20 } } }, "always")]);
  await run("submessage with funds that are missing", [sub(call(second, script(), unym("900000000")), "always")]);
  await run("submessage with funds", [sub(call(second, script(attribute("got", "it")), unym(6)), "always")]);
  await run("submessage to what is no contract", [sub(call(a, script()), "always")]);
  await run("submessage that the contract does not know", [sub(call(cw20, { nothing: {} }), "always")]);
  await run("submessage that panics", [sub(call(second, script({ panic: { text: "inside" } })), "always")]);
  const encodedSend = base64(MsgSend.encode(MsgSend.fromPartial({ fromAddress: first, toAddress: b, amount: unym(2) })).finish());
  const stolen = base64(MsgSend.encode(MsgSend.fromPartial({ fromAddress: a, toAddress: b, amount: unym(2) })).finish());
  await run("submessage as protobuf", [sub({ any: { type_url: "/cosmos.bank.v1beta1.MsgSend", value: encodedSend } }, "always")]);
  await run("submessage as protobuf of another sender", [sub({ any: { type_url: "/cosmos.bank.v1beta1.MsgSend", value: stolen } }, "always")]);
  await run("submessage as protobuf of an unknown kind", [sub({ any: { type_url: "/nym.v1.MsgNothing", value: "" } }, "always")]);
  await run("submessage with a gas limit that suffices", [sub(good, "always", { gas_limit: 300_000 })]);
  await run("submessage with a gas limit that does not suffice", [sub(good, "always", { gas_limit: 9_000 })]);
  await run("submessage with a gas limit for its start only", [sub(good, "error", { gas_limit: 1_500 }), attribute("goes", "on")]);
  await run("submessage with a gas limit and no reply", [sub(good, "never", { gas_limit: 9_000 })]);
  await run("submessage with a gas limit above the transaction's", [sub(good, "always", { gas_limit: 90_000_000 })]);
  await run("submessage that never ends, within a gas limit", [sub(call(second, script({ loop: {} })), "always", { gas_limit: 200_000 })]);
  await run("reply with a large id and a payload", [sub(good, "always", { id: 2 ** 40, payload: script(attribute("payload", "read")) })]);
  await run("ten submessages", Array.from({ length: 10 }, (_, n) => sub(pay(b, n + 1), "success", { id: n })), { gas: 3_000_000 });
}

async function chainQueries(run, { first, second, cw20, group, cw20Code, a, b }) {
  const smart = (contract_addr, message) => ask({ wasm: { smart: { contract_addr, msg: base64(JSON.stringify(message)) } } });
  await run("ask the bank", [ask({ bank: { balance: { address: first, denom: "unym" } } }), ask({ bank: { balance: { address: b, denom: "none" } } })]);
  await run("ask the supply", [ask({ bank: { supply: { denom: "unym" } } })]);
  await run("ask the bank about all balances", [ask({ bank: { all_balances: { address: first } } })]);
  await run("ask the bank about what is no address", [ask({ bank: { balance: { address: "nobody", denom: "unym" } } })]);
  await run("ask a contract", [smart(cw20, { balance: { address: a } }), smart(group, { total_weight: { at_height: null } })]);
  await run("ask a contract that refuses", [smart(cw20, { balance: { address: "x" } })]);
  await run("ask a contract that panics", [smart(second, script({ panic: { text: "asked" } }))]);
  await run("ask what is no contract", [smart(b, {})]);
  await run("ask itself", [set("k", "in flight"), smart(first, script(get("k")))]);
  await run("ask raw", [
    ask({ wasm: { raw: { contract_addr: cw20, key: base64("token_info") } } }), ask({ wasm: { raw: { contract_addr: cw20, key: base64("absent") } } }),
  ]);
  await run("ask raw of what is no contract", [ask({ wasm: { raw: { contract_addr: b, key: base64("x") } } })]);
  await run("ask for contract information", [ask({ wasm: { contract_info: { contract_addr: cw20 } } })]);
  await run("ask for information of what is no contract", [ask({ wasm: { contract_info: { contract_addr: b } } })]);
  await run("ask for code information", [ask({ wasm: { code_info: { code_id: cw20Code } } })]);
  await run("ask for information of no code", [ask({ wasm: { code_info: { code_id: 99 } } })]);
  await run("ask by gRPC what is not allowed", [ask({ grpc: { path: "/cosmos.bank.v1beta1.Query/Balance", data: "" } })]);
  await run("ask for denom metadata", [ask({ bank: { denom_metadata: { denom: "unym" } } })]);
  await run("ask for denom metadata of no denom", [ask({ bank: { denom_metadata: { denom: "none" } } })]);
  await run("ask deep", [{ deep: { depth: 4 } }], { gas: 2_000_000 });
  await run("ask too deep", [{ deep: { depth: 11 } }], { gas: 4_000_000 });
  await run("ask what takes too much gas", [smart(second, script({ loop: {} }))], { gas: 2_000_000 });
  await run("validate an address", [{ address: { text: b } }]);
  await run("validate an address in capitals", [{ address: { text: b.toUpperCase() } }]);
  await run("validate what is no address", [{ address: { text: "n1nonsense" } }]);
  await run("validate an address of another prefix", [{ address: { text: "cosmos1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqnrql8a" } }]);
  await run("validate a long address", [{ address: { text: cw20 } }]);
}

async function limits(run, { first, second }) {
  await run("panic", [{ panic: { text: "as told" } }]);
  await run("fail", [fail("as told")]);
  await run("fail with a text in many lines", [fail("one\ntwo \"three\" \\ ü")]);
  await run("spin a little", [{ spin: { rounds: 1000 } }]);
  await run("spin a lot", [{ spin: { rounds: 1_000_000 } }]);
  await run("never end", [{ loop: {} }], { gas: 500_000 });
  await run("take a megabyte", [{ allocate: { kib: 1024 } }]);
  await run("take more memory than there is", [{ allocate: { kib: 40 * 1024 } }], { gas: 3_000_000 });
  await run("write a large value", [set("large", "x".repeat(20_000))], { gas: 3_000_000 });
  await run("write a value above the limit", [set("larger", "x".repeat(140_000))], { gas: 12_000_000 });
  await run("write a key above the limit", [set("k".repeat(70_000), "v")], { gas: 12_000_000 });
  await run("answer an attribute that is large", [attribute("large", "x".repeat(10_000))], { gas: 3_000_000 });
  let nested = script(attribute("depth", "0"));
  for (let depth = 1; depth <= 6; depth++) {
    nested = script(attribute("depth", String(depth)), sub(call(depth % 2 ? second : first, nested), "success", { id: depth }));
  }
  await run("six submessages deep", nested.steps, { gas: 6_000_000 });
  await run("gas that ends in a submessage", [sub(call(second, script({ spin: { rounds: 100_000 } })), "always")], { gas: 250_000 });
}

async function cryptography(run) {
  const key = sha256(Buffer.from("a key"));
  const { pubkey } = Secp256k1.makeKeypair(key);
  const hash = sha256(Buffer.from("a message"));
  const made = Secp256k1.createSignature(hash, key);
  const signature = Uint8Array.from([...made.r(32), ...made.s(32)]);
  const verify = (changes = {}) => ({
    secp256k1: { hash: toHex(hash), signature: toHex(signature), key: toHex(Secp256k1.compressPubkey(pubkey)), ...changes },
  });
  await run("verify secp256k1", [verify()]);
  await run("verify a wrong secp256k1 signature", [verify({ hash: toHex(sha256(hash)) })]);
  await run("verify with a secp256k1 key that is none", [verify({ key: "00" })]);
  await run("verify a secp256k1 signature that is none", [verify({ signature: "0011" })]);

  const pair = await Ed25519.makeKeypair(key);
  const messages = ["one", "two", "three"].map((text) => Buffer.from(text));
  const signatures = [];
  for (const message of messages) signatures.push(toHex(await Ed25519.createSignature(message, pair)));
  const single = { message: toHex(messages[0]), signature: signatures[0], key: toHex(pair.pubkey) };
  await run("verify ed25519", [{ ed25519: single }]);
  await run("verify a wrong ed25519 signature", [{ ed25519: { ...single, message: "00" } }]);
  await run("verify with an ed25519 key that is none", [{ ed25519: { ...single, key: "00" } }]);
  const all = { messages: messages.map(toHex), signatures, keys: messages.map(() => toHex(pair.pubkey)) };
  await run("verify ed25519 in a batch", [{ ed25519_batch: all }]);
  await run("verify ed25519 in a batch with one key", [{ ed25519_batch: { ...all, keys: [toHex(pair.pubkey)] } }]);
  await run("verify a wrong batch of ed25519", [{ ed25519_batch: { ...all, messages: [...all.messages].reverse() } }]);
}
