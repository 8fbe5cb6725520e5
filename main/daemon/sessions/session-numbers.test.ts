/** Proves that no number is given twice to events of a session, whatever ends the daemon and whatever becomes of the file. */
import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { createSessionNumbers, type NumberLine } from "./session-numbers.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "signalbox-numbers-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** What a crash leaves: the files as they are. */
function crashed(path: string, to: string): string {
  for (const suffix of ["", "-wal"]) {
    try {
      cpSync(path + suffix, to + suffix);
    } catch {
      // Nothing was written yet.
    }
  }
  return to;
}

it("P32: gives each number once, across crashes, ends, restorations and sessions that continue others", () => {
  const step = fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({ do: fc.constant("events" as const), count: fc.integer({ min: 1, max: 3_000 }) }),
    },
    {
      weight: 1,
      arbitrary: fc.record({ do: fc.constantFrom("crash", "close", "end", "told", "continue"), count: fc.constant(0) }),
    },
  );
  let run = 0;
  fc.assert(
    fc.property(fc.array(step, { maxLength: 25 }), (steps) => {
      run += 1;
      let path = join(folder, `${run}.db`);
      let numbers = createSessionNumbers({ path });
      let session = "s0";
      let line: NumberLine | undefined = numbers.begin(session);
      let last = 0;
      let next = 1;
      const take = (seq: number) => {
        expect(seq).toBeGreaterThan(last);
        last = seq;
        next = seq + 1;
      };
      const isHere = () => line !== undefined;
      steps.forEach((each, at) => {
        if (each.do === "events") {
          if (!isHere()) {
            line = numbers.resume(session);
            next = line.base + 1;
          }
          for (let i = 0; i < each.count; i += 1) {
            line?.reach(next);
            take(next);
          }
        } else if (each.do === "end") {
          numbers.end(session);
          line = undefined;
        } else if (each.do === "told" && !isHere()) {
          const seq = numbers.ofEnd(session) ?? 0;
          if (seq > last) take(seq);
          expect(numbers.ofEnd(session)).toBe(seq);
          take(numbers.give(session) ?? 0);
        } else if (each.do === "continue") {
          const heir = `s${at + 1}`;
          line = numbers.begin(heir, { after: session, above: last });
          if (heir !== session) expect(numbers.present(heir)).toBe(heir);
          session = heir;
          next = line.base + 1;
          expect(line.base).toBeGreaterThanOrEqual(last);
        } else if (each.do === "crash" || each.do === "close") {
          if (each.do === "close") numbers.close();
          const former = numbers;
          path = crashed(path, join(folder, `${run}-${at}.db`));
          if (each.do === "crash") former.close();
          numbers = createSessionNumbers({ path });
          line = undefined;
        }
      });
      numbers.close();
    }),
    { numRuns: 40 },
  );
});

it("wastes no number when the daemon ends as it should", () => {
  const path = join(folder, "numbers.db");
  const first = createSessionNumbers({ path });
  const line = first.begin("s");
  for (let seq = 1; seq <= 7; seq += 1) line.reach(seq);
  first.close();
  const second = createSessionNumbers({ path });
  expect(second.resume("s").base).toBe(7);
  second.close();
});

it("leads from a session to the one that continues it, however often it was continued", () => {
  const path = join(folder, "numbers.db");
  const numbers = createSessionNumbers({ path });
  for (const [id, after] of [["a"], ["b", "a"], ["c", "b"]] as const) {
    numbers.begin(id, { after });
    numbers.end(id);
  }
  expect(["a", "b", "c", "unknown"].map(numbers.present)).toEqual(["c", "c", "c", "unknown"]);
  expect(numbers.ofEnd("a")).toBe(numbers.ofEnd("c"));
  expect(numbers.ofEnd("unknown")).toBeUndefined();
  numbers.close();
});

it("goes on above all earlier numbers where the file is lost or damaged, and numbers where it cannot be written", () => {
  const path = join(folder, "numbers.db");
  let now = Date.parse("2026-12-01T00:00:00Z");
  const first = createSessionNumbers({ path, now: () => now });
  expect(first.begin("s").base).toBe(0);
  first.close();
  writeFileSync(path, "no database".repeat(1_000), { mode: 0o600 });
  const setAside = vi.fn();
  const second = createSessionNumbers({ path, now: () => now, onSetAside: setAside });
  const after = second.resume("s").base;
  expect(setAside).toHaveBeenCalledOnce();
  expect(after).toBeGreaterThan(1_000_000_000);
  second.close();
  const trouble = vi.fn();
  now += 60_000;
  const third = createSessionNumbers({ path: join(folder, "none", "numbers.db"), now: () => now, onTrouble: trouble });
  const line = third.resume("s");
  expect(line.base).toBeGreaterThan(after);
  expect(Number.isSafeInteger(line.base)).toBe(true);
  line.reach(line.base + 1);
  expect(trouble).toHaveBeenCalledOnce();
  third.close();
});
