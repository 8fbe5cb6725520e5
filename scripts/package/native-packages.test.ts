/** Proves that a package for another architecture is not made without its terminal. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { missingPackages, wantedArchs } from "./native-packages.ts";

it.each([
  [["--dir"], ["x64"]],
  [["--dir", "--arm64"], ["arm64"]],
  [["--linux"], ["x64", "arm64"]],
  [
    ["--mac", "--universal"],
    ["x64", "arm64"],
  ],
  [["--win", "--x64"], ["x64"]],
  [[], ["x64", "arm64"]],
])("%j needs %j", (args, archs) => {
  expect(wantedArchs(args, "x64")).toEqual(archs);
});

it("names what is not installed by its exact version, and refuses what does not exist", () => {
  const root = mkdtempSync(join(tmpdir(), "signalbox-native-"));
  const at = (name: string) => join(root, "node_modules", "@lydell", name);
  mkdirSync(at("node-pty"), { recursive: true });
  mkdirSync(at("node-pty-linux-x64"));
  const optionalDependencies = { "@lydell/node-pty-linux-x64": "1.2.0", "@lydell/node-pty-linux-arm64": "1.2.0" };
  writeFileSync(join(at("node-pty"), "package.json"), JSON.stringify({ optionalDependencies }));
  expect(missingPackages(root, "linux", ["x64", "arm64"])).toEqual(["@lydell/node-pty-linux-arm64@1.2.0"]);
  expect(() => missingPackages(root, "sunos", ["x64"])).toThrow("no native terminal for sunos x64");
  rmSync(root, { recursive: true });
});
