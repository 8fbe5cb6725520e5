/** Says what Signalbox knows of a configured MCP server, in whichever form its entry was written. */

interface AnyServer {
  disabled?: boolean;
  /** Patterns of the only tools to offer (`*` for any characters); all when absent. */
  offer?: string[];
  /** Patterns of tools that are not offered. */
  hide?: string[];
}

/** A process that speaks MCP over its standard input and output. Texts may hold references (`expand-config.ts`). */
export interface StdioConfig extends AnyServer {
  command: string;
  args?: string[];
  env?: Record<string, string>;
  cwd?: string;
  /** A file of further variables; those of `env` win. */
  envFile?: string;
}

export interface HttpConfig extends AnyServer {
  url: string;
  /** `sse`: the HTTP+SSE transport of 2024-11-05 alone. Absent: Streamable HTTP, and that one where a server knows no other. */
  transport?: "sse";
  headers?: Record<string, string>;
  /** A command line whose output, a JSON object, adds headers to each new connection. */
  headersHelper?: string;
  /** Further addresses of the same server. A session stays with the one that began it, until that cannot be reached. */
  instances?: string[];
  /** A client that was registered by hand, for servers whose sign-in lets no client register itself. */
  oauth?: {
    clientId: string;
    clientSecret?: string;
    scope?: string;
    /** The authorization server that the client is registered at. */
    issuer?: string;
  };
}

export type ServerConfig = StdioConfig | HttpConfig;

/** What a file asks a person for under an id, and refers to as `${input:ID}`. */
export interface ServerInput {
  description?: string;
  default?: string;
}
