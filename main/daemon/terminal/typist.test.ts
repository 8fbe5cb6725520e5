/** Proves that what a script types reaches the program as a person's typing would. */
import { expect, it } from "vitest";
import { typeRequestSchema } from "../../../shared/protocol/script-api.ts";
import { createTypist } from "./typist.ts";

function typing({ pastes = false, queued = 0, ended = false } = {}) {
  const heard: string[] = [];
  const typed: string[] = [];
  const typist = createTypist({
    program: () => (ended ? undefined : { queued, write: (bytes) => heard.push(Buffer.from(bytes).toString()) }),
    pastes: async () => pastes,
    typed: (bytes) => typed.push(Buffer.from(bytes).toString()),
    pause: async (ms) => void heard.push(`${ms} ms`),
  });
  return { typist, heard, typed };
}

it("presses Return only after the program had time to read the text", async () => {
  const { typist, heard, typed } = typing();
  expect(await typist.type({ text: "run the tests", enter: true })).toEqual({ ok: true, value: undefined });
  expect(heard).toEqual(["run the tests", "300 ms", "\r"]);
  expect(typed).toEqual(["run the tests", "\r"]);
});

it("sends several lines as one paste, where the program tells pastes from keys", async () => {
  const asking = typing({ pastes: true });
  await asking.typist.type({ text: "one\r\ntwo\n", enter: true });
  expect(asking.heard).toEqual(["\u001b[200~one\rtwo\r\u001b[201~", "300 ms", "\r"]);
  const plain = typing();
  await plain.typist.type({ text: "one\ntwo" });
  expect(plain.heard).toEqual(["one\rtwo"]);
});

it("presses keys one by one", async () => {
  const { typist, heard } = typing();
  await typist.type({ keys: ["escape", "ctrl-c", "shift-tab"] });
  expect(heard).toEqual(["\u001b", "50 ms", "\u0003", "50 ms", "\u001b[Z"]);
});

it("does not mix what two send at once", async () => {
  const { typist, heard } = typing();
  await Promise.all([typist.type({ text: "a", enter: true }), typist.type({ text: "b", enter: true })]);
  expect(heard).toEqual(["a", "300 ms", "\r", "b", "300 ms", "\r"]);
});

it("says that a program has ended, or does not read", async () => {
  expect(await typing({ ended: true }).typist.type({ enter: true })).toMatchObject({
    fault: { code: "terminal-ended" },
  });
  const deaf = typing({ queued: 1_000_000 });
  expect(await deaf.typist.type({ text: "x" })).toMatchObject({ fault: { code: "terminal-busy" } });
  expect(deaf.heard).toEqual([]);
});

it.each([
  [{ text: "a\u001b[201~b" }],
  [{ text: "a\u0003" }],
  [{ text: "\u009b1m" }],
  [{ keys: ["constructor"] }],
  [{ keys: ["ctrl-1"] }],
  [{ text: "" }],
  [{}],
])("refuses %j: a text cannot become keys", (request) => {
  expect(typeRequestSchema.safeParse(request).success).toBe(false);
});

it("takes tabs and line ends", () => {
  expect(typeRequestSchema.safeParse({ text: "if x:\n\tpass\r\n" }).success).toBe(true);
});
