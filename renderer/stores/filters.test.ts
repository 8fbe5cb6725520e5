/** Proves that the filter finds a call by the same words as the search. */
import { expect, it } from "vitest";
import { applyEntry, createCallLog } from "../../shared/events/fold.ts";
import { readEntry } from "../../shared/events/read-entry.ts";
import { matcher, NO_FILTER, namesCalls } from "./filters.ts";

function callOf(...events: object[]) {
  const log = createCallLog();
  events.forEach((event, at) => {
    const entry = readEntry({
      seq: at + 1,
      at: "2026-11-20T10:00:00.000Z",
      event: { call: "a", tool: "readFile", ...event },
    });
    if (entry !== undefined) applyEntry(log, entry);
  });
  const [call] = log.calls.values();
  if (call === undefined) throw new Error("no call");
  return call;
}

const call = callOf(
  { kind: "started", server: "Straße", args: { path: "src/設定ファイル.ts", password: "canary" } },
  { kind: "finished", server: "Straße", result: { content: [{ type: "text", text: "设备清单完成\nzweite" }] } },
);
const finds = (text: string, found?: ReadonlySet<string>) =>
  matcher({ ...NO_FILTER, text, ...(found === undefined ? {} : { found }) })(call);

it("looks into arguments and results, in any script and spelling", () => {
  for (const text of [
    "read_file",
    "readfile",
    "清单",
    "ﾌｧｲﾙ",
    "zweite",
    "src/設定",
    "strasse 清单",
    "server:STRASSE",
    "eadfi",
  ])
    expect([text, finds(text)]).toEqual([text, true]);
  for (const text of ["nzweite", "canary", "单清", "server:other", "=>"])
    expect([text, finds(text)]).toEqual([text, false]);
});

it("shows what the gateway found, but not against the filter's other conditions", () => {
  const found = new Set(["a"]);
  expect(finds("elsewhere", found)).toBe(true);
  expect(finds("elsewhere", new Set(["b"]))).toBe(false);
  expect(finds("server:other elsewhere", found)).toBe(false);
  expect(matcher({ ...NO_FILTER, text: "elsewhere", chip: "running", found })(call)).toBe(false);
});

it("filters by tool, state and duration, all at once with words", () => {
  const ended = callOf(
    { kind: "started", server: "fs", args: { path: "/a" } },
    { kind: "failed", server: "fs", error: { message: "denied" }, duration_ms: 1_500 },
  );
  const holds = (text: string, of = ended, now = 0) => matcher({ ...NO_FILTER, text }, () => now)(of);
  for (const text of [
    ">1s",
    ">1",
    "<2s",
    ">500ms",
    "<1m",
    "tool:readfile",
    "state:failed",
    "state:error",
    ">1s denied",
  ])
    expect([text, holds(text)]).toEqual([text, true]);
  for (const text of [">2s", "<1.5s", "tool:read", "state:finished", ">1s <1.2s", ">1s granted"])
    expect([text, holds(text)]).toEqual([text, false]);
  const running = callOf({ kind: "started", server: "fs" });
  const begun = Date.parse("2026-11-20T10:00:00.000Z");
  expect(holds(">1s", running, begun + 500)).toBe(false);
  expect(holds(">1s", running, begun + 1_500)).toBe(true);
  expect(holds("<1h", running, begun + 1_500)).toBe(false);
  // What is no duration is a word.
  expect(holds(">x")).toBe(false);
});

it("tells a text that chooses among calls from words alone", () => {
  expect([">1s", "state:failed build", "server:fs"].map(namesCalls)).toEqual([true, true, true]);
  expect(["build", "12 s", "a:b", ""].map(namesCalls)).toEqual([false, false, false, false]);
});
