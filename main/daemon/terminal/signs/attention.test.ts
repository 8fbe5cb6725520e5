/** Proves that a person is called when needed, and only then. */
import { expect, it } from "vitest";
import { createAttention } from "./attention.ts";

function watch() {
  const clock = { now: 10_000 };
  const told: (string | undefined)[] = [];
  const attention = createAttention(
    () => clock.now,
    () => {
      if (told.at(-1) !== attention.reason()) told.push(attention.reason());
    },
  );
  return { clock, told, attention };
}

it("calls for what the agent says, and stops when it works on or somebody types", () => {
  const { attention, told } = watch();
  attention.notice({ kind: "waiting" });
  attention.notice({ kind: "bell" });
  attention.notice({ kind: "working" });
  attention.notice({ kind: "finished" });
  attention.typed(Buffer.from("y"));
  attention.notice({ kind: "notification", text: "build done" });
  expect(told).toEqual([
    "the agent waits for your decision",
    undefined,
    "the agent has finished its turn",
    undefined,
    "the terminal says: build done",
  ]);
});

it("a bell that answers a keystroke calls nobody; a later one does", () => {
  const { attention, told, clock } = watch();
  attention.typed(Buffer.from("y"));
  clock.now += 900;
  attention.notice({ kind: "bell" });
  expect(told).toEqual([]);
  clock.now += 200;
  attention.notice({ kind: "bell" });
  attention.notice({ kind: "bell" });
  expect(told).toEqual(["the terminal rang its bell"]);
});

it("remembers the agent's last word until it says another or somebody interrupts it", () => {
  const { attention } = watch();
  attention.notice({ kind: "working" });
  attention.typed(Buffer.from("a prompt for later"));
  attention.notice({ kind: "bell" });
  expect(attention.word()).toBe("working");
  attention.typed(Buffer.from("\x1b[A"));
  expect(attention.word()).toBe("working");
  for (const key of ["\x1b", "\x03", "\x1b[27u", "\x1b[99;5u", "\x1b[27;5;99~"]) {
    attention.notice({ kind: "working" });
    attention.typed(Buffer.from(key));
    expect(attention.word(), JSON.stringify(key)).toBeUndefined();
  }
  attention.notice({ kind: "waiting" });
  attention.notice({ kind: "idle" });
  expect([attention.word(), attention.reason()]).toEqual(["idle", undefined]);
});

it("an agent that rests after its turn still waits for its person", () => {
  const { attention } = watch();
  attention.notice({ kind: "finished" });
  attention.notice({ kind: "idle" });
  expect(attention.reason()).toBe("the agent has finished its turn");
});

it("what was said in words stays when a hook says it again without, until somebody answers", () => {
  const { attention } = watch();
  attention.notice({ kind: "waiting" });
  attention.notice({ kind: "waiting", text: "approve Bash: rm -r x" });
  attention.notice({ kind: "waiting" });
  expect(attention.reason()).toBe("the agent waits for your decision: approve Bash: rm -r x");
  attention.notice({ kind: "waiting", text: "approve Edit" });
  expect(attention.reason()).toBe("the agent waits for your decision: approve Edit");
  attention.typed(Buffer.from("y"));
  attention.notice({ kind: "waiting" });
  expect(attention.reason()).toBe("the agent waits for your decision");
  for (const texts of [
    ["rate limit", "API Error: 429"],
    ["API Error: 429", "rate limit"],
    ["API Error: 429", undefined],
  ]) {
    attention.notice({ kind: "working" });
    for (const text of texts) attention.notice({ kind: "failed", ...(text === undefined ? {} : { text }) });
    expect(attention.reason()).toBe("the agent's turn failed: API Error: 429");
  }
});

it("a turn that failed calls with its reason, and stays so until somebody types or the agent works again", () => {
  const { attention, told } = watch();
  attention.notice({ kind: "working" });
  attention.notice({ kind: "failed", text: "rate limit" });
  attention.notice({ kind: "idle" });
  expect(attention.reason()).toBe("the agent's turn failed: rate limit");
  attention.typed(Buffer.from("a"));
  attention.notice({ kind: "working" });
  attention.notice({ kind: "failed" });
  attention.notice({ kind: "waiting", text: "trust this folder" });
  expect(told).toEqual([
    "the agent's turn failed: rate limit",
    undefined,
    "the agent's turn failed",
    "the agent waits for your decision: trust this folder",
  ]);
});

it("a bell that a person heard in the terminal calls nobody, whichever is known first; what was said in words still does", () => {
  const { attention, told, clock } = watch();
  attention.notice({ kind: "bell" });
  attention.heard();
  expect(told).toEqual(["the terminal rang its bell", undefined]);
  clock.now += 5_000;
  attention.heard();
  clock.now += 200;
  attention.notice({ kind: "bell" });
  expect(attention.reason()).toBeUndefined();
  attention.notice({ kind: "waiting" });
  attention.heard();
  expect(attention.reason()).toBe("the agent waits for your decision");
});
