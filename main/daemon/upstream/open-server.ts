/** Owns which link a configured server gets. */
import type { ServerConfig } from "../../../shared/protocol/daemon-api.ts";
import { selfCommand } from "../../home/self-command.ts";
import { openHttpLink } from "./http-link.ts";
import type { OpenLink } from "./link.ts";
import { openStdioLink } from "./stdio-link.ts";

/** Name of the built-in server, reserved unless somebody configures one of the same name. */
export const DEMO_SERVER = "demo";

export interface Server {
  name: string;
  transport: "stdio" | "http" | "builtin";
  config: ServerConfig;
}

export function configuredServer(name: string, config: ServerConfig): Server {
  return { name, transport: "command" in config ? "stdio" : "http", config };
}

/** The demo server: this program again, with work of its own to do. */
export function builtinDemo(): Server {
  const { command, args, env } = selfCommand("demo-server");
  return { name: DEMO_SERVER, transport: "builtin", config: { command, args, env } };
}

export function linkOpener(server: Server, env: NodeJS.ProcessEnv): OpenLink {
  const { config } = server;
  if ("command" in config) {
    const process = {
      command: config.command,
      args: config.args ?? [],
      env: config.env ?? {},
      ...(config.cwd !== undefined && { cwd: config.cwd }),
    };
    return (handlers) => openStdioLink(process, env, handlers);
  }
  const headers = config.headers ?? {};
  return (handlers) => openHttpLink({ url: config.url, headers: () => headers }, handlers);
}
