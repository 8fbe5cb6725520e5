/** Proves what keeps a quiet stream to an agent alive, over a real socket. */
import { createServer } from "node:http";
import { afterEach, expect, it, vi } from "vitest";
import { listen } from "../../../test/support/listen.ts";
import { createAgentStreams } from "./agent-streams.ts";

afterEach(() => {
  vi.useRealTimers();
});

it("a quiet stream carries a comment every 15 s, so that nobody between takes it for dead", async () => {
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
  const streams = createAgentStreams({ headers: {}, primes: true, onAbandoned() {} });
  const server = createServer((_request, response) => streams.openStandalone(response));
  const reader = (await fetch(await listen(server))).body?.getReader();
  for (let round = 0; round < 2; round += 1) {
    vi.advanceTimersByTime(15_000);
    const { value } = (await reader?.read()) ?? {};
    expect(new TextDecoder().decode(value)).toBe(": keep-alive\n\n");
  }
  expect(streams.active).toBe(true);
  streams.close();
  expect((await reader?.read())?.done).toBe(true);
  await new Promise((resolve) => server.close(resolve));
});
