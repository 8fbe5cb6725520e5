/** Proves that previews withstand programs, pages and clients that mean harm or fail in the middle. */
import { createHash } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { WebSocket } from "ws";
import { at, Previewing } from "../../../test/support/gateway/previewing.ts";

const home = new Previewing();
beforeAll(() => home.start());
afterEach(() => home.clear());
afterAll(() => home.stop());

const OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok";
const openSocket = () => {
  const socket = connect(Number(new URL(home.gateway.url).port), "127.0.0.1");
  home.later(() => socket.destroy());
  return socket;
};

it("a guest who goes in the middle of the digits takes nobody along, and needs no link to try", async () => {
  const port = await home.says(OK);
  const { id, urls } = await home.session(port);
  const [url = ""] = urls;
  const cookie = await home.enter(id, port);
  const link = `/.signalbox/share/${"A".repeat(43)}`;
  for (const length of [100, 100_000]) {
    const socket = openSocket();
    socket.write(`POST ${link} HTTP/1.1\r\nHost: ${new URL(url).host}\r\nContent-Length: ${length}\r\n\r\ndigits=`);
    await once(socket, "ready");
    // Answered on another connection: the first one's head has been read by then.
    expect((await at(url, { headers: { cookie } })).body).toBe("ok");
    socket.resetAndDestroy();
    expect((await at(url, { headers: { cookie } })).body).toBe("ok");
  }
  const long = await at(url.slice(0, -1) + link, { method: "POST", body: "1".repeat(5_000) });
  expect(long.status).toBe(401);
});

it("what Node reads and does not write again is answered all the same: control characters in a reason or a trailer", async () => {
  const odd = await home.says("HTTP/1.1 200 O\u0001K\u007f\r\nContent-Length: 2\r\n\r\nok");
  const one = await home.session(odd);
  expect(await at(one.path, { headers: home.token })).toMatchObject({ status: 200, reason: "OK", body: "ok" });
  const trailer = await home.says(
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\nX-T: a\u0001b\r\n\r\n",
  );
  const two = await home.session(trailer);
  await expect(at(two.path, { headers: home.token })).rejects.toThrow();
  expect((await at(one.path, { headers: home.token })).status).toBe(200);
});

it("loses no header, however many there are, and says so where they are too large", async () => {
  const many = Array.from({ length: 3_000 }, (_, n) => `X-${n}: ${n}`);
  const sends = await home.says(`HTTP/1.1 200 OK\r\n${many.join("\r\n")}\r\nContent-Length: 0\r\n\r\n`);
  const answered = await at((await home.session(sends)).path, { headers: home.token });
  expect(answered.raw.filter((name) => name.startsWith("X-"))).toHaveLength(3_000);

  let heard = "";
  const hears = await home.program((socket) =>
    socket.on("data", (bytes) => {
      heard += String(bytes);
      if (heard.includes("\r\n\r\n")) socket.end(OK);
    }),
  );
  const { path } = await home.session(hears);
  const headers = Object.fromEntries(Array.from({ length: 1_200 }, (_, n) => [`a${n}`, `${n}`]));
  expect((await at(path, { headers: { ...home.token, ...headers } })).status).toBe(200);
  expect(heard.match(/^a\d+:/gm)).toHaveLength(1_200);
  const large = await at(path, { headers: { ...home.token, "x-large": "x".repeat(17_000) } });
  expect(large.status).toBe(431);
});

it("a slow client gets all that a program sent before it closed", async () => {
  const frames = 400;
  const port = await home.program((socket) =>
    socket.once("data", (head) => {
      const [, key = ""] = /sec-websocket-key: (.*)\r/i.exec(String(head)) ?? [];
      const accept = createHash("sha1").update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest("base64");
      const frame = Buffer.alloc(4 + 65_535);
      frame.set([0x82, 126, 0xff, 0xff]);
      socket.write(
        `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
      );
      for (let n = 0; n < frames; n += 1) socket.write(frame);
      // Its own end follows at once: nobody waits for the client's answer.
      socket.end(Buffer.from([0x88, 2, 0x10, 0xe1]));
    }),
  );
  const { id } = await home.session(port);
  const socket = new WebSocket(`${home.gateway.url.replace("http", "ws")}/s/${id}/x`, { headers: home.token });
  home.later(() => socket.terminate());
  let got = 0;
  socket.on("message", () => {
    got += 1;
    // Longer in all than a client has to answer a close.
    if (got % 40 !== 0) return;
    socket.pause();
    setTimeout(() => socket.resume(), 80);
  });
  const [code] = (await once(socket, "close")) as [number];
  expect([got, code]).toEqual([frames, 4321]);
});

it("a handshake that announces a body keeps no program waiting for one", async () => {
  const port = await home.program((socket) =>
    socket.once("data", (head) =>
      socket.end(/content-length/i.test(String(head)) ? "" : OK.replace("200 OK", "426 Upgrade Required")),
    ),
  );
  const { id } = await home.session(port);
  const socket = openSocket();
  socket.write(
    `GET /s/${id}/ HTTP/1.1\r\nHost: ${new URL(home.gateway.url).host}\r\nAuthorization: ${home.token.authorization}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nContent-Length: 5\r\n\r\n`,
  );
  const [answer] = (await once(socket, "data")) as [Buffer];
  expect(String(answer)).toMatch(/^HTTP\/1\.1 426 /);
});

it("below the gateway's address nothing stays with its origin: no stored data, no worker, no reports, no browser's cookies", async () => {
  const port = await home.says(
    'HTTP/1.1 200 OK\r\nClear-Site-Data: "*"\r\nService-Worker-Allowed: /\r\nNEL: {}\r\nReport-To: {}\r\nReporting-Endpoints: a="/"\r\nAlt-Svc: h2=":1"\r\nSet-Cookie: a=b\r\nX-Same: 1\r\nContent-Length: 0\r\n\r\n',
  );
  const { id, path, urls } = await home.session(port);
  const program = await at(path, { headers: home.token });
  const ofOrigin = ["clear-site-data", "service-worker-allowed", "nel", "report-to", "reporting-endpoints", "alt-svc"];
  for (const name of ofOrigin) expect(program.headers[name], name).toBeUndefined();
  expect(program.headers).toMatchObject({ "x-same": "1", "set-cookie": ["a=b"], "content-security-policy": "sandbox" });
  const browser = await at(path, { headers: { ...home.token, "sec-fetch-site": "none" } });
  expect(browser.headers["set-cookie"]).toBeUndefined();
  const worker = await at(path, { headers: { ...home.token, "service-worker": "script" } });
  expect(worker.status).toBe(403);
  // At the preview's own origin they are the program's.
  const own = await at(urls[0] ?? "", { headers: { cookie: await home.enter(id, port) } });
  expect(own.headers).toMatchObject({ "clear-site-data": '"*"', "service-worker-allowed": "/", "set-cookie": ["a=b"] });
});

it("says who asks in its own words alone, also where a program reads an underscore for a hyphen", async () => {
  let heard = "";
  const port = await home.program((socket) =>
    socket.once("data", (head) => {
      heard = String(head);
      socket.end(OK);
    }),
  );
  const { path } = await home.session(port);
  const headers = {
    ...home.token,
    x_forwarded_for: "6.6.6.6",
    "X-Forwarded_Host": "evil",
    x_signalbox_fwd_host: "evil",
  };
  await at(path, { headers });
  expect(heard).not.toMatch(/6\.6\.6\.6|evil/);
  expect(heard).toMatch(/^x-forwarded-for: 127\.0\.0\.1\r$/im);
});

it("a grant opens once, at its own preview, and leads nowhere else", async () => {
  const port = await home.says(OK);
  const [one, two] = [await home.session(port), await home.session(port)];
  const foreign = new URL(await home.grant(one.id, port));
  foreign.host = new URL(two.urls[0] ?? "").host;
  expect((await at(foreign.href)).status).toBe(401);
  for (const to of ["//evil.example", "/\\evil.example", "https://evil.example", "/\t/evil.example", "/a\r\nX: y"]) {
    const url = `${await home.grant(one.id, port)}&to=${encodeURIComponent(to)}`;
    const entries = await Promise.all([at(url), at(url), at(url)]);
    expect(entries.map(({ status }) => status).sort()).toEqual([303, 401, 401]);
    const [entered] = entries.filter(({ status }) => status === 303);
    expect(entered?.headers).toMatchObject({ location: "/", "referrer-policy": "no-referrer" });
  }
});

it("answers no other name for itself: rebinding hosts, ports, dots and two hosts", async () => {
  const port = await home.says(OK);
  const { id, urls } = await home.session(port);
  const { host } = new URL(urls[0] ?? "");
  const cookie = await home.enter(id, port);
  const status = async (name: string) => (await at(`${home.gateway.url}/`, { headers: { host: name, cookie } })).status;
  expect(await status(host.toUpperCase())).toBe(200);
  for (const name of [
    host.replace(/:\d+$/, ""),
    host.replace(":", ".:"),
    `x.${host}`,
    host.replace("localhost", "localhost.evil.example"),
    host.replace("localhost", "127.0.0.1"),
    host.replace(/-(\d+)\./, "-0$1."),
    host.replace(/-(\d+)\./, "-99999."),
    `${host}@evil.example`,
    "evil.example",
  ]) {
    expect(await status(name), name).toBe(421);
  }
  const socket = openSocket();
  socket.write(
    `GET / HTTP/1.1\r\nHost: ${host}\r\nHost: ${new URL(home.gateway.url).host}\r\nCookie: ${cookie}\r\n\r\n`,
  );
  expect(String(((await once(socket, "data")) as [Buffer])[0])).toMatch(/^HTTP\/1\.1 4\d\d /);
});

it.each([
  ["asks first and waits", { asks: true, sends: false, closes: false }],
  ["asks first and sends its body all the same", { asks: true, sends: true, closes: false }],
  ["asks first and sends its body to a program that closes", { asks: true, sends: true, closes: true }],
  ["sends its body at once", { asks: false, sends: true, closes: false }],
])("a refusal comes through both hops whole, each time, when its client %s", async (_, { asks, sends, closes }) => {
  const body = "n".repeat(2_000);
  const refuse = (request: IncomingMessage, response: ServerResponse) => {
    response.writeHead(413, { "content-length": body.length, ...(closes && { connection: "close" }) });
    response.end(body);
    if (!closes) request.resume();
  };
  const program = createServer(refuse).on("checkContinue", refuse).listen(0, "127.0.0.1");
  await once(program, "listening");
  home.later(() => {
    program.closeAllConnections();
    program.close();
  });
  const { id } = await home.session((program.address() as AddressInfo).port);
  const expect100 = asks ? "Expect: 100-continue\r\n" : "";
  const head = `POST /s/${id}/ HTTP/1.1\r\nHost: ${new URL(home.gateway.url).host}\r\nAuthorization: ${home.token.authorization}\r\n${expect100}Content-Length: 200000\r\n\r\n`;
  const ask = async (): Promise<string> => {
    const socket = openSocket();
    let heard = "";
    socket.on("data", (bytes) => {
      heard += String(bytes);
    });
    // Head and body in one piece.
    socket.cork();
    socket.write(head);
    if (sends) socket.write(Buffer.alloc(200_000));
    process.nextTick(() => socket.uncork());
    const over = () => heard.endsWith(body) || socket.closed;
    await expect.poll(over).toBe(true);
    socket.destroy();
    return heard;
  };
  for (let round = 0; round < 3; round += 1)
    for (const heard of await Promise.all(Array.from({ length: 8 }, ask)))
      expect(heard).toMatch(/^HTTP\/1\.1 413 [\s\S]*\r\n\r\nn{2000}$/);
});

it("an answer before the end of an upload arrives, and the connection is good for more", async () => {
  let answer: (() => void) | undefined;
  const port = await home.program((socket) =>
    socket.once("data", (head) => {
      if (!String(head).startsWith("POST")) return void socket.end(OK);
      // Reads no further: the upload stands still on all of its way.
      socket.pause();
      answer = () => socket.write("HTTP/1.1 413 Too Large\r\nContent-Length: 2\r\n\r\nno");
    }),
  );
  const { id } = await home.session(port);
  const socket = openSocket();
  const head = `/s/${id}/ HTTP/1.1\r\nHost: ${new URL(home.gateway.url).host}\r\nAuthorization: ${home.token.authorization}\r\n`;
  let heard = "";
  socket.on("data", (bytes) => {
    heard += String(bytes);
  });
  const size = 64 * 1024 * 1024;
  socket.write(`POST ${head}Content-Length: ${size}\r\n\r\n`);
  for (let sent = 0; sent < size; sent += 1024 * 1024) socket.write(Buffer.alloc(1024 * 1024));
  await expect.poll(() => answer).toBeDefined();
  const left = new Set<number>();
  await expect.poll(() => left.size === left.add(socket.writableLength).size, { interval: 200 }).toBe(true);
  expect(socket.writableLength).toBeGreaterThan(0);
  answer?.();
  await expect.poll(() => heard).toMatch(/^HTTP\/1\.1 413 [\s\S]*\r\n\r\nno$/);
  heard = "";
  socket.write(`GET ${head}\r\n`);
  await expect.poll(() => heard).toMatch(/^HTTP\/1\.1 200 [\s\S]*\r\n\r\nok$/);
});
