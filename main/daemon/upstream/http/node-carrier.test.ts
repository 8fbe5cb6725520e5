/** Proves that what is sent to one origin stays there, whatever its paths look like, and that TLS, proxies and credentials go the same way. */
import { createServer, type IncomingHttpHeaders, type Server } from "node:http";
import { afterEach, expect, it } from "vitest";
import { listen } from "../../../../test/support/listen.ts";
import { createHttpCalls, type HttpCalls } from "./http-calls.ts";
import { DROPPED, type ResponseHead } from "./http-exchange.ts";
import { createLeanCarrier } from "./lean-carrier.ts";
import { createNodeCarrier } from "./node-carrier.ts";

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close().closeAllConnections();
});

interface Seen {
  url: string;
  headers: IncomingHttpHeaders;
}
async function site(answer: (url: string) => { status: number; location?: string } = () => ({ status: 200 })) {
  const seen: Seen[] = [];
  const server = createServer((request, response) => {
    seen.push({ url: request.url ?? "", headers: request.headers });
    const { status, location } = answer(request.url ?? "");
    response.writeHead(status, location === undefined ? {} : { location }).end();
  });
  servers.push(server);
  return { address: await listen(server), seen };
}
const asked = (ask: (done: (status: number) => void) => void) => new Promise<number>(ask);
const post = (calls: HttpCalls) =>
  asked((done) => {
    const head = ({ status }: ResponseHead) => {
      done(status);
      return DROPPED;
    };
    calls.post("{}", {}, { head, failed: () => done(0) });
  });
const SECRET = { authorization: "Bearer SECRET" };

/** Paths that would name `host` if they were put together with an address again. */
const tricks = (host: string) => [
  `//${host}/x`,
  `//user@${host}/x`,
  `///${host}/x`,
  `/\\${host}/x`,
  `//${host}`,
  "/a//b",
  "/x?y=//z",
];

it.each([["the lean carrier", createLeanCarrier] as const, ["Node's own client", createNodeCarrier] as const])(
  "%s asks the origin that it was made for, whatever the path",
  async (_name, create) => {
    const evil = await site();
    const good = await site();
    const carrier = create(new URL(good.address));
    for (const target of tricks(evil.address.slice("http://".length)).filter((path) => !path.includes("\\"))) {
      await asked((done) =>
        carrier.send(
          { method: "GET", target, headers: SECRET, body: undefined },
          {
            head: ({ status }) => {
              done(status);
              return DROPPED;
            },
            failed: ({ reason }) => {
              throw new Error(reason);
            },
          },
        ),
      );
      expect(good.seen.at(-1)).toMatchObject({ url: target, headers: SECRET });
    }
    expect(evil.seen).toEqual([]);
    carrier.dispose();
  },
);

it("a redirect and an address with such a path lead nowhere else, with credentials in the address, too", async () => {
  const evil = await site();
  const host = evil.address.slice("http://".length);
  for (const location of tricks(host)) {
    const good = await site((url) => (url.startsWith("/mcp") ? { status: 307, location } : { status: 200 }));
    // Credentials in the address: Node's own client carries it.
    const calls = createHttpCalls({ url: `${good.address.replace("//", "//user:p%40ss@")}/mcp`, headers: () => ({}) });
    const status = await post(calls);
    expect(status).toBe(307);
    if (calls.follow(location)) {
      await post(calls);
    }
    expect(good.seen[0]?.headers.authorization).toBe(`Basic ${Buffer.from("user:p@ss").toString("base64")}`);
    calls.dispose();
  }
  expect(evil.seen).toEqual([]);
});

it("a proxy is told the whole address of that origin", async () => {
  const proxy = await site();
  const before = process.env.http_proxy;
  process.env.http_proxy = proxy.address;
  try {
    const calls = createHttpCalls({ url: "http://good.invalid//evil.invalid/mcp", headers: () => SECRET });
    await post(calls);
    calls.dispose();
  } finally {
    if (before === undefined) delete process.env.http_proxy;
    else process.env.http_proxy = before;
  }
  expect(proxy.seen.map(({ url, headers }) => [url, headers.host])).toEqual([
    ["http://good.invalid//evil.invalid/mcp", "good.invalid"],
  ]);
});
