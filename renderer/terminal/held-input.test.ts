import { expect, it } from "vitest";
import { createHeldInput } from "./held-input.ts";

function open() {
  const sent: string[] = [];
  let there = false;
  const held = createHeldInput({
    there: () => there,
    send: (bytes) => {
      if (there) sent.push(new TextDecoder().decode(bytes));
      return there;
    },
  });
  return {
    sent,
    held,
    type: (text: string) => held.pass(new TextEncoder().encode(text)),
    is: (now: boolean) => {
      there = now;
    },
  };
}

it("P10: what is typed before the program is there reaches it in order, and once", () => {
  const { sent, held, type, is } = open();
  expect([type("ex"), type("it"), type("\r")]).toEqual([true, true, true]);
  expect(sent).toEqual([]);
  is(true);
  held.deliver();
  expect(type("more")).toBe(true);
  held.deliver();
  expect(sent).toEqual(["ex", "it", "\r", "more"]);
});

it("nothing typed for a program that did not come reaches the next one", () => {
  const { sent, held, type, is } = open();
  type("rm -r old");
  expect(held.forget()).toBe(true);
  expect(type("lost")).toBe(false);
  expect(held.forget()).toBe(false);
  held.expect();
  type("ls\r");
  is(true);
  held.deliver();
  expect(sent).toEqual(["ls\r"]);
});

it("a program that is said to be starting when it is there already gets each key at once", () => {
  const { sent, held, type, is } = open();
  is(true);
  held.deliver();
  held.expect();
  type("now");
  expect(sent).toEqual(["now"]);
});

it("a paste too large to be kept is refused and does not cut what is kept", () => {
  const { sent, held, type, is } = open();
  expect(type("a".repeat(600_000))).toBe(true);
  expect(type("b".repeat(600_000))).toBe(false);
  expect(type("c".repeat(400_000))).toBe(true);
  is(true);
  held.deliver();
  expect(sent.map((text) => `${text[0]}${text.length}`)).toEqual(["a600000", "c400000"]);
});
