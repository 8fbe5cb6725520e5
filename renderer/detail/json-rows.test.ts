import { expect, it } from "vitest";
import { readEventFrame } from "../gateway/read-event-frame.ts";
import { jsonRows, MAX_ROWS, searchJson } from "./json-rows.ts";

const text = (value: unknown, open = true) =>
  jsonRows(value, () => open).map(
    (row) => `${" ".repeat(row.depth)}${row.key === undefined ? "" : `${row.key}: `}${row.text}`,
  );

it("shows every value of a result, nested and empty ones included", () => {
  expect(text({ a: [1, "x"], b: {}, c: null, d: { e: true } })).toEqual([
    "{",
    " a: [",
    "  0: 1",
    '  1: "x"',
    " ]",
    " b: {}",
    " c: null",
    " d: {",
    "  e: true",
    " }",
    "}",
  ]);
});

it("says what a closed branch holds", () => {
  expect(text({ a: 1, b: 2, c: 3, d: 4 }, false)).toEqual(["{ a, b, c, … 1 more }"]);
  expect(text([1], false)).toEqual(["[ 1 item ]"]);
});

it("does not freeze on a huge, deep or long value", () => {
  expect(
    jsonRows(
      Array.from({ length: 200_000 }, (_, at) => at),
      () => true,
    ).length,
  ).toBeLessThanOrEqual(MAX_ROWS + 1);
  let deep: unknown = 1;
  for (let level = 0; level < 5_000; level += 1) deep = [deep];
  expect(jsonRows(deep, () => true).length).toBeLessThan(250);
  expect(jsonRows("y".repeat(10_000), () => true)[0]?.text.length).toBeLessThan(2_100);
});

it("opens exactly what leads to a match", () => {
  const found = searchJson({ a: { b: ["needle", "hay"] }, c: { d: 1 } }, "NEEDLE");
  expect([...found.open].sort()).toEqual(["", "/a", "/a/b"]);
  expect(found.matches).toBe(1);
});

it("keeps names with slashes and tildes apart", () => {
  const paths = jsonRows({ "a/b": 1, "a~1b": 2 }, () => true).map((row) => row.path);
  expect(new Set(paths).size).toBe(paths.length);
});

it("shows numbers with the digits that they were written with, and finds them by these", () => {
  const event = '{"kind":"finished","tool":"t","call":"c","result":{"id":9007199254740993,"f":10.0,"zero":-0}}';
  const frame = readEventFrame(`{"events":[{"seq":1,"at":"2026-11-20T14:00:00Z","event":${event}}]}`);
  const entry = frame !== undefined && "events" in frame ? frame.events[0]?.event : undefined;
  const result = entry !== undefined && entry.kind !== "gap" ? entry.result : undefined;
  const leaves = jsonRows(result, () => true).filter(({ kind }) => kind === "number");
  expect(leaves.map(({ text }) => text)).toEqual(["9007199254740993", "10.0", "-0"]);
  expect(searchJson(result, "9007199254740993").matches).toBe(1);
  expect(searchJson(result, "rawJSON").matches).toBe(0);
});
