/** Proves that a home folder which cannot be used, or is not there, is told in words and left as it is. */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { startDaemon } from "../../test/support/daemon/start-daemon.ts";
import { serve } from "./serve.ts";
import { stop } from "./stop.ts";

let folder: string;
let said: string[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "signalbox-headless-"));
  said = [];
  for (const method of ["log", "error"] as const)
    vi.spyOn(console, method).mockImplementation((line: string) => void said.push(line));
});
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true, force: true });
});

it("serving from a home that is a file fails with the next step, for a person and for a program", async () => {
  const home = join(folder, "file");
  writeFileSync(home, "kept");
  expect(await serve({ home, open: false })).toBe(1);
  expect(said.join()).toMatch(
    /file cannot be made: a file stands in its place\. Choose a folder of your own with --home/,
  );
  said = [];
  expect(await serve({ home, open: false, json: true })).toBe(1);
  expect(JSON.parse(said[0] ?? "")).toMatchObject({ error: { code: "home-unusable" } });
});

it("stopping while a program runs ends nothing, and names the command that does, as it can be typed", async () => {
  const daemon = await startDaemon({}, {}, join(folder, "it's here"));
  const { session_id } = await daemon.session();
  const body = { command: "/bin/cat", args: [], env: {}, cwd: folder, cols: 80, rows: 24 };
  expect((await daemon.ask(`/session/${session_id}/terminal`, { method: "POST", body })).status).toBe(201);
  expect(await stop({ home: daemon.home })).toBe(1);
  expect(said.join("\n")).toContain(`signalbox stop --force --home '${folder}/it'\\''s here'`);
  expect(await stop({ home: daemon.home, force: true })).toBe(0);
  expect(await daemon.daemon.done).toBe("stopped");
  await daemon.stop();
});

it("stopping where nothing ever ran says so, and makes no home", async () => {
  const home = join(folder, "none");
  expect(await stop({ home })).toBe(0);
  expect(said).toEqual([`No daemon runs for ${home}.`]);
  expect(existsSync(home)).toBe(false);
});
