/** Proves that what our own texts recommend (`signalbox stop`, `signalbox doctor`) also works where a package is installed. */
import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { COMMANDS, commandFromArgs } from "./command-from-args.ts";

it("knows every command of the command line", () => {
  const { stdout } = spawnSync(process.execPath, ["main/cli.ts", "--help"], { encoding: "utf8" });
  const listed = [...stdout.slice(stdout.indexOf("Commands:")).matchAll(/^ {2}(\w+)/gm)].map(([, name]) => name);
  expect(listed.length).toBeGreaterThan(5);
  expect([...COMMANDS].filter((name) => !name.startsWith("-")).sort()).toEqual(listed.sort());
});

it.each([
  [["doctor"], true],
  [["run", "claude", "--", "-p", "x"], true],
  [["open", "signalbox://session/a"], true],
  [["--version"], true],
  [[], false],
  [["signalbox://session/a"], false],
  [["--hidden"], false],
  [["--home", "serve"], false],
  [["--demo", "stop"], false],
])("%j is a command: %s", (args, command) => expect(commandFromArgs(args)).toEqual(command ? args : undefined));

it.skipIf(process.platform === "win32").each([
  ["Linux", "opt/Signalbox/resources", "opt/Signalbox/signalbox"],
  ["macOS", "Signalbox.app/Contents/Resources", "Signalbox.app/Contents/MacOS/Signalbox"],
])(
  "the launcher of a package on %s runs its command line, through links and from a folder with spaces",
  (_, at, program) => {
    const root = mkdtempSync(join(tmpdir(), "signalbox launcher "));
    const resources = join(root, at);
    mkdirSync(join(resources, "bin"), { recursive: true });
    mkdirSync(join(root, program, ".."), { recursive: true });
    writeFileSync(join(root, program), '#!/bin/sh\necho "$ELECTRON_RUN_AS_NODE"\nprintf "%s\\n" "$@"\nexit 7\n', {
      mode: 0o755,
    });
    copyFileSync("resources/bin/signalbox", join(resources, "bin", "signalbox"));
    symlinkSync(join(resources, "bin", "signalbox"), join(root, "first"));
    symlinkSync("first", join(root, "second"));
    const { stdout, status } = spawnSync(join(root, "second"), ["run", "a b", ""], { encoding: "utf8" });
    const [asNode, cli, ...args] = stdout.split("\n");
    expect([asNode, args, status]).toEqual(["1", ["run", "a b", "", ""], 7]);
    expect(cli).toMatch(/Resources\/app\.asar\/out\/main\/cli\.js$/i);
    rmSync(root, { recursive: true });
  },
);
