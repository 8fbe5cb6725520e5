/** Proves that a failed server comes with something that a person can do about it. */
import { expect, it } from "vitest";
import type { ServerStatus } from "../../shared/protocol/daemon-api.ts";
import { nextStep } from "./next-step.ts";

const failed = (reason: string, over: Partial<ServerStatus> = {}): ServerStatus => ({
  ...{ name: "files", transport: "stdio", state: "failed", tools: [], reason },
  ...over,
});

it.each([
  [failed("did not start: `nope` was not found"), /Install its program or correct its command/],
  [failed("cannot be reached: nothing listens at its address", { transport: "http" }), /Start it/],
  [failed("answered 401", { transport: "http" }), /valid key/],
  [failed("answered 401", { transport: "http", sign_in: true }), /Sign in/],
  [failed("ended with code 1"), /read its log/],
  [failed("sent no JSON", { transport: "http" }), /edit its entry/],
])("%s", (server, says) => expect(nextStep(server)).toMatch(says));
