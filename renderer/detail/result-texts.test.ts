/** Proves that a result is shown and copied once: as the text that people read, with nothing lost beside it. */
import { expect, it } from "vitest";
import { resultTexts } from "./result-texts.ts";

const text = (words: string) => ({ type: "text", text: words });

it.each<[string, unknown, string[], unknown]>([
  ["a text alone", { content: [text("a\nb")] }, ["a\nb"], undefined],
  ["no error is not news", { content: [text("a")], isError: false }, ["a"], undefined],
  ["an error is", { content: [text("a")], isError: true }, ["a"], { isError: true }],
  ["the same as JSON", { content: [text('{"n": 1}')], structuredContent: { n: 1 } }, ['{"n": 1}'], undefined],
  ["other JSON", { content: [text("ok")], structuredContent: { n: 1 } }, ["ok"], { structuredContent: { n: 1 } }],
  ["a picture", { content: [{ type: "image", data: "x" }] }, [], { content: [{ type: "image", data: "x" }] }],
  [
    "annotations",
    { content: [{ ...text("a"), annotations: { priority: 1 } }] },
    [],
    { content: [{ ...text("a"), annotations: { priority: 1 } }] },
  ],
  ["no result of MCP", { n: 1 }, [], { n: 1 }],
  ["a string", "plain", ["plain"], undefined],
  ["nothing", null, [], null],
])("%s", (_, result, texts, rest) => {
  expect(resultTexts(result)).toEqual({ texts, rest });
});
