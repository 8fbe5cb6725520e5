/** Proves that a process which outlives us is started from something that outlives us. */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, it } from "vitest";
import { lastingSelfCommand, ownAppImage, selfCommand } from "./self-command.ts";

it("outside of an AppImage it is the same program as for any other child", () => {
  const facts = { cli: "/a/cli.js", execPath: "/a/electron", electron: true, appImage: undefined };
  expect(lastingSelfCommand(["daemon"], facts)).toEqual(selfCommand("daemon"));
  expect(lastingSelfCommand(["daemon"], { ...facts, electron: false, appImage: "/x.AppImage" })).toEqual(
    selfCommand("daemon"),
  );
});

it.skipIf(process.platform === "win32")(
  "from an AppImage, the command finds the files of its own mount and gets its arguments unchanged",
  () => {
    const folder = mkdtempSync(join(tmpdir(), "signalbox-appimage-"));
    const built = join(folder, "mount", "resources", "app.asar", "out", "main");
    mkdirSync(built, { recursive: true });
    writeFileSync(join(built, "package.json"), '{"type":"module"}');
    writeFileSync(join(built, "cli.js"), "console.log(JSON.stringify([import.meta.url, ...process.argv.slice(1)]));");
    // As an AppImage's launcher does it: its own mount, and its own flag first unless it is given.
    const appImage = join(folder, "Signalbox.AppImage");
    const launcher = `case " $* " in *" --no-sandbox "*) ;; *) set -- --no-sandbox "$@" ;; esac`;
    writeFileSync(appImage, `#!/bin/sh\n${launcher}\nAPPDIR="${folder}/mount" exec "${process.execPath}" "$@"\n`, {
      mode: 0o755,
    });
    const facts = { cli: "/gone/cli.js", execPath: "/gone/electron", electron: true, appImage };
    const self = lastingSelfCommand(["daemon", "--home", "/a b"], facts);
    expect(self.env).toEqual({ ELECTRON_RUN_AS_NODE: "1" });
    const run = spawnSync(self.command, self.args, { encoding: "utf8" });
    const [url, cli, ...args] = JSON.parse(run.stdout) as string[];
    expect(url).toBe(pathToFileURL(join(built, "cli.js")).href);
    expect(cli).toBe(join(built, "cli.js"));
    expect(args).toEqual(["daemon", "--home", "/a b"]);
    rmSync(folder, { recursive: true });
  },
);

it.each([
  ["our own AppImage", "/tmp/.mount_S/signalbox", "/tmp/.mount_S", "/home/p/Signalbox.AppImage"],
  ["our own, its folder with a slash", "/tmp/.mount_S/signalbox", "/tmp/.mount_S/", "/home/p/Signalbox.AppImage"],
  ["a package, from the terminal of another AppImage", "/opt/Signalbox/signalbox", "/tmp/.mount_Editor", undefined],
  ["a folder that only begins alike", "/tmp/.mount_Signal2/signalbox", "/tmp/.mount_S", undefined],
  ["no folder", "/tmp/.mount_S/signalbox", undefined, undefined],
  ["an empty folder", "/tmp/.mount_S/signalbox", "", undefined],
])("%s", (_what, execPath, folder, file) => {
  expect(ownAppImage({ APPIMAGE: "/home/p/Signalbox.AppImage", APPDIR: folder }, execPath)).toBe(file);
});
