/** Runs a session's program again: in the same terminal where its daemon still has it, else in a new session of the daemon. */
import { basename } from "node:path";
import { failed, ok, type Result } from "../../../../shared/protocol/fault.ts";
import type { NewSession } from "../../../../shared/protocol/gateway-api.ts";
import { REDACTED } from "../../../../shared/text/redact.ts";
import { displayCommand } from "../../../agents/launch-plan.ts";
import type { LiveSession } from "../live-session.ts";
import { formerIds, isAtOneDaemon, type SessionRecord } from "../session-record.ts";
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
  // Without its token (a session that was adopted, or sealed with another key) its program could call no tool.
  const usable = isAtOneDaemon(record) && record.mcp.token !== "";
  if (there && usable) {
    await startTerminal(session, size, context);
    return ok("same");
  }
  const request = { ...record.request, ...size, agent: record.agent, cwd: record.cwd, label: record.label };
  // What its tools were narrowed to holds for the new one as well.
  // What its events are numbered above is whatever anybody has seen.
  session.count.breakOff();
  const again = await openSession(request, context, {
    after: isAtOneDaemon(record) ? record.mcp.session_id : undefined,
    numbersAbove: session.count.next() - 1,
  });
  if (!again.ok) return again;
  if (there && record.terminal_session !== undefined && !usable) {
    await context.terminals.client.endSession(record.terminal_session);
  }
  const { mcp, terminal_session } = again.value;
  session.record = { ...record, mcp, former: formerIds(record) };
  if (terminal_session !== undefined) session.record.terminal_session = terminal_session;
  await startTerminal(session, size, context);
  return ok("elsewhere");
}

/** The record with another command line. Faults: `other-program`, `hidden-value`. */
export function withCommand(record: SessionRecord, [program = "", ...args]: readonly string[]): Result<SessionRecord> {
  const free = record.agent === "custom" && record.request.template === undefined;
  const [shown] = record.command.split(" ");
  if (record.agent === "demo" || (!free && program !== shown)) {
    return failed(
      "other-program",
      `This session runs ${record.agent_name}; only its arguments can be changed.`,
      "Start a new session for another program.",
    );
  }
  if ([program, ...args].some((word) => word.includes(REDACTED))) {
    return failed("hidden-value", "A hidden value stands in the command.", "Write the value itself.");
  }
  return ok({
    ...record,
    ...(free ? { agent_name: basename(program) || program } : {}),
    command: displayCommand(program, args),
    request: { ...record.request, args, ...(free ? { command: program } : {}) },
  });
}
