/** Proves that many MCP clients behind a plain round-robin over three daemons each get their own answers, or an error, while one daemon is killed again and again. */
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { afterEach, expect, it, vi } from "vitest";
import { testCluster } from "../support/cluster.ts";
import { startHttpUpstream } from "../support/daemon/http-upstream.ts";
import { connectAgent, type McpAgent } from "../support/daemon/mcp-agent.ts";
import { type MachineProcess, startMachine } from "../support/machine-process.ts";
import { ownTime } from "../support/own-time.ts";
import { describeWithRedis, startRedis } from "../support/redis-server.ts";

const LONG = process.env.SIGNALBOX_LONG === "1";
const CLIENTS = LONG ? 200 : 12;
const KILLS = LONG ? 6 : 1;
/** Between two kills, so that each falls into the middle of the work. */
const ANSWERS = CLIENTS * 5;

const TOMORROW = pathToFileURL(resolve("test/support/clock-of-tomorrow.mjs")).href;

const undo: (() => unknown)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step();
});

interface Outcome {
  right: number;
  errors: Map<string, number>;
}

describeWithRedis("clients behind a round-robin of three daemons", () => {
  it("P33: lose no answer without an error and get none of another client, while a daemon is killed again and again", async () => {
    const redis = await startRedis();
    undo.push(() => redis.dispose());
    const cluster = testCluster(redis);
    undo.push(() => cluster.dispose());
    const upstream = await startHttpUpstream([{ name: "say", inputSchema: { type: "object" } }]);
    undo.push(() => upstream.down());
    upstream.behave(({ args }, { result }) => result({ content: [{ type: "text", text: String(args.text) }] }));
    const servers = { one: { type: "http", url: upstream.url } };
    const machines = await Promise.all(
      ["a", "b", "c"].map(async (name) => {
        // One of them has a clock two days ahead: what machines say to each other holds no time of their own.
        const env = name === "b" ? { ...process.env, NODE_OPTIONS: `--import=${TOMORROW}` } : process.env;
        const machine = await startMachine(cluster.home(name), servers, env);
        undo.push(() => machine.kill());
        return machine;
      }),
    );
    const [first, , last] = machines as [MachineProcess, MachineProcess, MachineProcess];
    let turn = 0;
    const next = () => machines[turn++ % machines.length] as MachineProcess;

    // Every machine began some of the sessions.
    const agents: McpAgent[] = [];
    const sessions = await Promise.all(Array.from({ length: 9 }, (_, n) => (machines[n % 3] ?? first).session()));
    for (let n = 0; n < CLIENTS; n += 1) {
      const { token } = sessions[n % sessions.length] as { token: string };
      agents.push(await vi.waitFor(() => connectAgent(next().url, token)));
    }

    let over = false;
    let answered = 0;
    let longest = 0;
    const outcomes = await Promise.all([
      ...agents.map(async (agent, client): Promise<Outcome> => {
        const outcome: Outcome = { right: 0, errors: new Map() };
        for (let n = 0; !over; n += 1) {
          const elapsed = ownTime();
          const got = await ask(next().url, agent, `${client}:${n}`);
          longest = Math.max(longest, elapsed());
          answered += 1;
          if (got === "right") outcome.right += 1;
          else outcome.errors.set(got, (outcome.errors.get(got) ?? 0) + 1);
        }
        return outcome;
      }),
      (async (): Promise<Outcome> => {
        for (let n = 0; n < KILLS; n += 1) {
          const from = answered;
          await vi.waitFor(() => expect(answered).toBeGreaterThan(from + ANSWERS));
          await last.kill();
          await last.start();
        }
        over = true;
        return { right: 0, errors: new Map() };
      })(),
    ]);
    const wrong = outcomes.flatMap(({ errors }) => [...errors].filter(([error]) => error.startsWith("wrong")));
    expect(wrong).toEqual([]);
    // Whoever waited for the one that was killed hears of it soon, and not when it counts as gone.
    expect(longest).toBeLessThan(10_000);
    expect(outcomes.slice(0, -1).every(({ right }) => right > 0)).toBe(true);
    // And once nothing is killed any more, everybody is served by whoever they ask.
    await Promise.all(
      agents.map((agent, client) =>
        vi.waitFor(async () => {
          for (const { url } of machines) expect(await ask(url, agent, `${client}:last`)).toBe("right");
        }),
      ),
    );
  });
});

/** "right", or what went wrong: what begins with "wrong" must never happen. */
async function ask(url: string, agent: McpAgent, text: string): Promise<string> {
  const response = await fetch(`${url}/mcp`, {
    method: "POST",
    headers: {
      authorization: `Bearer ${agent.token}`,
      accept: "application/json, text/event-stream",
      "content-type": "application/json",
      "mcp-session-id": agent.mcpSession,
      "mcp-protocol-version": "2025-11-25",
    },
    body: JSON.stringify({
      jsonrpc: "2.0",
      id: text,
      method: "tools/call",
      params: { name: "say", arguments: { text } },
    }),
  }).catch((error: Error) => error);
  if (response instanceof Error) return "connection";
  const body = await response.text().catch(() => undefined);
  if (body === undefined) return "connection";
  if (response.status !== 200) return response.status === 503 ? "503" : `wrong: ${response.status} ${body}`;
  const lines = body.startsWith("{")
    ? [body]
    : body.split("\n").flatMap((line) => line.match(/^data: (.+)$/)?.[1] ?? []);
  const answer = lines.map((line) => JSON.parse(line) as Record<string, unknown>).find(({ id }) => id !== undefined);
  // A stream that ends without an answer says nothing to the client; only the end of its machine may do that.
  if (answer === undefined) return "cut";
  if (answer.id !== text) return `wrong: the answer to ${String(answer.id)}`;
  if ("error" in answer) return "error";
  return JSON.stringify(answer.result).includes(JSON.stringify(text)) ? "right" : `wrong: ${JSON.stringify(answer)}`;
}
