/** Proves that nothing that a detached process prints fills the disk, and that what came last is kept. */
import { spawnSync } from "node:child_process";
import { closeSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, it } from "vitest";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "signalbox-output-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const MODULE = fileURLToPath(new URL("./bound-output.ts", import.meta.url));
const LOG = fileURLToPath(new URL("./create-log.ts", import.meta.url));

function run(body: string) {
  const file = join(folder, "daemon-output.log");
  const output = openSync(file, "w", 0o600);
  const program = `
    import { boundOutput } from ${JSON.stringify(MODULE)};
    import { createLog } from ${JSON.stringify(LOG)};
    const log = createLog({ name: "t", file: ${JSON.stringify(join(folder, "daemon.log"))} });
    boundOutput(${JSON.stringify(file)}, log, { maxBytes: 10_000, files: 2 });
    ${body}`;
  spawnSync(process.execPath, ["--input-type=module", "-e", program], { stdio: ["ignore", output, output] });
  closeSync(output);
  return { size: readdirSync(folder).reduce((sum, name) => sum + statSync(join(folder, name)).size, 0), file };
}

it("what it prints, on both streams, is bounded, and the last line is there", () => {
  const { size, file } = run(
    'for (let i = 0; i < 5000; i += 1) { console.log("line", i); console.error("error", i); }',
  );
  expect(size).toBeLessThan(30_000);
  expect(readFileSync(file, "utf8")).toContain("error 4999");
});

it("warnings of the runtime, one for each timer that is too long, go to the log, which rotates", () => {
  const { size, file } = run("for (let i = 0; i < 300; i += 1) clearTimeout(setTimeout(() => {}, 2 ** 31));");
  expect(readFileSync(file, "utf8")).toBe("");
  expect(readFileSync(join(folder, "daemon.log"), "utf8")).toContain("TimeoutOverflowWarning");
  expect(size).toBeLessThan(11_000_000);
});
