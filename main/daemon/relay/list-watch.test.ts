/** Proves, with a clock of its own, that notices of changed lists begin no endless rounds and that no change is lost. */
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { createListWatch } from "./list-watch.ts";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** A server whose list is read by rounds; `answers` says what it does while and after it answers. */
function watched(says: (notice: () => void, answered: Promise<void>) => void) {
  const watch = createListWatch(() => Date.now());
  let list = "a";
  const rounds: number[] = [];
  const read = async () => {
    const done = watch.reading("tools");
    const answer = Promise.withResolvers<void>();
    says(() => watch.notice(() => void round()), answer.promise);
    await new Promise((resolve) => setTimeout(resolve, 400));
    done(list);
    answer.resolve();
  };
  const round = () => {
    rounds.push(Date.now());
    return read();
  };
  const become = (next: string) => {
    list = next;
  };
  return { watch, rounds, read, become, notice: () => watch.notice(() => void round()) };
}

it("a notice that comes with each answer begins no round at once, and one look later, not one each time", async () => {
  const { watch, rounds, read } = watched((notice) => notice());
  await Promise.all([read(), vi.advanceTimersByTimeAsync(400)]);
  await vi.advanceTimersByTimeAsync(9_000);
  expect(rounds).toHaveLength(0);
  for (let i = 0; i < 20; i += 1) {
    await Promise.all([read(), vi.advanceTimersByTimeAsync(60_000)]);
  }
  expect(rounds.length).toBeLessThanOrEqual(2);
  watch.close();
});

it("a notice that follows each answer begins one round, and none after the list was the same", async () => {
  const { watch, rounds, read } = watched((notice, answered) => void answered.then(() => setTimeout(notice, 100)));
  await Promise.all([read(), vi.advanceTimersByTimeAsync(400)]);
  await vi.advanceTimersByTimeAsync(9_000);
  expect(rounds).toHaveLength(1);
  await vi.advanceTimersByTimeAsync(10 * 60_000);
  expect(rounds.length).toBeLessThanOrEqual(3);
  watch.close();
});

it("notices without end, between answers, begin fewer and fewer rounds", async () => {
  const { watch, rounds, read, notice } = watched(() => {});
  await Promise.all([read(), vi.advanceTimersByTimeAsync(400)]);
  const again = setInterval(notice, 2_000);
  await vi.advanceTimersByTimeAsync(10 * 60_000);
  clearInterval(again);
  expect(rounds.length).toBeLessThan(40);
  watch.close();
});

it("each real change begins its round at once, at most four times a second", async () => {
  const { watch, rounds, read, become, notice } = watched(() => {});
  await Promise.all([read(), vi.advanceTimersByTimeAsync(400)]);
  for (let i = 0; i < 5; i += 1) {
    become(`list ${i}`);
    const before = rounds.length;
    notice();
    expect(rounds).toHaveLength(before + 1);
    await vi.advanceTimersByTimeAsync(1_000);
  }
  for (let i = 0; i < 100; i += 1) watch.notice(() => void rounds.push(Date.now()));
  expect(rounds).toHaveLength(6);
  watch.close();
});

it("a change that is told while the list is being read is found, once, soon after", async () => {
  const { watch, rounds, read, become, notice } = watched(() => {});
  const reading = read();
  notice();
  await Promise.all([reading, vi.advanceTimersByTimeAsync(400)]);
  become("b");
  await vi.advanceTimersByTimeAsync(11_000);
  expect(rounds).toHaveLength(1);
  watch.close();
});
