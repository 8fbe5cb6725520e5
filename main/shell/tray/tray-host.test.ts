/** An app is hidden in the tray only where something shows it: the session bus is asked, with real programs, for a bounded time. */
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { findTrayHost, ownerIn, saysTrue } from "./tray-host.ts";

it.each([
  ["(<true>,)\n", true],
  ["(<false>,)\n", false],
  ["b true\n", true],
  ["b false\n", false],
  [
    "method return time=1 sender=:1.5 -> destination=:1.9 serial=3 reply_serial=2\n   variant       boolean true\n",
    true,
  ],
  ["   variant       boolean false\n", false],
  ["", false],
  ["true", false],
  ["Error: GDBus.Error:org.freedesktop.DBus.Error.ServiceUnknown: true", false],
])("%j: %s", (text, host) => {
  expect(saysTrue(text)).toBe(host);
});

it.each([
  ["(':1.5',)\n", ":1.5"],
  ['s ":1.105"\n', ":1.105"],
  ['method return time=1 sender=org.freedesktop.DBus\n   string ":1.7"\n', ":1.7"],
  ["Error: no such name", undefined],
])("%j names the host %s", (text, owner) => {
  expect(ownerIn(text)).toBe(owner);
});

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "signalbox-bus-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function tool(name: string, script: string): void {
  writeFileSync(join(folder, name), `#!/bin/sh\n${script}\n`);
  chmodSync(join(folder, name), 0o755);
}
/** Nothing but what stands in the folder. */
const ask = (limitMs?: number) => findTrayHost({ PATH: folder }, limitMs);

it.skipIf(process.platform === "win32")(
  "asks with whichever program is there, and believes only a clear yes",
  async () => {
    expect(await ask()).toBeUndefined();
    tool("dbus-send", "echo; echo '   variant       boolean true'");
    expect(await ask()).toBe("unnamed");
    tool("busctl", "echo 'b false'");
    expect(await ask()).toBeUndefined();
    tool("gdbus", 'case "$*" in *IsStatusNotifierHostRegistered) echo "(<true>,)";; esac');
    expect(await ask()).toBe("unnamed");
    tool(
      "gdbus",
      `case "$*" in *IsStatusNotifierHostRegistered) echo "(<true>,)";; *GetNameOwner*) echo "(':1.42',)";; esac`,
    );
    expect(await ask()).toBe(":1.42");
    tool("gdbus", "echo '(<true>,)'; exit 1");
    expect(await ask()).toBeUndefined();
  },
);

it.skipIf(process.platform === "win32")(
  "a bus that does not answer is no host, and nobody waits longer than the limit",
  async () => {
    tool("gdbus", "exec /bin/sleep 60");
    const begun = performance.now();
    expect(await ask(200)).toBeUndefined();
    expect(performance.now() - begun).toBeLessThan(20_000);
  },
);
