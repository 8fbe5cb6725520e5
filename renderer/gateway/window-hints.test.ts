/** Proves that a fault leads a person to a place of this window that is there, and that its other words are the gateway's. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { withWindowHint } from "./window-hints.ts";

const sources = (folder: string): [path: string, text: string][] =>
  readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => /\.tsx?$/.test(name) && !/\.test\.tsx?$/.test(name))
    .map((name) => [join(folder, name), readFileSync(join(folder, name), "utf8")]);

it("keeps what happened, and a hint for which the window has no better words", () => {
  const fault = { code: "no-such-folder", message: "There is no folder /x.", hint: "Choose another folder." };
  expect(withWindowHint(fault)).toEqual(fault);
  expect(withWindowHint({ code: "no-daemon", message: "It is not running." })).toMatchObject({
    code: "no-daemon",
    message: "It is not running.",
  });
});

it("names buttons and pages that there are", () => {
  const page = sources("renderer")
    .filter(([path]) => !path.endsWith("window-hints.ts"))
    .map(([, text]) => text)
    .join("\n");
  const hint = (code: string) => withWindowHint({ code, message: "" }).hint ?? "";
  const named = ["no-daemon", "wrong-code", "digits-void", "no-editor", "read-only"].flatMap((code) => [
    ...hint(code).matchAll(/Press ([A-Z][a-z -]+?)(?:,|\.|$)|Settings → ([A-Z]\w+)/g),
  ]);
  expect(named.length).toBeGreaterThanOrEqual(5);
  for (const [, button, place] of named) expect(page).toContain(button ?? place);
});

it("the gateway, the daemon and what they share name no button and no page of the window", () => {
  const window = /\bPress [A-Z]\w+|\bSettings(?:,| →| >) [A-Z]\w+|\b(?:in|under) Settings\b/;
  const found = ["main/gateway", "main/daemon", "main/agents", "main/wire", "main/home", "main/cluster"].flatMap(
    (folder) =>
      sources(folder).flatMap(([path, text]) =>
        text
          .split("\n")
          .filter((line) => window.test(line) && !/^\s*(?:\/\/|\*|\/\*)/.test(line))
          .map((line) => `${path}: ${line.trim()}`),
      ),
  );
  expect(found).toEqual([]);
});
