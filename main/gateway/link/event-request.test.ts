/** Proves that the content of an answer arrives byte for byte however it is framed and cut, and that what is no HTTP ends the request and nothing else. */
import { once } from "node:events";
import { createServer as createHttpServer } from "node:http";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { reachAddress } from "../../wire/reach.ts";
import { requestEvents } from "./event-request.ts";

const undo: (() => unknown)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step();
});

async function listen(server: Server): Promise<string> {
  const sockets = new Set<Socket>();
  server.on("connection", (socket: Socket) => sockets.add(socket));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  undo.push(() => {
    for (const socket of sockets) socket.destroy();
    return new Promise((resolve) => server.close(resolve));
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/session/s/events`;
}

/** Answers every request with these bytes, in these pieces, and closes when `close` says so. */
const literal = (pieces: readonly string[], close = true) =>
  listen(
    createServer((socket) => {
      socket.setNoDelay(true);
      socket.on("error", () => {});
      socket.once("data", async () => {
        for (const piece of pieces) {
          socket.write(piece, "latin1");
          await new Promise((resolve) => setImmediate(resolve));
        }
        if (close) socket.end();
      });
    }),
  );

async function read(url: string): Promise<{ status: number; content: string; failure: string | undefined }> {
  const answer = await requestEvents(reachAddress(url), "/", {}, new AbortController().signal);
  let content = "";
  const failure = await answer
    .read((bytes) => {
      content += bytes.toString("latin1");
      return undefined;
    })
    .then(
      () => undefined,
      (error: Error) => error.message,
    );
  return { status: answer.status, content, failure };
}

const HEAD = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n";
const CHUNKED = `${HEAD}Transfer-Encoding: chunked\r\n\r\n`;

describe("the content of an answer", () => {
  it.each([
    ["chunked", [CHUNKED, "3\r\nabc\r\n0\r\n\r\n"], "abc"],
    ["head and content cut anywhere", [...`${CHUNKED}3\r\nabc\r\n0\r\n\r\n`], "abc"],
    ["of a given length", [`${HEAD}Content-Length: 3\r\n\r\nabcdef`], "abc"],
    ["until it closes", [`${HEAD}\r\nab`, "c"], "abc"],
    ["after an interim answer", ["HTTP/1.1 103 Early\r\nLink: x\r\n\r\n", CHUNKED, "3\r\nabc\r\n0\r\n\r\n"], "abc"],
  ])("%s arrives whole", async (_, pieces, content) => {
    expect(await read(await literal(pieces))).toEqual({ status: 200, content, failure: undefined });
  });

  it.each([
    ["cut in a chunk", [`${CHUNKED}5\r\nab`], "ab"],
    ["cut between chunks", [`${CHUNKED}2\r\nab\r\n`], "ab"],
    ["cut before its length", [`${HEAD}Content-Length: 5\r\n\r\nab`], "ab"],
    ["with a chunk of no size", [`${CHUNKED}2\r\nab\r\n\r\n`], ""],
    ["with a chunk longer than its size", [CHUNKED, "2\r\nabc\r\n"], ""],
    ["with an absurd size", [CHUNKED, "fffffffff\r\n"], ""],
  ])("%s is a failure, after what came", async (_, pieces, content) => {
    const got = await read(await literal(pieces)).catch((error: Error) => ({ content: "", failure: error.message }));
    expect(got.failure).toEqual(expect.any(String));
    expect(got.content).toBe(content);
  });

  it.each([
    ["no HTTP", ["SSH-2.0-OpenSSH_9.9\r\n\r\n"]],
    ["HTTP/2", ["HTTP/2 200 OK\r\n\r\n"]],
    ["a line without a colon", [`${HEAD}nonsense\r\n\r\n`]],
    ["an encoding that was not asked for", [`${HEAD}Content-Encoding: gzip\r\n\r\n`]],
    ["a length beside chunks", [`${CHUNKED.slice(0, -2)}Content-Length: 3\r\n\r\n3\r\nabc\r\n0\r\n\r\n`]],
    ["a name with a space", [`${HEAD}Content-Length : 3\r\n\r\nabc`]],
    ["an unknown coding", [`${HEAD}Transfer-Encoding: gzip, chunked\r\n\r\n`]],
    [
      "an endless head",
      [
        "HTTP/1.1 200 OK\r\n",
        ..."x"
          .repeat(20)
          .split("")
          .map(() => `a: ${"b".repeat(1000)}\r\n`),
      ],
    ],
    ["nothing", []],
  ])("%s is no answer", async (_, pieces) => {
    await expect(read(await literal(pieces))).rejects.toThrow(/./);
  });

  it("is not read on while its reader has no room, and then continues where it stopped", async () => {
    let written = 0;
    const server = createHttpServer((_, response) => {
      response.writeHead(200);
      const more = () => {
        while (written < 8_000_000) {
          written += 50_000;
          if (!response.write(Buffer.alloc(50_000, written / 50_000))) return void response.once("drain", more);
        }
        response.end();
      };
      more();
    });
    const answer = await requestEvents(reachAddress(await listen(server)), "/", {}, new AbortController().signal);
    let bytes = 0;
    let reads = 0;
    let proceed = () => {};
    const finished = answer.read((piece) => {
      reads += 1;
      bytes += piece.length;
      expect(reads).toBeLessThan(1_000_000);
      if (reads % 20 !== 0) return undefined;
      const before = reads;
      return new Promise((resolve) => {
        proceed = () => {
          expect(reads).toBe(before);
          resolve();
        };
        setImmediate(() => setImmediate(() => setImmediate(proceed)));
      });
    });
    await finished;
    expect(bytes).toBe(8_000_000);
  });

  it("ends at once when it is not wanted any more, and no header can smuggle in another", async () => {
    const url = await literal([CHUNKED, "1\r\na\r\n"], false);
    const stop = new AbortController();
    const answer = await requestEvents(reachAddress(url), "/", { authorization: "Bearer t" }, stop.signal);
    const reading = answer.read(() => undefined);
    stop.abort();
    await expect(reading).rejects.toThrow(/abort/i);
    await expect(requestEvents(reachAddress(url), "/", {}, stop.signal)).rejects.toThrow(/abort/i);
    const evil = { "last-event-id": "a\r\nX-Evil: 1" };
    await expect(requestEvents(reachAddress(url), "/", evil, new AbortController().signal)).rejects.toThrow(/invalid/i);
  });
});
