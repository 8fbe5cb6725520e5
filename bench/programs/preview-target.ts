/** A program that a preview leads to: 200 bytes, one gigabyte, and a WebSocket that says everything again. */
import { createServer, type ServerResponse } from "node:http";
import { WebSocketServer } from "ws";

const SMALL = Buffer.alloc(200, "x");
const CHUNK = Buffer.alloc(64 * 1024, "x");

const server = createServer((request, response) => {
  const bytes = Number(/^\/bytes\/(\d+)$/.exec(request.url ?? "")?.[1] ?? Number.NaN);
  if (Number.isNaN(bytes)) {
    response.writeHead(200, { "content-type": "text/plain", "content-length": SMALL.length });
    response.end(SMALL);
    return;
  }
  response.writeHead(200, { "content-type": "application/octet-stream", "content-length": bytes });
  pour(response, bytes);
});

function pour(response: ServerResponse, bytes: number): void {
  let left = bytes;
  const more = () => {
    while (left > 0) {
      const chunk = left < CHUNK.length ? CHUNK.subarray(0, left) : CHUNK;
      left -= chunk.length;
      if (!response.write(chunk)) return;
    }
    response.end();
  };
  response.on("drain", more);
  more();
}

new WebSocketServer({ server, perMessageDeflate: false }).on("connection", (socket) =>
  socket.on("message", (data, binary) => socket.send(data, { binary })),
);
server.listen(0, "127.0.0.1", () => {
  const address = server.address();
  if (address !== null && typeof address === "object") console.log(JSON.stringify({ port: address.port }));
});
