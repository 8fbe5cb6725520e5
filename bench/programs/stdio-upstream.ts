/** An MCP server over standard input and output, as people write them with the SDK. Its one tool returns what it got. */
import { StdioServerTransport } from "@modelcontextprotocol/sdk/server/stdio.js";
import { echoServer } from "../harness/echo-server.ts";

await echoServer().connect(new StdioServerTransport());
