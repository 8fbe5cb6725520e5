/** Proves that the house's import table is enforced: each row tries one forbidden import and the linter refuses it, naming the alternative. */
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

let house: string;
beforeEach(() => {
  house = mkdtempSync(join(tmpdir(), "signalbox-house-"));
  cpSync("biome.json", join(house, "biome.json"));
});
afterEach(() => rmSync(house, { recursive: true, force: true }));

/** Puts a file that imports `specifier` at `path` of an empty house and gives what the linter says about its imports. */
function lint(path: string, specifier: string): string {
  mkdirSync(dirname(join(house, path)), { recursive: true });
  writeFileSync(join(house, path), `import * as it from "${specifier}";\n\nconsole.log(it);\n`);
  const run = spawnSync("biome", ["lint", "--vcs-enabled=false", "--only=style/noRestrictedImports"], {
    cwd: house,
    encoding: "utf8",
  });
  return run.status === 0 ? "" : run.stdout + run.stderr;
}

describe.each<[file: string, specifier: string, says: RegExp]>([
  ["shared/events/x.ts", "node:fs", /pure ECMAScript/],
  ["shared/events/x.ts", "ws", /pure ECMAScript/],
  ["shared/events/x.ts", "../../main/home/home-folder.ts", /below every process/],
  ["main/home/x.ts", "../gateway/create-gateway.ts", /below the gateway and the daemon/],
  ["main/wire/x.ts", "../gateway/create-gateway.ts", /below the gateway and the daemon/],
  ["main/wire/x.ts", "../home/home-folder.ts", /knows none of them/],
  ["main/cluster/x.ts", "../gateway/create-gateway.ts", /below the gateway and the daemon/],
  ["main/daemon/x.ts", "@redis/client", /Only main\/cluster/],
  ["main/gateway/x.ts", "@redis/client", /Only main\/cluster/],
  ["main/agents/x.ts", "../daemon/create-daemon.ts", /pure functions/],
  ["main/gateway/x.ts", "../daemon/create-daemon.ts", /protocol in shared/],
  ["main/gateway/bridge/x.ts", "../../daemon/create-daemon.ts", /protocol in shared/],
  ["main/gateway/x.ts", "electron", /main\/shell/],
  ["main/gateway/x.ts", "../shell/tray.ts", /composition root/],
  ["main/gateway/x.ts", "../../renderer/main.tsx", /protocol in shared/],
  ["main/daemon/x.ts", "../gateway/create-gateway.ts", /protocol in shared/],
  ["main/daemon/terminal/x.ts", "../../gateway/create-gateway.ts", /protocol in shared/],
  ["main/daemon/x.ts", "electron", /main\/shell/],
  ["main/shell/x.ts", "../gateway/auth/decide.ts", /composition root alone/],
  ["main/shell/x.ts", "../daemon/create-daemon.ts", /process of its own/],
  ["main/electron.ts", "./gateway/bridge/log.ts", /composition root alone/],
  ["main/cli.ts", "electron", /main\/shell/],
  ["main/commands/x.ts", "electron", /main\/shell/],
  ["main/gateway/x.ts", "../commands/run.ts", /command line sits above/],
  ["main/daemon/x.ts", "../commands/run.ts", /command line sits above/],
  ["preload/x.ts", "node:fs", /bridge/],
  ["preload/x.ts", "../main/home/home-folder.ts", /bridge/],
  ["renderer/x.ts", "electron", /renderer\/host/],
  ["renderer/x.ts", "node:fs", /no Node here/],
  ["renderer/terminal/x.tsx", "../../main/gateway/create-gateway.ts", /protocol in shared/],
])("%s importing %s", (file, specifier, says) => {
  it("is refused at error level", () => expect(lint(file, specifier)).toMatch(says));
});

describe.each<[file: string, specifier: string]>([
  ["shared/events/x.ts", "zod"],
  ["shared/events/x.ts", "../protocol/fault.ts"],
  ["main/gateway/bridge/x.ts", "../../agents/agents.ts"],
  ["main/cluster/redis-bus.ts", "@redis/client"],
  ["main/gateway/x.ts", "../cluster/open-cluster.ts"],
  ["main/gateway/x.ts", "node:http"],
  ["main/daemon/x.ts", "../../shared/protocol/wire.ts"],
  ["main/shell/x.ts", "electron"],
  ["main/shell/x.ts", "../gateway/create-gateway.ts"],
  ["preload/x.ts", "electron"],
  ["preload/x.ts", "../shared/protocol/host-bridge.ts"],
  ["renderer/x.ts", "../shared/events/fold.ts"],
])("%s importing %s", (file, specifier) => {
  it("is allowed", () => expect(lint(file, specifier)).toBe(""));
});
