// Accounts, bank, and everything that is checked before a message runs.

import { makeAuthInfoBytes, makeSignBytes, makeSignDoc } from "@cosmjs/proto-signing";
import { Secp256k1, sha256 } from "@cosmjs/crypto";
import { toBech32 } from "@cosmjs/encoding";
import { AuthInfo, Fee, SignerInfo, TxBody, TxRaw } from "cosmjs-types/cosmos/tx/v1beta1/tx";
import { multiSend, send, unym } from "../messages.js";

export async function bank(t) {
  const { chain } = t;
  const [a, b, c] = chain.accounts;
  const fresh = (name) => toBech32("n", sha256(Buffer.from(name)).slice(0, 20));

  await t.ask("chain id", (client) => client.getChainId());
  await t.ask("account before its first transaction", (client) => client.getAccount(a));
  await t.ask("account that does not exist", (client) => client.getAccount(fresh("nobody")));
  await t.ask("balance", (client) => client.getBalance(a, "unym"));
  await t.ask("balance of an unknown denom", (client) => client.getBalance(a, "uatom"));
  await t.ask("balance of an address that is none", (client) => client.getBalance("n1nonsense", "unym"));

  await t.tx("send", 0, [send(a, b, unym(1000))]);
  await t.ask("account after its first transaction", (client) => client.getAccount(a));
  await t.tx("send in two denoms", 0, [
    send(a, b, [{ denom: "unym", amount: "5" }, { denom: "unyx", amount: "7" }]),
  ]);
  await t.tx("send to a fresh address", 0, [send(a, fresh("first"), unym(123456))]);
  await t.tx("send everything but the fee", 1, [send(b, c, [{ denom: "unyx", amount: "1000000000000007" }])]);
  await t.tx("send to oneself", 0, [send(a, a, unym(1))]);
  await t.tx("three messages", 0, [send(a, b, unym(1)), send(a, c, unym(2)), send(a, fresh("second"), unym(3))]);
  await t.tx("second of two messages fails", 0, [send(a, b, unym(4)), send(a, b, unym("9000000000000000"))]);
  await t.tx("send more than there is", 0, [send(a, b, unym("2000000000000000"))]);
  await t.tx("send a denom that one has not", 0, [send(a, b, [{ denom: "uatom", amount: "1" }])]);
  // An account of its own: the step may fail without moving anything that later steps see.
  const alone = chain.accounts[8];
  await t.tx("send with amino signature", 8, [send(alone, alone, unym(8))], { amino: true });
  await t.tx("multi-send", 0, [
    multiSend({
      inputs: [{ address: a, coins: unym(30) }],
      outputs: [{ address: b, coins: unym(10) }, { address: fresh("third"), coins: unym(20) }],
    }),
  ]);
  await t.tx("send nothing", 0, [send(a, b, [])]);
  await t.tx("send zero", 0, [send(a, b, unym(0))]);
  await t.tx("send a negative amount", 0, [send(a, b, unym(-5))]);
  await t.tx("send coins out of order", 0, [
    send(a, b, [{ denom: "unyx", amount: "1" }, { denom: "unym", amount: "1" }]),
  ]);
  await t.tx("send a denom twice", 0, [
    send(a, b, [{ denom: "unym", amount: "1" }, { denom: "unym", amount: "1" }]),
  ]);
  await t.tx("send to what is no address", 0, [send(a, "n1nonsense", unym(1))]);
  await t.tx("send to an address of another prefix", 0, [
    send(a, "cosmos1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqnrql8a", unym(1)),
  ]);

  await t.tx("fee in a denom that is not taken", 0, [send(a, b, unym(1))], { fee: [{ denom: "unyx", amount: "7500" }] });
  await t.tx("fee one unit short", 0, [send(a, b, unym(1))], { fee: unym(7499) });
  await t.tx("no fee", 0, [send(a, b, unym(1))], { fee: [] });
  await t.tx("fee above the balance", 0, [send(a, b, unym(1))], { fee: unym("3000000000000000") });
  await t.tx("fee in two denoms", 0, [send(a, b, unym(1))], {
    fee: [{ denom: "unym", amount: "7500" }, { denom: "unyx", amount: "3" }],
  });
  await t.tx("gas for nothing", 0, [send(a, b, unym(1))], { gas: 1 });
  await t.tx("gas for the checks only", 0, [send(a, b, unym(1))], { gas: 62_000 });
  await t.tx("gas that ends in the message", 0, [send(a, b, unym(1))], { gas: 66_000 });
  await t.tx("no gas", 0, [send(a, b, unym(1))], { gas: 0 });
  await t.tx("memo at its limit", 0, [send(a, b, unym(1))], { memo: "m".repeat(256) });
  await t.tx("memo above its limit", 0, [send(a, b, unym(1))], { memo: "m".repeat(257) });
  await t.tx("memo in many-byte letters", 0, [send(a, b, unym(1))], { memo: "ü€😀" });
  await t.tx("sequence in the past", 0, [send(a, b, unym(1))], { sequence: -1 });
  await t.tx("sequence in the future", 0, [send(a, b, unym(1))], { sequence: 1 });
  await t.tx("chain id of another chain", 0, [send(a, b, unym(1))], { chainId: "nyx-2" });
  await t.tx("account number of another account", 0, [send(a, b, unym(1))], { accountNumber: 3 });
  await t.tx("timeout height in the past", 0, [send(a, b, unym(1))], { timeoutHeight: 5n });
  await t.tx("timeout height in the future", 0, [send(a, b, unym(1))], { timeoutHeight: 9_000_000n });
  await t.tx("signer is not the sender", 0, [send(b, a, unym(1))]);

  await signatures(t, { a, b, fresh });

  await t.ask("balances at the end", async (client) => {
    const balances = [];
    for (const account of [a, b, c, fresh("first")]) {
      balances.push(await client.getBalance(account, "unym"), await client.getBalance(account, "unyx"));
    }
    return balances;
  });
}

// Transactions that CosmJS would not make by itself.
async function signatures(t, { a, b, fresh }) {
  const { chain } = t;
  const [first, second] = await chain.wallet.getAccountsWithPrivkeys();

  const good = await chain.sign(0, [send(a, b, unym(1))]);
  const flipped = TxRaw.decode(good);
  flipped.signatures[0][10] ^= 1;
  await t.bytes("signature with one bit flipped", TxRaw.encode(flipped).finish());
  const short = TxRaw.decode(good);
  short.signatures[0] = short.signatures[0].slice(0, 63);
  await t.bytes("signature of 63 bytes", TxRaw.encode(short).finish());
  const none = TxRaw.decode(good);
  none.signatures = [];
  await t.bytes("no signature", TxRaw.encode(none).finish());
  const twice = TxRaw.decode(good);
  twice.signatures.push(twice.signatures[0]);
  await t.bytes("a signature too many", TxRaw.encode(twice).finish());
  await t.bytes("the same transaction unharmed", good);
  await t.bytes("the same transaction again", good);

  const any = (fields) => TxBody.encode(TxBody.fromPartial(fields)).finish();
  const encodedSend = (from, to) => chain.client.registry.encodeAsAny(send(from, to, unym(1)));
  const keyOf = (pubkey) => ({ typeUrl: "/cosmos.crypto.secp256k1.PubKey", value: Uint8Array.of(0x0a, 33, ...pubkey) });
  const key = keyOf(first.pubkey);
  // Signs a body as the given accounts do together; `change` may spoil the authorisation.
  const together = async (bodyBytes, signers, change = (bytes) => bytes) => {
    const infos = [];
    for (const { address, pubkey } of signers) {
      infos.push({ sequence: BigInt(await chain.sequence(address)), key: pubkey });
    }
    const auth = AuthInfo.encode(
      AuthInfo.fromPartial({
        signerInfos: infos.map(({ sequence, key }) => ({
          publicKey: keyOf(key),
          modeInfo: { single: { mode: 1 } },
          sequence,
        })),
        fee: { amount: unym(10000), gasLimit: 400_000n },
      }),
    ).finish();
    const authInfoBytes = change(auth);
    const made = [];
    for (const { privkey, number } of signers) {
      const doc = makeSignDoc(bodyBytes, authInfoBytes, "nyx", number);
      const signature = Secp256k1.createSignature(sha256(makeSignBytes(doc)), privkey);
      made.push(Uint8Array.from([...signature.r(32), ...signature.s(32)]));
    }
    return TxRaw.encode(TxRaw.fromPartial({ bodyBytes, authInfoBytes, signatures: made })).finish();
  };
  const one = { ...first, number: 0 };
  const two = { ...second, number: 1 };

  await t.bytes("two signers", await together(any({ messages: [encodedSend(a, b), encodedSend(b, a)] }), [one, two]));
  await t.bytes("two senders, one signature", await together(any({ messages: [encodedSend(a, b), encodedSend(b, a)] }), [one]));
  await t.bytes("the key of another account", await together(any({ messages: [encodedSend(a, b)] }), [{ ...two, address: a, number: 0 }]));
  await t.bytes("no messages", await together(any({ messages: [] }), [one]));
  await t.bytes("an unknown message", await together(any({ messages: [{ typeUrl: "/nym.v1.MsgNothing", value: Uint8Array.of(1) }] }), [one]));
  await t.bytes("a message that does not decode", await together(any({ messages: [{ typeUrl: "/cosmos.bank.v1beta1.MsgSend", value: Uint8Array.of(0xff, 0xff) }] }), [one]));
  await t.bytes("an extension option", await together(any({ messages: [encodedSend(a, b)], extensionOptions: [key] }), [one]));
  await t.bytes("a field that no one knows", await together(Uint8Array.from([...any({ messages: [encodedSend(a, b)] }), 0xa2, 0x06, 0x01, 0x00]), [one]));
  await t.bytes("a non-critical field that no one knows", await together(Uint8Array.from([...any({ messages: [encodedSend(a, b)] }), 0xca, 0x3e, 0x01, 0x00]), [one]));
  await t.bytes("no fee in the authorisation", await together(any({ messages: [encodedSend(a, b)] }), [one], (auth) => {
    const changed = AuthInfo.decode(auth);
    changed.fee = undefined;
    return AuthInfo.encode(changed).finish();
  }));
  await t.bytes("no sign mode", await together(any({ messages: [encodedSend(a, b)] }), [one], (auth) => {
    const changed = AuthInfo.decode(auth);
    changed.signerInfos[0].modeInfo = { single: { mode: 0 } };
    return AuthInfo.encode(changed).finish();
  }));
  await t.bytes("no public key in the first transaction of an account", await (async () => {
    const body = any({ messages: [encodedSend(chain.accounts[9], b)] });
    const auth = AuthInfo.encode(
      AuthInfo.fromPartial({
        signerInfos: [SignerInfo.fromPartial({ modeInfo: { single: { mode: 1 } }, sequence: 0n })],
        fee: Fee.fromPartial({ amount: unym(10000), gasLimit: 400_000n }),
      }),
    ).finish();
    return TxRaw.encode(TxRaw.fromPartial({ bodyBytes: body, authInfoBytes: auth, signatures: [new Uint8Array(64)] })).finish();
  })());
  const unfunded = { ...first, address: fresh("nobody"), number: 0 };
  const nobody = makeAuthInfoBytes([{ pubkey: key, sequence: 0 }], unym(10000), 400_000, undefined, undefined);
  await t.bytes("an account that does not exist", TxRaw.encode(TxRaw.fromPartial({
    bodyBytes: any({ messages: [encodedSend(unfunded.address, b)] }), authInfoBytes: nobody, signatures: [new Uint8Array(64)],
  })).finish());

  await t.bytes("garbage", Buffer.from("this is no transaction"));
  await t.bytes("a transaction cut short", good.slice(0, good.length - 20));
  await t.bytes("a transaction with bytes behind it", Uint8Array.from([...good, 0]));
  await t.bytes("one byte", Uint8Array.of(0));
  await t.bytes("no bytes", Uint8Array.of());
}
