// The scenario: the same steps in the same order on every engine.

import { load } from "./artefacts.js";
import { bank } from "./steps/bank.js";
import { probe } from "./steps/probe.js";
import { rpc } from "./steps/rpc.js";
import { wasm } from "./steps/wasm.js";

export async function scenario(recorder, artefacts) {
  await bank(recorder);
  const deployed = await wasm(recorder, { codes: await load(artefacts) });
  await probe(recorder, deployed);
  await rpc(recorder, deployed);
}
