/** What is done with the history of all sessions at once. */
import type { SessionView } from "../../shared/protocol/app-frames.ts";
import { ok, type Result } from "../../shared/protocol/fault.ts";
import type { GatewayClient } from "../gateway/gateway-client.ts";

/** Those whose program no longer runs: deleting history must not end anybody's work. */
export const deletable = (sessions: readonly SessionView[]): SessionView[] =>
  sessions.filter(({ terminal }) => terminal.state !== "running" && terminal.state !== "starting");

/** Every session after a line that names it, one after the other. The first fault ends it: half an export would pass for a whole. */
export async function exportAll(
  client: Pick<GatewayClient, "exportSession">,
  sessions: readonly SessionView[],
): Promise<Result<Blob>> {
  const parts: (string | Blob)[] = [];
  for (const { id, label, agent, cwd, created_at } of sessions) {
    const answer = await client.exportSession(id, "jsonl");
    if (!answer.ok) return answer;
    parts.push(`${JSON.stringify({ session: id, label, agent, cwd, created_at })}\n`, await answer.value.blob());
  }
  return ok(new Blob(parts, { type: "application/x-ndjson" }));
}
