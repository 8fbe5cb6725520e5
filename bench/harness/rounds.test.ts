import { expect, it } from "vitest";
import { inTurn, type Side } from "./rounds.ts";

function stage() {
  const complaints: string[] = [];
  return {
    complaints,
    context: {
      rounds: 3,
      quick: false,
      say: () => {},
      settle: async () => {},
      complain: (text: string) => void complaints.push(text),
    },
  };
}

/** Gives 1, 2, 3 …; fails at the calls that are named. */
function counting(name: string, failing: readonly number[] = []): Side {
  let calls = 0;
  return {
    name,
    async run() {
      calls += 1;
      if (failing.includes(calls)) throw new Error(`call ${calls} of ${name}`);
      return { value: calls };
    },
  };
}

it("a round in which one side fails is left out for both and repeated, and the row says so", async () => {
  const { context, complaints } = stage();
  // The first call is the warm-up.
  const measured = await inTurn([counting("a"), counting("b", [3])], context);
  expect(measured.of("b", "value")).toEqual([2, 4, 5]);
  expect(measured.of("a", "value")).toHaveLength(3);
  expect(complaints).toEqual([expect.stringContaining("round 2 of 3 was left out and repeated: b: call 3 of b")]);
});

it("a side that goes on failing ends the row with its reason, instead of running for ever", async () => {
  const { context } = stage();
  await expect(inTurn([counting("a", [2, 3, 4])], context)).rejects.toThrow("call 4 of a");
});

it("neither side always runs first", async () => {
  const order: string[] = [];
  const side = (name: string): Side => ({
    name,
    async run() {
      order.push(name);
      return { value: 1 };
    },
  });
  await inTurn([side("a"), side("b")], stage().context, { warmUps: 0 });
  expect(order.join("")).toBe("abbaab");
});
