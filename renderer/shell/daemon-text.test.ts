/** Proves that the chip says in words what its colour says. */
import { expect, it } from "vitest";
import type { DaemonView } from "../../shared/protocol/app-frames.ts";
import { chipText } from "./daemon-text.ts";

const connected: DaemonView = { state: "connected", own: true, since: "2026-01-01T10:00:00Z", attempts: [] };

it.each([
  [2, 0, "2 servers"],
  [1, 0, "1 server"],
  [2, 1, "1 of 2 servers failed"],
  [1, 1, "1 of 1 server failed"],
])("of %i servers with %i that failed it says “%s…”", (servers, failed, text) => {
  expect(chipText(connected, servers, failed)).toBe(text);
});
