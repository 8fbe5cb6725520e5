/** Proves that servers are found where the person's shell would find them, also when a dock has started us. */
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, vi } from "vitest";
import { scripted, startDaemon } from "../../../test/support/daemon/start-daemon.ts";

it.skipIf(process.platform === "win32")(
  "a command that only the login shell knows is started, with the variables of its profile",
  async () => {
    const folder = mkdtempSync(join(tmpdir(), "signalbox-login-"));
    const program = (name: string, text: string) => {
      writeFileSync(join(folder, name), text);
      chmodSync(join(folder, name), 0o755);
      return join(folder, name);
    };
    mkdirSync(join(folder, "bin"));
    const { command, args } = scripted();
    program("bin/only-in-the-shell", `#!/bin/sh\nexec "${command}" ${args.map((arg) => `"${arg}"`).join(" ")} "$@"\n`);
    const shell = program(
      "shell",
      `#!/bin/sh\nexport PATH="${folder}/bin:$PATH" FROM_PROFILE=yes\nexec /bin/sh -c "$2"\n`,
    );
    const { TERM: _, ...env } = process.env;
    const reference = `\${${"FROM_PROFILE"}}`;
    const daemon = await startDaemon(
      { one: { command: "only-in-the-shell", args: ["--tools", reference] } },
      { env: { ...env, SHELL: shell } },
    );
    await vi.waitFor(async () => {
      const { servers } = (await (await daemon.ask("/servers")).json()) as {
        servers: { state: string; tools: { name: string }[] }[];
      };
      expect(servers[0]?.state).toBe("ready");
      expect(servers[0]?.tools.map((tool) => tool.name)).toContain("yes");
    });
    await daemon.stop();
    rmSync(folder, { recursive: true });
  },
);
