/** Defines where servers come from beside servers.json: programs that are connected, and what is built in. */
import type { Server } from "./open-server.ts";

/** A tool that cannot be listed now, and whose call gets an answer that says why. */
export interface AwayTool {
  server: string;
  tool: string;
  definition: Record<string, unknown>;
}

export interface ServerSource {
  /** Its servers now, in the order in which they are to be listed; none has a name that is `taken`. */
  list(taken: ReadonlySet<string>): Server[];
  /** Another set of servers, or other tools of one of them. */
  onChange(listener: () => void): void;
  /** Whether this session is offered that server. */
  isFor(server: Server, session: string): boolean;
  /** The tool of this name that one of its servers would have if it were there. */
  away(tool: string, session: string): AwayTool | undefined;
}
