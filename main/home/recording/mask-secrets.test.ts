/** Proves that a secret that a terminal shows stands in no recording, however the program and the terminal cut and dress it. */
import fc from "fast-check";
import { expect, it } from "vitest";
import { maskSecrets } from "./mask-secrets.ts";
import { createStreamMask } from "./mask-stream.ts";

const TOKEN = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";
const SHORT = "tr0ub4dor";

/** What stands in a recording after each of the pieces, and at the stream's end. */
function states(pieces: readonly Buffer[], secrets: readonly string[]): Buffer[] {
  const mask = createStreamMask();
  let written: Buffer = Buffer.alloc(0);
  const write = (piece: readonly Buffer[], ended: boolean) => {
    const { behind, bytes } = mask.take(piece, secrets, ended);
    written = Buffer.concat([written.subarray(0, written.length - behind.length), behind, bytes]);
    return written;
  };
  return [...pieces.map((piece) => write([piece], false)), write([], true)];
}
const masked = (pieces: readonly Buffer[], secrets: readonly string[]) => states(pieces, secrets).at(-1) as Buffer;
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

it("A7: shows at most three characters of a secret, also between its parts and however long they take", () => {
  const apart = fc.constantFrom("", "", "\u001b[31m", "\r\n", "\u001b[K\r\n\u001b[2;1H");
  const noise = fc.array(fc.constantFrom("x", " ", "\r\n", "│", TOKEN.slice(0, 2), SHORT.slice(0, 3)), {
    maxLength: 4,
  });
  fc.assert(
    fc.property(
      fc.constantFrom(TOKEN, SHORT),
      fc.array(apart, { minLength: 64, maxLength: 64 }),
      noise,
      noise,
      fc.boolean(),
      (secret, between, before, after, single) => {
        const dressed = [...secret].map((character, at) => character + between[at]);
        const parts = single ? dressed : [dressed.slice(0, 5).join(""), dressed.slice(5).join("")];
        const texts = [before.join(""), ...parts, after.join("")];
        const all = states(
          texts.map((text) => Buffer.from(text)),
          [TOKEN, SHORT],
        );
        // A part of a secret that stands alone in the text around it is no secret.
        const from = plain(Buffer.from(before.join(""))).length;
        for (const now of all) expect(plain(now).slice(from)).not.toContain(secret.slice(0, 4));
        const end = all.at(-1) as Buffer;
        expect(plain(end).slice(from, from + secret.length)).toBe("*".repeat(secret.length));
        expect(end.length).toBe(Buffer.byteLength(texts.join("")));
      },
    ),
  );
});

it("has all of what was printed while the program is quiet, where no more than three characters could begin a secret", () => {
  for (const text of ["LAST-LIN", "LAST-LINE\r\n", "9", "$ 9f8", "\u001b[1mtr0\u001b[0m\r\n", "half \u001b[3"]) {
    expect(String(states([Buffer.from(text)], [TOKEN, SHORT, "E1234567"])[0])).toBe(text);
  }
  const [waiting, , ended] = states([Buffer.from("$ 9f86d0"), Buffer.from("8")], [TOKEN]);
  expect([String(waiting), String(ended)]).toEqual(["$ ", "$ 9f86d08"]);
});

it("A7: a secret that begins where another one ends is masked across a pause", () => {
  const secrets = ["first-secret-abcd", "abcd-second-secret"];
  const texts = ["> first-secret-abcd", "-second-", "secret <"];
  const all = states(
    texts.map((text) => Buffer.from(text)),
    secrets,
  );
  expect(String(all.at(-1))).toBe(`> ${"*".repeat(31)} <`);
  // What was masked once is never shown again.
  const other = states([Buffer.from("> first-secret-abcd"), Buffer.from("xyz")], secrets);
  expect(String(other.at(-1))).toBe(`> ${"*".repeat(17)}xyz`);
});

it("leaves what is no secret as it was, and never keeps more than 64 KB for later", () => {
  const text = Buffer.from(`tr0ub 4dor, ${TOKEN.slice(0, 63)}, ${"\u001b[1m│ ok │\r\n".repeat(1000)}`);
  expect(masked([Buffer.from(text)], [TOKEN, SHORT]).equals(text)).toBe(true);
  const endless = Buffer.from(TOKEN.slice(0, 20) + "\u001b[0m".repeat(50_000));
  expect(maskSecrets(endless, [TOKEN]).rest.length).toBeLessThanOrEqual(64 * 1024);
});
