/** The demo MCP server on stdio, whose tools do real work on a real folder with honest progress. */

import { stat } from "node:fs/promises";
import { isAbsolute } from "node:path";
import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { StdioServerTransport } from "@modelcontextprotocol/sdk/server/stdio.js";
import type { RequestHandlerExtra } from "@modelcontextprotocol/sdk/shared/protocol.js";
import type { CallToolResult, ServerNotification, ServerRequest } from "@modelcontextprotocol/sdk/types.js";
import { z } from "../../../shared/protocol/schema.ts";
import { reasonOf } from "../../../shared/text/reason-of.ts";
import { VERSION } from "../../home/version.ts";
import { countLines, hashTree, searchText, type ToolOutcome } from "./demo-tools.ts";
import type { ToolRun } from "./read-files.ts";

type Extra = RequestHandlerExtra<ServerRequest, ServerNotification>;

const path = z.string().describe("Absolute path of the folder to read");

/** Serves until its input ends. */
export async function runDemoServer(): Promise<number> {
  const server = new McpServer({ name: "signalbox-demo", version: VERSION });
  const annotations = { readOnlyHint: true, openWorldHint: false };
  server.registerTool(
    "hash_tree",
    {
      title: "Hash a folder",
      description:
        "SHA-256 of every file below a folder, and one fingerprint of the whole tree. Reads at most 10,000 files and 1 GiB.",
      inputSchema: { path },
      annotations,
    },
    (args, extra) => answer(args.path, extra, (run) => hashTree(args.path, run)),
  );
  server.registerTool(
    "count_lines",
    {
      title: "Count lines",
      description: "Lines of all text files below a folder, by extension. Reads at most 10,000 files and 1 GiB.",
      inputSchema: { path },
      annotations,
    },
    (args, extra) => answer(args.path, extra, (run) => countLines(args.path, run)),
  );
  server.registerTool(
    "search_text",
    {
      title: "Search text",
      description: "Lines that contain a text, in all text files below a folder. Reads at most 10,000 files and 1 GiB.",
      inputSchema: { path, text: z.string().min(1).max(200).describe("The text to look for; letter case matters") },
      annotations,
    },
    (args, extra) => answer(args.path, extra, (run) => searchText(args.path, args.text, run)),
  );

  const ended = new Promise<void>((resolve) => {
    process.stdin.once("end", resolve);
    process.stdin.once("close", resolve);
  });
  await server.connect(new StdioServerTransport());
  await ended;
  await server.close();
  return 0;
}

async function answer(
  folder: string,
  extra: Extra,
  work: (run: ToolRun) => Promise<ToolOutcome>,
): Promise<CallToolResult> {
  if (!isAbsolute(folder)) return refusal(`${folder} is not an absolute path.`);
  const found = await stat(folder).catch(() => undefined);
  if (found?.isDirectory() !== true) return refusal(`${folder} is not a folder.`);
  const progressToken = extra._meta?.progressToken;
  const report: ToolRun["report"] = (values) => {
    if (progressToken === undefined) return;
    void extra.sendNotification({ method: "notifications/progress", params: { progressToken, ...values } });
  };
  try {
    const outcome = await work({ signal: extra.signal, report });
    return { content: [{ type: "text", text: outcome.text }], structuredContent: outcome.data };
  } catch (error) {
    return refusal(reasonOf(error));
  }
}

const refusal = (text: string): CallToolResult => ({ isError: true, content: [{ type: "text", text }] });
