/**
 * An MCP server over Streamable HTTP as people write them: the SDK's own server and transport, answers over SSE. Its one
 * tool returns what it got. (With `enableJsonResponse` that SDK keeps an entry a call for ever, which would measure its leak.)
 */
import { randomUUID } from "node:crypto";
import { createServer } from "node:http";
import { StreamableHTTPServerTransport } from "@modelcontextprotocol/sdk/server/streamableHttp.js";
import { echoServer } from "../harness/echo-server.ts";

const transports = new Map<string, StreamableHTTPServerTransport>();

async function begin(): Promise<StreamableHTTPServerTransport> {
  const transport = new StreamableHTTPServerTransport({
    sessionIdGenerator: randomUUID,
    onsessioninitialized: (id) => void transports.set(id, transport),
  });
  await echoServer().connect(transport);
  return transport;
}

const server = createServer(async (request, response) => {
  const id = request.headers["mcp-session-id"];
  const transport = typeof id === "string" ? transports.get(id) : await begin();
  if (transport === undefined) response.writeHead(404).end();
  else await transport.handleRequest(request, response);
});
server.listen(0, "127.0.0.1", () => {
  const address = server.address();
  if (address !== null && typeof address === "object") console.log(JSON.stringify({ port: address.port }));
});
