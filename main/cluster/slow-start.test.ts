/** Proves that a machine which is slow to load its Redis client hears each message once. */
import { afterEach, expect, it, vi } from "vitest";
import { describeWithRedis, type RedisServer, startRedis } from "../../test/support/redis-server.ts";
import { type Bus, openBus } from "./redis-bus.ts";

const CONNECT_MS = 1_000;

vi.mock("@redis/client", async (original) => {
  await new Promise((resolve) => setTimeout(resolve, 1.5 * CONNECT_MS));
  return original();
});

let redis: RedisServer;
let bus: Bus | undefined;
afterEach(async () => {
  bus?.close();
  await redis.dispose();
});

describeWithRedis("a machine that takes longer to load than Redis may to answer", () => {
  it("hears every message once", async () => {
    redis = await startRedis();
    const messages: string[] = [];
    bus = openBus({
      address: { url: redis.url },
      inbox: "late",
      steady: () => performance.now(),
      random: () => 0,
      connectMs: CONNECT_MS,
    });
    bus.onMessage((bytes) => void messages.push(String(bytes)));
    expect((await bus.settled(60_000)).up).toBe(true);
    await bus.publish("late", Buffer.from("one"));
    await bus.publish("late", Buffer.from("two"));
    await vi.waitFor(() => expect(messages).toContain("two"));
    expect(messages).toEqual(["one", "two"]);
  });
});
