// Runs steps on a chain and keeps what it answered, in a form that two engines can share.

import { mkdir, writeFile } from "node:fs/promises";
import { dirname } from "node:path";

export class Recorder {
  constructor(chain, { before = async () => {}, only } = {}) {
    Object.assign(this, { chain, before, only, steps: [], names: new Set() });
  }

  // A transaction: what CheckTx says, and what delivery says.
  async tx(name, from, messages, options) {
    await this.before(name);
    return this.bytes(name, await this.chain.sign(from, messages, options), false);
  }

  async bytes(name, bytes, first = true) {
    if (first) await this.before(name);
    const delivered = await this.chain.deliver(bytes);
    const { sync, height, index, result } = delivered;
    const kept = { check: withoutStack(plain(sync)) };
    if (result) {
      Object.assign(kept, { height, time: await this.time(height), index, result: compact(result) });
    }
    this.keep(name, kept);
    return { ...kept.result, hash: sync.hash };
  }

  // A question asked through CosmJS: its answer or the text of its error.
  async ask(name, question) {
    await this.before(name);
    let kept;
    try {
      kept = { answer: plain(await question(this.chain.client)) };
    } catch (error) {
      kept = { error: error.message };
    }
    this.keep(name, kept);
    return kept.answer;
  }

  // A JSON-RPC body (text) or method and parameters, answered as the node does.
  async rpc(name, method, params, pick = (answer) => answer) {
    await this.before(name);
    const answer = await this.chain.call(method, params);
    this.keep(name, plain(answer.result === undefined ? { error: answer.error } : { answer: pick(answer.result) }));
    return answer.result;
  }

  async raw(name, path, init, pick = (text) => text) {
    await this.before(name);
    const { status, text } = await this.chain.request(path, init);
    this.keep(name, { status, text: pick(text) });
  }

  async time(height) {
    const header = await this.chain.call("header", { height: String(height) });
    return header.result.header.time;
  }

  keep(name, kept) {
    if (this.names.has(name)) throw new Error(`two steps are called "${name}"`);
    this.names.add(name);
    this.steps.push({ name, ...kept });
  }

  async save(file, engine, contracts) {
    await mkdir(dirname(file), { recursive: true });
    const lines = this.steps.map((step) => `  ${JSON.stringify(step)}`);
    await writeFile(file, `{"engine":${JSON.stringify(engine)},"contracts":${JSON.stringify(contracts)},"steps":[\n${lines.join(",\n")}\n]}\n`);
  }
}

// Events as [kind, [[key, value], …]]: order matters, and every attribute is indexed.
function compact(result) {
  const events = (result.events ?? []).map(({ type, attributes }) => [
    type,
    attributes.map(({ key, value, index }) => (index ? [key, value] : [key, value, "not indexed"])),
  ]);
  return { ...plain(result), events };
}

// A node that recovers from a panic appends its stack, which differs from run to run.
function withoutStack(check) {
  return check.log?.includes("\nstack:\n") ? { ...check, log: check.log.split("\nstack:\n")[0] } : check;
}

export function plain(value) {
  return JSON.parse(
    JSON.stringify(value ?? null, (_, part) => {
      if (typeof part === "bigint") return part.toString();
      if (part instanceof Uint8Array) return `0x${Buffer.from(part).toString("hex")}`;
      // A Buffer turns itself into an object before it gets here.
      if (part?.type === "Buffer" && Array.isArray(part.data)) return `0x${Buffer.from(part.data).toString("hex")}`;
      return part;
    }),
  );
}
