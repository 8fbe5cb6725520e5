/** Asks a server's own program for headers, such as a token that lasts an hour (Claude Code's `headersHelper`). */
import { execFile } from "node:child_process";
import { parseJson, z } from "../../../../shared/protocol/schema.ts";
import { splitCommand } from "../../../../shared/text/split-command.ts";
import { childEnvironment } from "../stdio/child-environment.ts";
import { underHome } from "./references.ts";

const LIMIT_MS = 10_000;
const MAX_BYTES = 64 * 1024;
const headersSchema = z.record(z.string(), z.string());

export type HelperAnswer = { ok: true; headers: Record<string, string> } | { ok: false; reason: string };

/**
 * Runs the command line, without a shell, in `cwd`, and reads one JSON object of texts from its output. It is told for which
 * server under the names that Claude Code uses (https://code.claude.com/docs/en/mcp, dynamic headers). 10 s, 64 KiB.
 */
export function askHeadersHelper(
  line: string,
  server: { name: string; url: string },
  where: { cwd: string; env: NodeJS.ProcessEnv },
): Promise<HelperAnswer> {
  const [command = "", ...args] = splitCommand(line).map(underHome);
  const env = childEnvironment(where.env, {
    CLAUDE_CODE_MCP_SERVER_NAME: server.name,
    CLAUDE_CODE_MCP_SERVER_URL: server.url,
  });
  const options = { cwd: where.cwd, env, timeout: LIMIT_MS, maxBuffer: MAX_BYTES, windowsHide: true } as const;
  return new Promise((done) => {
    execFile(command, args, options, (error, stdout) => {
      if (error !== null) return done({ ok: false, reason: reasonOf(error) });
      const parsed = parseJson(headersSchema, stdout);
      done(
        parsed.ok
          ? { ok: true, headers: parsed.value }
          : { ok: false, reason: 'its output is no JSON object of texts, such as {"Authorization": "…"}' },
      );
    });
  });
}

function reasonOf(error: Error & { code?: unknown; killed?: boolean }): string {
  if (error.killed === true) return `it took longer than ${LIMIT_MS / 1000} s`;
  return error.code === "ENOENT" ? "it was not found" : `it ended with ${String(error.code ?? error.message)}`;
}
