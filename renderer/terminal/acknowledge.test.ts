import { expect, it } from "vitest";
import { createAcknowledger } from "./acknowledge.ts";

it("acknowledges every byte that was drawn, so that the program is never left paused", () => {
  const sent: number[] = [];
  const ack = createAcknowledger((bytes) => sent.push(bytes));
  ack.received(4_000);
  ack.received(4_000);
  ack.received(10);
  ack.drawn(4_000);
  expect(sent).toEqual([]);
  ack.drawn(4_000);
  ack.drawn(10);
  expect(sent).toEqual([8_000, 10]);
});

it("does not carry bytes of a lost connection over to the next", () => {
  const sent: number[] = [];
  const ack = createAcknowledger((bytes) => sent.push(bytes));
  ack.received(3_000);
  ack.reset();
  ack.received(5);
  ack.drawn(5);
  expect(sent).toEqual([5]);
});
