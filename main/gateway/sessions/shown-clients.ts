/** Names the sessions that a client token is limited to as pages know them, and as the daemon does. */
import { clientTokensSchema } from "../../../shared/protocol/client-tools.ts";
import { check, parseExactJson, z } from "../../../shared/protocol/schema.ts";

interface KnownSessions {
  get(id: string): { record: { mcp: { session_id: string } } } | undefined;
  /** The session that has, or had, this id at its daemon. */
  byDaemonId(id: string): { record: { id: string } } | undefined;
}

/** `text` is the daemon's answer; one that is not understood is given back as it came. */
export function withShownClients(text: string, sessions: Pick<KnownSessions, "byDaemonId">): string {
  const told = parseExactJson(clientTokensSchema, text);
  if (!told.ok) return text;
  const shown = (id: string) => sessions.byDaemonId(id)?.record.id ?? id;
  const clients = told.value.clients.map((client) =>
    client.sessions === "all" ? client : { ...client, sessions: client.sessions.map(shown) },
  );
  return JSON.stringify({ clients });
}

const limitedSchema = z.looseObject({ sessions: z.array(z.string()) });

/** A session that is not known here stays as it was named: the daemon's own names are good too. */
export function atDaemon(request: unknown, sessions: Pick<KnownSessions, "get">): unknown {
  const read = check(limitedSchema, request);
  if (!read.ok) return request;
  return { ...read.value, sessions: read.value.sessions.map((id) => sessions.get(id)?.record.mcp.session_id ?? id) };
}
