/** Proves that the page's token is given out only to send it to a gateway that has just proved that it knows it. */
import { createHash } from "node:crypto";
import { expect, it } from "vitest";
import { deviceName, pageProof } from "../../main/home/proofs.ts";
import { createGatewayGate } from "./gateway-gate.ts";

const TOKEN = "token-of-this-page-0123456789abcdef";
const HASH = createHash("sha256").update(TOKEN).digest("hex");
const connection = { url: "http://127.0.0.1:54400", token: TOKEN };

/** What the gateway that listens on `port` answers. */
function gatewayAt(port: number, knows = true) {
  const asked: string[] = [];
  const ask = async (path: string) => {
    asked.push(path);
    const query = new URL(path, "http://x").searchParams;
    if (!knows || query.get("device") !== deviceName(HASH))
      return { status: 404, text: JSON.stringify({ error: { code: "unknown-device", message: "?" } }) };
    return { status: 200, text: JSON.stringify({ port_proof: pageProof(HASH, query.get("nonce") ?? "", port) }) };
  };
  return { ask, asked };
}
const code = async (ask: Parameters<typeof createGatewayGate>[0]["ask"]) => {
  const passed = await createGatewayGate({ connection, ...(ask && { ask }) }).token();
  return passed.ok ? passed.value : passed.fault.code;
};

it("P4: gives the token after a proof, asks once for all who wait, and tells neither token nor hash", async () => {
  const { ask, asked } = gatewayAt(54_400);
  const gate = createGatewayGate({ connection, ask });
  expect(gate.tokenNow()).toBeUndefined();
  const passed = await Promise.all([gate.token(), gate.token(), gate.token()]);
  expect(passed.map((each) => each.ok && each.value)).toEqual([TOKEN, TOKEN, TOKEN]);
  expect(asked).toHaveLength(1);
  for (const secret of [TOKEN, HASH, HASH.slice(0, 16)]) expect(asked.join()).not.toContain(secret);
});

it("P4: a stranger gets nothing, whatever it answers: another port's proof, an old proof, a redirect, nonsense", async () => {
  expect(await code(gatewayAt(54_401).ask)).toBe("stranger");
  let recorded: { status: number; text: string } | undefined;
  const honest = gatewayAt(54_400);
  const replay = async (path: string) => {
    recorded ??= await honest.ask(path);
    return recorded;
  };
  const gate = createGatewayGate({ connection, ask: replay });
  expect((await gate.token()).ok).toBe(true);
  gate.lost();
  expect(await gate.token()).toMatchObject({ ok: false, fault: { code: "stranger" } });
  for (const [status, text] of [
    [200, ""],
    [200, "null"],
    [200, "[]"],
    [200, '{"port_proof":true}'],
    [200, '{"proof":"x"}'],
    [503, '{"error":{"code":"unknown-device"}}'],
    [404, "not found"],
    [200, `{"port_proof":"${"0".repeat(64)}"}`],
    [200, " ".repeat(100_000)],
  ] as const) {
    expect(await code(async () => ({ status, text })), text.slice(0, 40)).toBe("stranger");
  }
  expect(await code(gatewayAt(54_400, false).ask)).toBe("unknown-device");
  expect(await code(() => Promise.reject(new Error("refused")))).toBe("gateway-unreachable");
});

it("P4: asks again after each loss, and after half a second without a socket", async () => {
  let time = 0;
  const { ask, asked } = gatewayAt(54_400);
  const gate = createGatewayGate({ connection, ask, now: () => time });
  await gate.token();
  time = 499;
  expect(gate.tokenNow()).toBe(TOKEN);
  time = 500;
  expect(gate.tokenNow()).toBeUndefined();
  await gate.token();
  const [app, terminal] = [gate.holds(), gate.holds()];
  time = 100_000;
  expect(gate.tokenNow()).toBe(TOKEN);
  // One that was not wanted any more says nothing of the gateway; one that was lost may.
  terminal(false);
  expect(gate.tokenNow()).toBe(TOKEN);
  app(true);
  expect(gate.tokenNow()).toBeUndefined();
  await gate.token();
  gate.lost();
  expect(gate.tokenNow()).toBeUndefined();
  expect(asked).toHaveLength(3);
});

it("P4: a loss while the proof is on its way makes that proof worthless", async () => {
  const { ask, asked } = gatewayAt(54_400);
  let lose = () => {};
  const gate = createGatewayGate({
    connection,
    async ask(path) {
      const answer = await ask(path);
      if (asked.length === 1) lose();
      return answer;
    },
  });
  lose = gate.lost;
  expect((await gate.token()).ok).toBe(true);
  expect(asked).toHaveLength(2);
});
