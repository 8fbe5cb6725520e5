/** Proves that the smoke test of releases runs and can fail, on a stand-in for Electron in processes of its own. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PAGE_ORIGIN } from "../support/electron-double/addresses.ts";
import { expect, test } from "./launch.ts";

async function smoke(own: string[], env: NodeJS.ProcessEnv = {}) {
  const program = [process.execPath, "test/electron/stand-in-app.ts"];
  const child = spawn(process.execPath, ["scripts/smoke.ts", "--page", PAGE_ORIGIN, ...own, ...program], {
    env: { ...process.env, ...env },
  });
  let said = "";
  child.stdout.on("data", (data: Buffer) => {
    said += data.toString();
  });
  child.stderr.on("data", (data: Buffer) => {
    said += data.toString();
  });
  const [code] = (await once(child, "close")) as [number];
  return { code, said };
}

/** Command lines with this folder in them; none where the system has no /proc. */
function processesNaming(folder: string): string[] {
  if (process.platform !== "linux") return [];
  return readdirSync("/proc").flatMap((pid) => {
    try {
      const line = readFileSync(join("/proc", pid, "cmdline"), "latin1").replaceAll("\0", " ");
      return line.includes(folder) ? [line] : [];
    } catch {
      return [];
    }
  });
}

test("the smoke test sees window, tray, calls, link and a daemon that outlives the app", async () => {
  const { code, said } = await smoke(["--tray", "yes"]);
  expect(said).toContain("started again, it found the session running");
  expect(code).toBe(0);
});

test("the smoke test fails where the tray is told wrongly, says so, and leaves no process behind", async () => {
  const temporary = mkdtempSync(join(tmpdir(), "signalbox-failing-smoke-"));
  const { code, said } = await smoke(["--tray", "yes"], { STAND_IN_TRAY: "no", TMPDIR: temporary });
  expect(said).toContain("the tray is told wrongly");
  expect(code).toBe(1);
  await expect.poll(() => processesNaming(temporary)).toEqual([]);
  rmSync(temporary, { recursive: true, force: true });
});
