/** Proves that a process that never starts is not waited for, and that the end of one is seen, whatever it leaves behind. */
import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { startDaemon } from "../../../../test/support/daemon/start-daemon.ts";
import type { LinkFault } from "../connection/link.ts";
import { openStdioLink } from "./stdio-link.ts";

it.skipIf(process.platform === "win32")(
  "a server that ended is not called ready because a job of its own still holds its output",
  async () => {
    const cwd = mkdtempSync(join(tmpdir(), "signalbox-stdio-"));
    const closed = Promise.withResolvers<LinkFault>();
    const link = openStdioLink(
      // In a session of its own, as a browser or a build daemon puts itself: the group's end is not its.
      { command: "/bin/sh", args: ["-c", "setsid sleep 300 & echo $! > job; exit 7"], env: {}, cwd },
      { env: { PATH: process.env.PATH }, onStderr() {} },
      { message() {}, unanswered() {}, closed: closed.resolve },
    );
    expect(await link.start()).toBeUndefined();
    expect(await closed.promise).toMatchObject({ reason: expect.stringContaining("exited with code 7") });
    await link.close();
    process.kill(Number(readFileSync(join(cwd, "job"), "utf8")), "SIGKILL");
  },
);

it("a process that the system refuses to start is not waited for, costs no other, and its values are not shown", async () => {
  const zero = "zero\0s3cret";
  const daemon = await startDaemon({
    argument: { command: process.execPath, args: [zero] },
    variable: { command: process.execPath, env: { KEY: zero } },
    large: { command: process.execPath, args: ["x".repeat(900_000)] },
  });
  const zeroes = "did not start: a zero character stands in its command, its arguments, its folder or its variables";
  const large = process.platform === "linux" ? /larger than this system allows/ : /./;
  const servers = async () => ((await (await daemon.ask("/servers")).json()) as { servers: unknown[] }).servers;
  await expect.poll(servers).toMatchObject([
    { name: "argument", state: "failed", reason: zeroes },
    { name: "variable", state: "failed", reason: zeroes },
    { name: "large", state: "failed", reason: expect.stringMatching(large) },
  ]);
  const agent = await daemon.agent();
  expect((await agent.call("tools/list")).result?.tools).toEqual([]);
  await daemon.stop();
});
