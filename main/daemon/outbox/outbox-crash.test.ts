/** Proves with real kills that what was acknowledged is delivered, and has its effect once. */
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { startHttpUpstream, succeed } from "../../../test/support/daemon/http-upstream.ts";
import { openOutboxStore } from "./outbox-store.ts";

const WRITER = fileURLToPath(new URL("../../../test/fixtures/outbox/writer.ts", import.meta.url));
const KILLS = process.env.SIGNALBOX_LONG === "1" ? 500 : 40;

it("P14: of writes kept while the process was killed again and again, each that was acknowledged has its effect exactly once", {
  timeout: KILLS * 20_000,
}, async () => {
  const folder = mkdtempSync(join(tmpdir(), "signalbox-outbox-"));
  const path = join(folder, "outbox.db");
  const upstream = await startHttpUpstream([]);
  /** What the server did, by key: it knows its keys, as such servers do. */
  const effects = new Map<string, number>();
  let repeated = 0;
  upstream.behave((call, respond) => {
    const key = call.key ?? "";
    if (effects.has(key)) repeated += 1;
    else effects.set(key, 1);
    succeed(call, respond);
  });
  const acknowledged: string[] = [];
  for (let run = 1; run <= KILLS; run += 1) {
    const child = spawn(process.execPath, [WRITER, path, upstream.url, String(run), "write"], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const ended = new Promise((resolve) => child.once("close", resolve));
    const lines = createInterface({ input: child.stdout });
    const first = Promise.withResolvers<void>();
    lines.on("line", (key) => {
      acknowledged.push(key);
      first.resolve();
    });
    await Promise.race([first.promise, ended]);
    // At a different moment of keeping and delivering each time.
    await new Promise((resolve) => setTimeout(resolve, (run * 7) % 60));
    child.kill("SIGKILL");
    await ended;
  }
  const last = spawn(process.execPath, [WRITER, path, upstream.url, "last", "drain"], {
    stdio: ["ignore", "ignore", "inherit"],
  });
  expect(await new Promise((resolve) => last.once("close", resolve))).toBe(0);
  await upstream.down();

  expect(acknowledged.length).toBeGreaterThan(KILLS);
  expect(new Set(acknowledged).size).toBe(acknowledged.length);
  expect(acknowledged.filter((key) => effects.get(key) !== 1)).toEqual([]);
  const store = openOutboxStore(path);
  expect(store.list()).toEqual([]);
  store.close();
  // In order within each run: strictly one after the other.
  const order = [...effects.keys()].filter((key) => key.startsWith("1-")).map((key) => Number(key.slice(2)));
  expect(order).toEqual(order.toSorted((a, b) => a - b));
  console.log(
    `P14: ${KILLS} kills, ${acknowledged.length} acknowledged, ${effects.size} carried out once, ${repeated} repetitions recognised by key`,
  );
  rmSync(folder, { recursive: true });
});

it("P16: a full disk refuses a write before it is acknowledged, and takes the next one once there is room", () => {
  const folder = mkdtempSync(join(tmpdir(), "signalbox-outbox-"));
  const store = openOutboxStore(join(folder, "outbox.db"), { maxPages: 16 });
  const entry = (key: string, size: number) => ({
    key,
    server: "s",
    tool: "t",
    params: { text: "x".repeat(size) },
    repeatable: false,
    session: "s",
    call: "c",
  });
  expect(() => store.add(entry("large", 1_000_000), "queued", "away", 0)).toThrow(/full/);
  expect(store.list()).toEqual([]);
  expect(store.add(entry("small", 10), "queued", "away", 0).key).toBe("small");
  expect(store.list()).toHaveLength(1);
  store.close();
  rmSync(folder, { recursive: true });
});
