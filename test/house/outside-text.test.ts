/** Proves that what other programs and files say reaches no attribute of the page and no terminal of a person as it is. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";

const sources = (folder: string, ending: RegExp): string[] =>
  readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => ending.test(name) && !/\.test\.tsx?$/.test(name))
    .map((name) => join(folder, name));

/** Attributes that are shown as a tooltip or read aloud. */
const SHOWN = /(?<![\w-])(?:title|alt|placeholder|aria-(?:label|description|valuetext|roledescription))=\{/g;
/** Fields whose text comes from elsewhere: agents, servers, tools, files, other programs. */
const OUTSIDE =
  /\.(?:cwd|evidence|label|name|agent_name|path|url|reason|message|hint|tool|server|text|command|title|detail)\b(?!\()/;
const SAFE = /\b(?:oneLine|visible|visibleLines)\(/;

/** The text up to the bracket that closes the one before `from`. */
function balanced(text: string, from: number, open: string, close: string): string {
  let depth = 1;
  let at = from;
  for (; depth > 0 && at < text.length; at += 1) {
    if (text[at] === open) depth += 1;
    else if (text[at] === close) depth -= 1;
  }
  return text.slice(from, at - 1);
}

/** An expression without what was made safe in it. */
function unsafePart(expression: string): string {
  let rest = expression;
  for (let found = SAFE.exec(rest); found !== null; found = SAFE.exec(rest)) {
    const inside = balanced(rest, found.index + found[0].length, "(", ")");
    rest = rest.slice(0, found.index) + rest.slice(found.index + found[0].length + inside.length + 1);
  }
  return rest;
}

it("A22: tooltips and spoken names show invisible and reordering characters of outside text", () => {
  const found = sources("renderer", /\.tsx$/).flatMap((file) => {
    const text = readFileSync(file, "utf8");
    return [...text.matchAll(SHOWN)]
      .map((match) => balanced(text, match.index + match[0].length, "{", "}"))
      .filter((expression) => OUTSIDE.test(unsafePart(expression)))
      .map((expression) => `${file}: ${expression}`);
  });
  expect(found).toEqual([]);
});

it("knows an unsafe expression from a safe one", () => {
  expect(OUTSIDE.test(unsafePart("[session.status.evidence, oneLine(session.cwd, 3)]"))).toBe(true);
  expect(OUTSIDE.test(unsafePart("visibleLines([session.status.evidence, session.cwd].join())"))).toBe(false);
  expect(OUTSIDE.test(unsafePart("oneLine(name(session.label), 3)"))).toBe(false);
});

it("A22, A26: everything that a command prints for a person goes through the one place that makes it safe", () => {
  const printing = sources("main", /\.ts$/).filter((file) => /\bconsole\.\w+\(/.test(readFileSync(file, "utf8")));
  // The demo's agent prints a fixed sentence; it stands in for somebody else's program.
  expect(printing.toSorted()).toEqual(["main/daemon/demo/demo-agent.ts", "main/home/say.ts"]);
});
