/** Proves that an MCP server cannot reach into a terminal. */
import { spawn } from "node:child_process";
import { text } from "node:stream/consumers";
import { expect, it } from "vitest";
import { openPty } from "./open-pty.ts";
import { sealDescriptors } from "./seal-descriptors.ts";

const openedTerminals = async (stdio: NonNullable<Parameters<typeof spawn>[2]>["stdio"]) => {
  const child = spawn("ls", ["-l", "/proc/self/fd"], { stdio });
  if (child.stdout === null) throw new Error("no output");
  return (await text(child.stdout)).split("\n").filter((line) => line.includes("ptmx")).length;
};

it.skipIf(process.platform !== "linux")(
  "a child that the daemon starts holds none of the running terminals",
  async () => {
    // Whoever runs the tests in a terminal of their own may have left one open to all.
    const before = await openedTerminals(["ignore", "pipe", "ignore"]);
    const exits: Promise<void>[] = [];
    const ptys = [1, 2, 3].map(() => {
      const exit = Promise.withResolvers<void>();
      exits.push(exit.promise);
      const handlers = { onData() {}, onDrain() {}, onExit: () => exit.resolve() };
      return openPty({ command: "/bin/cat", args: [], env: {}, cwd: "/", cols: 80, rows: 24, ...handlers });
    });
    // Without the seal it does; were that no longer so, the seal could go.
    expect(await openedTerminals(["ignore", "pipe", "ignore"])).toBe(before + 3);
    expect(await openedTerminals(sealDescriptors(["ignore", "pipe", "ignore"] as const))).toBe(0);
    for (const pty of ptys) pty.discard();
    await Promise.all(exits);
    expect(sealDescriptors(["ignore", "pipe", "ignore"])).toHaveLength(3);
  },
);
