// CosmJS and @nymproject/contract-clients, unmodified, against nyxlet and our contracts.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";

import { SigningCosmWasmClient } from "@cosmjs/cosmwasm-stargate";
import { DirectSecp256k1HdWallet } from "@cosmjs/proto-signing";
import { GasPrice } from "@cosmjs/stargate";
import { contracts } from "@nymproject/contract-clients";

import { contractsFolder, startLocalnet } from "./localnet.mjs";

let localnet;
before(async () => { localnet = await startLocalnet(); });
after(() => localnet?.stop());

async function signer(role) {
  const wallet = await DirectSecp256k1HdWallet.fromMnemonic(localnet.report.mnemonics[role], { prefix: "n" });
  const [{ address }] = await wallet.getAccounts();
  const client = await SigningCosmWasmClient.connectWithSigner(localnet.report.endpoints.rpc, wallet, {
    gasPrice: GasPrice.fromString("0.025unym"),
    broadcastPollIntervalMs: 50,
  });
  return { address, client };
}

test("CosmJS uploads, instantiates, executes and queries", async () => {
  const { address, client } = await signer("user-1");
  assert.equal(await client.getChainId(), localnet.report.chain_id);
  assert.equal(address, localnet.report.addresses["user-1"]);

  const wasm = readFileSync(join(contractsFolder, "cw4_group.wasm"));
  const upload = await client.upload(address, wasm, 1.4);
  assert.equal(upload.checksum, createHash("sha256").update(wasm).digest("hex"));
  const members = [{ addr: address, weight: 2 }];
  const made = await client.instantiate(address, upload.codeId, { admin: address, members }, "a group", 1.4, { admin: address });

  const added = localnet.report.addresses["user-2"];
  const update = { update_members: { remove: [], add: [{ addr: added, weight: 5 }] } };
  const executed = await client.execute(address, made.contractAddress, update, 1.4);
  const wasmEvent = executed.events.find((event) => event.type === "wasm");
  assert.deepEqual(
    wasmEvent.attributes.map(({ key, value }) => [key, value]).slice(0, 3),
    [["_contract_address", made.contractAddress], ["action", "update_members"], ["added", "1"]],
  );
  assert.deepEqual(await client.queryContractSmart(made.contractAddress, { total_weight: {} }), { weight: 7 });
  assert.deepEqual(
    await client.queryContractSmart(made.contractAddress, { member: { addr: added } }),
    { weight: 5 },
  );
  assert.equal(Buffer.from(await client.queryContractRaw(made.contractAddress, Buffer.from("total"))).toString(), "7");

  const { client: stranger, address: theirs } = await signer("user-3");
  await assert.rejects(stranger.execute(theirs, made.contractAddress, update, 1.4), /NotAdmin|not admin|Caller is not admin/i);

  const found = await client.searchTx([{ key: "execute._contract_address", value: made.contractAddress }]);
  assert.equal(found.length, 1);
  assert.equal(found[0].hash, executed.transactionHash);
  const details = await client.getContract(made.contractAddress);
  assert.deepEqual([details.codeId, details.admin, details.label], [upload.codeId, address, "a group"]);
  const migrated = await client.migrate(address, made.contractAddress, upload.codeId, {}, 1.4);
  assert.ok(migrated.height > executed.height);
  assert.equal((await client.getContractCodeHistory(made.contractAddress)).length, 2);
});

test("CosmJS sends tokens and reads balances", async () => {
  const { address, client } = await signer("user-2");
  const to = localnet.report.addresses["user-3"];
  const earlier = BigInt((await client.getBalance(to, "unym")).amount);
  const sent = await client.sendTokens(address, to, [{ denom: "unym", amount: "777" }], 1.4, "js");
  assert.equal(sent.code, 0);
  assert.equal(BigInt((await client.getBalance(to, "unym")).amount), earlier + 777n);
});

test("the published contract clients run every query of the mixnet contract", async () => {
  const { client } = await signer("user-1");
  const { report } = localnet;
  const mixnet = new contracts.Mixnet.MixnetQueryClient(client, report.contracts.mixnet);
  const { nodes } = await mixnet.getNymNodesDetailedPaged({});
  assert.ok(nodes.length >= 9);
  const node = nodes.find((entry) => entry.bond_information.owner === report.addresses["node-1"]);
  const known = {
    nodeId: node.bond_information.node_id, mixId: node.bond_information.node_id,
    address: report.addresses["node-1"], owner: report.addresses["node-1"], delegator: report.addresses["delegator-1"],
    identityKey: node.bond_information.node.identity_key, nodeIdentity: node.bond_information.node.identity_key,
    mixIdentity: node.bond_information.node.identity_key, identity: node.bond_information.node.identity_key,
    role: "l1", eventId: 1, estimatedPerformance: "0.95",
  };
  const names = Object.keys(mixnet).filter((name) => name === "admin" || name.startsWith("get"));
  assert.ok(names.length >= 50, `${names.length} queries`);
  for (const name of names) {
    // A client that is given more than a query takes passes on only what that query knows.
    const answer = await mixnet[name](known).catch((error) => assert.fail(`${name}: ${error.message}`));
    assert.notEqual(answer, undefined, name);
  }
  const details = await mixnet.getNymNodeDetails({ nodeId: known.nodeId });
  assert.equal(details.details.bond_information.node.identity_key, known.identityKey);
  const { delegation } = await mixnet.getDelegationDetails({ nodeId: known.nodeId, delegator: known.delegator });
  assert.equal(delegation.owner, known.delegator);
});

test("the published contract clients send messages to the mixnet contract", async () => {
  const { report } = localnet;
  const { address, client } = await signer("user-1");
  const mixnet = new contracts.Mixnet.MixnetClient(client, address, report.contracts.mixnet);
  const { nodes } = await mixnet.getNymNodeBondsPaged({ limit: 1 });
  const nodeId = nodes[0].node_id;
  const sent = await mixnet.delegate({ nodeId }, "auto", undefined, [{ denom: "unym", amount: "1000000" }]);
  const event = sent.events.find((entry) => entry.type === "wasm-v2_pending_delegation");
  assert.deepEqual(
    Object.fromEntries(event.attributes.map(({ key, value }) => [key, value])),
    { _contract_address: report.contracts.mixnet, delegator: address, amount: "1000000unym", delegation_target: String(nodeId), msg_index: "0" },
  );
  const { events } = await mixnet.getPendingEpochEvents({});
  assert.ok(events.some(({ event: { kind } }) => kind.delegate?.owner === address));
  await assert.rejects(mixnet.undelegate({ nodeId }), /delegat/i);

  const operator = await signer("node-2");
  const owned = new contracts.Mixnet.MixnetClient(operator.client, operator.address, report.contracts.mixnet);
  const reward = await owned.getPendingOperatorReward({ address: operator.address });
  assert.ok(BigInt(reward.amount_earned.amount) > 0n);
  await owned.withdrawOperatorReward("auto");
  const after = await owned.getPendingOperatorReward({ address: operator.address });
  assert.equal(after.amount_earned.amount, "0");
  await owned.updateNodeConfig({ update: { host: "198.51.100.2" } }, "auto");
  const { details } = await owned.getOwnedNymNode({ address: operator.address });
  assert.equal(details.bond_information.node.host, "198.51.100.2");
});
