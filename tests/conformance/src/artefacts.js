// The contracts that the scenario deploys, and their checksums: another compiler makes other
// bytes, and other bytes cost other gas.

import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";

export const NAMES = ["cw20_base", "cw4_group", "cw3_fixed_multisig", "probe"];

export async function load(folder) {
  const codes = {};
  for (const name of NAMES) codes[name] = new Uint8Array(await readFile(`${folder}/${name}.wasm`));
  return codes;
}

export async function checksums(folder) {
  const codes = await load(folder);
  return Object.fromEntries(
    NAMES.map((name) => [name, createHash("sha256").update(codes[name]).digest("hex")]),
  );
}
