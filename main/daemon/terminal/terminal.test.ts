/** Owns the proof of a terminal with real programs, real PTYs and real sockets. */
import { afterEach, expect, it } from "vitest";
import { openTerminals, type TestTerminals } from "../../../test/support/terminal-client.ts";

const open: TestTerminals[] = [];
async function house(env?: NodeJS.ProcessEnv): Promise<TestTerminals> {
  const terminals = await openTerminals(env);
  open.push(terminals);
  return terminals;
}
afterEach(async () => {
  for (const terminals of open.splice(0)) await terminals.close();
});

it("shows what a program prints and lets a person type", async () => {
  const { start, connect } = await house();
  expect(start("a", "cat").ok).toBe(true);
  const viewer = await connect("a", { cols: 100, rows: 30 });
  expect(await viewer.frame("ready")).toMatchObject({ cols: 100, rows: 30 });
  await viewer.frame("snapshot");
  viewer.type("hello\r");
  await viewer.text(/hello\r\nhello\r\n/);
});

it("P24: every byte of a program that prints 20 KB and exits comes, and then its exit", async () => {
  const { start, connect, terminals } = await house();
  const script = "head -c 20000 /dev/zero | tr '\\0' x; printf END; exit 3";
  for (let run = 0; run < 30; run += 1) {
    expect(start(`r${run}`, "sh", ["-c", `read go; ${script}`]).ok).toBe(true);
    const viewer = await connect(`r${run}`);
    await viewer.frame("snapshot");
    viewer.type("\r");
    const exit = await viewer.frame("exit");
    expect(exit).toEqual({ type: "exit", code: 3, signal: null });
    expect(viewer.received.at(-1)).toBe(exit);
    expect(viewer.live().toString().replace(/\s/g, "")).toBe(`${"x".repeat(20_000)}END`);
    await viewer.close();
    await terminals.end(`r${run}`);
  }
});

it("says what cannot be started, and why", async () => {
  const { start } = await house();
  expect(start("a", "no-such-program-here")).toMatchObject({ ok: false, fault: { code: "command-not-found" } });
  expect(start("a", "cat", [], { cwd: "/no/such/folder" })).toMatchObject({
    ok: false,
    fault: { code: "no-such-folder" },
  });
  expect(start("a", "cat").ok).toBe(true);
  expect(start("a", "cat")).toMatchObject({ ok: false, fault: { code: "terminal-running" } });
});
