/** Proves that a secret that a terminal shows stands in no recording, however the program and the terminal cut and dress it. */
import fc from "fast-check";
import { expect, it } from "vitest";
import { maskSecrets } from "./mask-secrets.ts";

const TOKEN = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";
const SHORT = "tr0ub4dor";

/** The stream in the given pieces, as a recording writes it. */
function masked(pieces: readonly Buffer[], secrets: readonly string[]): Buffer {
  let rest: Buffer = Buffer.alloc(0);
  const written: Buffer[] = [];
  for (const piece of pieces) {
    const next = maskSecrets(Buffer.concat([rest, piece]), secrets);
    written.push(next.bytes);
    rest = next.rest;
  }
  return Buffer.concat([...written, rest]);
}
const plain = (bytes: Buffer) =>
  bytes
    .toString()
    // biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences are what is taken out.
    .replace(/\u001b\[[0-?]*[ -/]*[@-~]|\u001b\][^\u0007]*\u0007|[\r\n│ ]/g, "");

const cut = (text: string, every: number, between: string) =>
  (text.match(new RegExp(`.{1,${every}}`, "g")) ?? []).join(between);

it.each([
  ["in one piece", TOKEN],
  ["wrapped by the program", cut(TOKEN, 40, "\r\n")],
  ["wrapped by the terminal's edge and a cursor move", cut(TOKEN, 30, "\u001b[K\r\n\u001b[2;1H")],
  ["each character in a colour of its own", cut(TOKEN, 1, "\u001b[38;5;9m")],
  ["in a box", cut(TOKEN, 20, " │\r\n│ ")],
  ["in an ASCII box", cut(TOKEN, 20, " |\r\n| ")],
  ["in a title", `\u001b]0;${TOKEN}\u0007`],
  ["in a link", `\u001b]8;;http://127.0.0.1/?token=${TOKEN}\u001b\\here\u001b]8;;\u001b\\`],
  ["as base64 in a clipboard sequence", `\u001b]52;c;${Buffer.from(`x=${TOKEN}\n`).toString("base64")}\u0007`],
  ["as wrapped base64", cut(Buffer.from(`user:${TOKEN}`).toString("base64"), 76, "\n")],
])("A7: is masked %s, with every offset as it was", (_, shown) => {
  const stream = Buffer.from(`before ${shown} after`);
  const out = masked([Buffer.from(stream)], [TOKEN]);
  expect(out.length).toBe(stream.length);
  expect(plain(out)).not.toContain(TOKEN.slice(0, 12));
  expect(out.toString()).toMatch(/^before /);
  expect(out.toString()).toMatch(/ after$/);
  for (const form of ["base64", "latin1"] as const)
    expect(Buffer.from(out.toString().replace(/[^A-Za-z0-9+/]/g, ""), form).toString("latin1")).not.toContain(TOKEN);
});

it("A7: is masked wherever the stream is cut, in two and in single bytes", () => {
  const stream = Buffer.from(`$ cat token\r\n${cut(TOKEN, 50, "\u001b[0m\r\n")}\r\n$ ${SHORT} ${TOKEN}${TOKEN}!`);
  const whole = masked([Buffer.from(stream)], [SHORT, TOKEN]).toString();
  expect(whole).not.toContain(SHORT);
  for (let at = 0; at <= stream.length; at += 1) {
    const two = masked([Buffer.from(stream.subarray(0, at)), Buffer.from(stream.subarray(at))], [SHORT, TOKEN]);
    expect(two.toString(), `cut at ${at}`).toBe(whole);
  }
  const single = [...stream].map((byte) => Buffer.from([byte]));
  expect(masked(single, [SHORT, TOKEN]).toString()).toBe(whole);
});

it("A7: masks the same wherever the stream is cut, for any text around it", () => {
  const piece = fc.constantFrom(
    TOKEN,
    TOKEN.slice(0, 30),
    TOKEN.slice(30),
    SHORT,
    "\r\n",
    "\u001b[31m",
    "\u001b]0;t\u0007",
    " ",
    "│",
    "x",
    "\u001b",
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), fc.array(fc.nat(400), { maxLength: 6 }), (texts, cuts) => {
      const stream = Buffer.from(texts.join(""));
      const places = [0, ...cuts.filter((at) => at < stream.length).sort((a, b) => a - b), stream.length];
      const pieces = places.slice(1).map((to, at) => Buffer.from(stream.subarray(places[at], to)));
      const out = masked(pieces, [TOKEN, SHORT]);
      expect(out.length).toBe(stream.length);
      expect(out.toString()).not.toContain(TOKEN);
      expect(out.toString()).not.toContain(SHORT);
    }),
  );
});

it("leaves what is no secret as it was, and never holds back more than 64 KB", () => {
  const text = Buffer.from(`tr0ub 4dor, ${TOKEN.slice(0, 63)}, ${"\u001b[1m│ ok │\r\n".repeat(1000)}`);
  expect(masked([Buffer.from(text)], [TOKEN, SHORT]).equals(text)).toBe(true);
  const endless = Buffer.from(TOKEN.slice(0, 20) + "\u001b[0m".repeat(50_000));
  expect(maskSecrets(endless, [TOKEN]).rest.length).toBeLessThanOrEqual(64 * 1024);
});
