// Starts our localnet as a separate program; what it reports goes to the published packages.
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const repository = fileURLToPath(new URL("../../..", import.meta.url));
export const contractsFolder = join(repository, "target/contracts");

export async function startLocalnet() {
  const files = mkdtempSync(join(tmpdir(), "interop-js-"));
  const json = join(files, "report.json");
  const child = spawn(
    join(repository, "target/release/localnet"),
    // Epochs of an hour: none turns while a test looks.
    ["--no-quorum", "--epoch", "1h", "--rpc", "127.0.0.1:0", "--contracts", contractsFolder,
      "--env-file", join(files, "localnet.env"), "--json", json],
    { stdio: ["ignore", "ignore", "inherit"] },
  );
  const stop = () => {
    child.kill();
    rmSync(files, { recursive: true, force: true });
  };
  const deadline = Date.now() + 120_000;
  while (!existsSync(json)) {
    if (child.exitCode !== null || Date.now() > deadline) {
      stop();
      throw new Error("the localnet did not finish its walk");
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return { report: JSON.parse(readFileSync(json, "utf8")), stop };
}
