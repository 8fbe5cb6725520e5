/** A folder that looks to the packager like Electron's distribution for Linux, for machines without the real one. What is packed into it does not run. */
import { chmodSync, mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** How Electron marks its fuses in its program: this text, a version, their number, one byte each. */
const FUSE_SENTINEL = "dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX";
const FUSES_AT_BUILD = "101000011";

/** Makes the folder, to be removed by whoever asked for it. */
export function standInElectron(version: string): string {
  const folder = mkdtempSync(join(tmpdir(), "signalbox-stand-in-electron-"));
  const fuses = Buffer.from([1, FUSES_AT_BUILD.length, ...Buffer.from(FUSES_AT_BUILD)]);
  const script =
    "#!/bin/sh\necho 'This stands in for Electron; it was packaged where the real program is not.' >&2\nexit 1\n";
  const program = Buffer.concat([Buffer.from(`${script}${FUSE_SENTINEL}`), fuses]);
  writeFileSync(join(folder, "electron"), program);
  writeFileSync(join(folder, "chrome-sandbox"), "");
  writeFileSync(join(folder, "version"), version);
  writeFileSync(join(folder, "LICENSE"), "Stand-in for Electron's licence.\n");
  writeFileSync(join(folder, "LICENSES.chromium.html"), "Stand-in for Chromium's licences.\n");
  mkdirSync(join(folder, "locales"));
  writeFileSync(join(folder, "locales", "en-US.pak"), "");
  for (const file of ["electron", "chrome-sandbox"]) chmodSync(join(folder, file), 0o755);
  return folder;
}
