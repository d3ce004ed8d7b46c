// node replay.js RPC ARTEFACTS RECORDING [--json FILE] [--save FILE]: runs the scenario on
// nyxlet at the heights of the recording and compares every step. Exit code 1 on a difference.

import { readFile, writeFile } from "node:fs/promises";
import { Chain } from "./src/chain.js";
import { checksums } from "./src/artefacts.js";
import { compare } from "./src/compare.js";
import { Recorder } from "./src/recorder.js";
import { scenario } from "./src/scenario.js";

const [rpc, artefacts, file, ...rest] = process.argv.slice(2);
const option = (name) => (rest.includes(name) ? rest[rest.indexOf(name) + 1] : undefined);
const recording = JSON.parse(await readFile(file, "utf8"));

const built = await checksums(artefacts);
const other = Object.keys(recording.contracts).filter((name) => recording.contracts[name] !== built[name]);
if (other.length > 0) {
  console.error(
    `error: ${other.join(", ")} differ from the recorded contracts, so their gas would, too: the recording was made with ` +
      "contracts of another compiler or source; 'scripts/conformance --record' makes a new one (needs Go)",
  );
  process.exit(2);
}

const chain = await Chain.connect(rpc);
const heights = new Map(recording.steps.map(({ name, height }) => [name, height]));

// Brings the chain to the block before the one in which the recorded transaction stands: gas
// counts the digits of heights.
async function before(name) {
  const height = heights.get(name);
  if (height === undefined) return;
  const blocks = height - 1 - (await chain.client.getHeight());
  if (blocks > 0) {
    const mined = await chain.call("nyxlet_mine", { blocks: String(blocks) });
    if (mined.error) throw new Error(`the chain mines no blocks: ${JSON.stringify(mined.error)}`);
  }
}

const recorder = new Recorder(chain, { before });
let stopped;
try {
  await scenario(recorder, artefacts);
} catch (error) {
  stopped = error;
}
if (option("--save")) await recorder.save(option("--save"), "nyxlet", built);
const rows = compare(recording.steps, recorder.steps);
for (const { step, why, differences } of rows.filter(({ equal }) => !equal)) {
  console.log(`≠ ${step}${why ? `: on purpose, ${why}` : ""}`);
  for (const difference of differences.slice(0, 6)) console.log(`    ${difference}`);
}
if (stopped) console.log(`the scenario stopped: ${stopped.stack}`);
const equal = rows.filter((row) => row.equal).length;
console.log(`${equal} of ${rows.length} steps equal`);
if (option("--json")) await writeFile(option("--json"), `${JSON.stringify(rows, null, 1)}\n`);
process.exit(rows.every((row) => row.equal || row.why) && !stopped ? 0 : 1);
