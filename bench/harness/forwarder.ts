/** What the two small bridges share: a WebSocket server whose every connection names a session of the daemon in argv. */
import { createServer } from "node:http";
import { type WebSocket, WebSocketServer } from "ws";

type Forward = (events: string, headers: Record<string, string>, socket: WebSocket) => void | Promise<void>;

/** Serves `/?session_id=…&token=…`; the daemon's address is the program's only argument. */
export function serveForwarder(forward: Forward): void {
  const daemon = process.argv[2];
  if (daemon === undefined) throw new Error("usage: <program> <daemon url>");
  const server = createServer();
  const sockets = new WebSocketServer({ server, perMessageDeflate: false });
  sockets.on("connection", (socket, request) => {
    const query = new URL(request.url ?? "/", "http://127.0.0.1").searchParams;
    const headers = { authorization: `Bearer ${query.get("token")}`, accept: "text/event-stream" };
    const begun = forward(`${daemon}/session/${query.get("session_id")}/events`, headers, socket);
    begun?.catch((error: unknown) => {
      if (socket.readyState === socket.OPEN) socket.close(1011, String(error).slice(0, 100));
    });
  });
  server.listen(0, "127.0.0.1", () => {
    const address = server.address();
    if (address !== null && typeof address === "object") console.log(JSON.stringify({ port: address.port }));
  });
}
