// node record.js RPC ARTEFACTS FILE [ENGINE]: runs the scenario and writes what the node answered.

import { checksums } from "./src/artefacts.js";
import { Chain } from "./src/chain.js";
import { Recorder } from "./src/recorder.js";
import { scenario } from "./src/scenario.js";

const [rpc, artefacts, file, engine = "wasmd"] = process.argv.slice(2);
const recorder = new Recorder(await Chain.connect(rpc));
try {
  await scenario(recorder, artefacts);
} finally {
  await recorder.save(file, engine, await checksums(artefacts));
}
console.log(`${recorder.steps.length} steps recorded in ${file}`);
process.exit(0);
