/** Proves at real sockets that a pairing code cannot be guessed, from however many addresses, and that nobody is kept from one. */
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { Gateway } from "../../main/gateway/create-gateway.ts";
import { ask, startGateway, temporaryHome } from "../support/gateway/running-gateway.ts";

let gateway: Gateway;
let remove: () => void;
beforeAll(async () => {
  const home = temporaryHome();
  ({ remove } = home);
  gateway = await startGateway(home);
});
afterAll(async () => {
  await gateway.dispose();
  remove();
});

const invite = async (digits: boolean) =>
  (await ask(gateway, "/api/v1/pairing", { method: "POST", body: JSON.stringify({ digits }) })).json() as {
    id: string;
    link_code: string;
    digits?: string;
  };

/** Status of one `POST /pair`, sent from `from`. */
async function pairFrom(from: string, code: string): Promise<number> {
  const { port } = new URL(gateway.url);
  const socket: Socket = connect({ port: Number(port), host: "127.0.0.1", localAddress: from });
  socket.end(
    `POST /pair HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nX-Pairing-Code: ${code}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`,
  );
  let answer = "";
  socket.on("data", (data) => {
    answer += String(data);
  });
  await once(socket, "close");
  return Number(answer.slice(9, 12));
}

it("a code for a link has no digits that could be guessed", async () => {
  expect(await invite(false)).not.toHaveProperty("digits");
});

// Only Linux lets a program use all of 127.0.0.0/8 without being asked.
it.runIf(process.platform === "linux")(
  "A9: digits are void after five wrong guesses, though each comes from an address of its own",
  async () => {
    const { digits = "", link_code } = await invite(true);
    const statuses: number[] = [];
    for (let guess = 0; guess < 300; guess += 1) {
      const code = String((Number(digits) + 1 + guess) % 1_000_000).padStart(6, "0");
      statuses.push(await pairFrom(`127.${guess % 7}.${guess % 200}.${(guess % 250) + 2}`, code));
    }
    expect(new Set(statuses)).toEqual(new Set([401]));
    expect(await pairFrom("127.9.9.9", digits)).toBe(401);
    const { codes } = (await ask(gateway, "/api/v1/pairing")).json() as { codes: { digits: boolean }[] };
    expect(codes.some((code) => code.digits)).toBe(false);
    // Who was kept from the digits is not kept from the link, from the same address.
    expect(await pairFrom("127.0.0.1", link_code)).toBe(200);
  },
);

it("A9: a stranger's wrong codes keep nobody from a link", async () => {
  const { link_code } = await invite(false);
  for (let guess = 0; guess < 50; guess += 1) expect(await pairFrom("127.0.0.1", `x${guess}`)).toBe(401);
  expect(await pairFrom("127.0.0.1", link_code)).toBe(200);
});
