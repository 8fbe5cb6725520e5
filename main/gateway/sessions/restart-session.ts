/** Owns running a session's program again: in the same terminal where its daemon still has it, else in a new session of the daemon. */
import { ok, type Result } from "../../../shared/protocol/fault.ts";
import type { NewSession } from "../../../shared/protocol/gateway-api.ts";
import type { LiveSession } from "./live-session.ts";
import { openSession, type StartContext, startTerminal } from "./start-session.ts";

/** Changes the session's record, in which `args` are not kept. `elsewhere`: its events come from a new stream, under the same history. Faults: those of a start. */
export async function restartSession(
  session: LiveSession,
  size: Pick<NewSession, "cols" | "rows" | "args">,
  context: StartContext,
): Promise<Result<"same" | "elsewhere">> {
  const { record } = session;
  const known = await context.terminals.client.sessions();
  const there = known.ok && known.value.sessions.some((item) => item.session_id === record.terminal_session);
  if (there && record.mcp.own) {
    await startTerminal(session, size, context);
    return ok("same");
  }
  const request = { ...record.request, ...size, agent: record.agent, cwd: record.cwd, label: record.label };
  // What its tools were narrowed to holds for the new one as well.
  const again = await openSession(request, context, { after: record.mcp.own ? record.mcp.session_id : undefined });
  if (!again.ok) return again;
  const { mcp, terminal_session } = again.value;
  session.record = { ...record, mcp };
  if (terminal_session !== undefined) session.record.terminal_session = terminal_session;
  await startTerminal(session, size, context);
  return ok("elsewhere");
}
