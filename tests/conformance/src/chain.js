// One chain as the scenario sees it: accounts, signing with CosmJS, broadcast and the answers
// exactly as the node's JSON-RPC gives them.

import { Secp256k1HdWallet } from "@cosmjs/amino";
import { SigningCosmWasmClient } from "@cosmjs/cosmwasm-stargate";
import { DirectSecp256k1HdWallet, makeCosmoshubPath } from "@cosmjs/proto-signing";
import { TxRaw } from "cosmjs-types/cosmos/tx/v1beta1/tx";

export const MNEMONIC = `${"abandon ".repeat(23)}art`;
const ACCOUNTS = 10;

export class Chain {
  static async connect(rpc) {
    const hdPaths = [...Array(ACCOUNTS).keys()].map(makeCosmoshubPath);
    const wallet = await DirectSecp256k1HdWallet.fromMnemonic(MNEMONIC, { prefix: "n", hdPaths });
    const client = await SigningCosmWasmClient.connectWithSigner(rpc, wallet);
    const amino = await SigningCosmWasmClient.connectWithSigner(
      rpc,
      await Secp256k1HdWallet.fromMnemonic(MNEMONIC, { prefix: "n", hdPaths }),
    );
    const accounts = (await wallet.getAccounts()).map((account) => account.address);
    return new Chain(rpc, client, amino, wallet, accounts);
  }

  constructor(rpc, client, amino, wallet, accounts) {
    Object.assign(this, { rpc, client, amino, wallet, accounts, chainId: "nyx" });
  }

  // Signs as account number `from`; `options` replaces what is signed: memo, fee, sequence,
  // accountNumber, chainId, timeoutHeight, and `amino` the way of signing.
  async sign(from, messages, options = {}) {
    const address = this.accounts[from];
    const gas = options.gas ?? 300_000;
    const fee = options.fee ?? [{ denom: "unym", amount: String(Math.ceil(gas * 0.025)) }];
    const signer = {
      accountNumber: options.accountNumber ?? from,
      sequence: (options.sequence ?? 0) + (options.exactSequence ? 0 : await this.sequence(address)),
      chainId: options.chainId ?? this.chainId,
    };
    const client = options.amino ? this.amino : this.client;
    const raw = await client.sign(
      address,
      messages,
      { gas: String(gas), amount: fee },
      options.memo ?? "",
      signer,
      options.timeoutHeight,
    );
    return TxRaw.encode(raw).finish();
  }

  async sequence(address) {
    return (await this.client.getSequence(address)).sequence;
  }

  // Broadcasts and, when the node took it, waits for the block. Answers what JSON-RPC says.
  async deliver(bytes) {
    const tx = Buffer.from(bytes).toString("base64");
    const sync = await this.call("broadcast_tx_sync", { tx });
    if (sync.error || sync.result.code !== 0) return { sync: sync.error ?? sync.result };
    return { sync: sync.result, ...(await this.included(sync.result.hash)) };
  }

  async included(hash) {
    const query = { hash: Buffer.from(hash, "hex").toString("base64") };
    for (let tries = 0; tries < 600; tries++) {
      const found = await this.call("tx", query);
      if (found.result) {
        const { height, index, tx_result } = found.result;
        return { height: Number(height), index, result: tx_result };
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    throw new Error(`transaction ${hash} is in no block after 30 seconds`);
  }

  async call(method, params = {}) {
    return this.post(JSON.stringify({ jsonrpc: "2.0", id: 1, method, params }));
  }

  async post(body) {
    const { text } = await this.request("", { method: "POST", body, headers: { "content-type": "application/json" } });
    return JSON.parse(text);
  }

  async request(path, init) {
    const answer = await fetch(this.rpc + path, init);
    return { status: answer.status, text: await answer.text() };
  }
}
