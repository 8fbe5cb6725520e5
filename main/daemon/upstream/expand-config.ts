/** Owns `${VAR}` in servers.json: what may stand in for a value, and which values must therefore never be shown. */
import type { ServerConfig } from "../../../shared/protocol/daemon-api.ts";
import type { Parsed } from "../../../shared/protocol/schema.ts";
import { isSecretKey } from "../../../shared/text/redact.ts";

const REFERENCE = /\$\{(?:(secret):)?([A-Za-z_][A-Za-z0-9_.-]*)(?::-([^}]*))?\}/g;

export interface References {
  env: NodeJS.ProcessEnv;
  /** The value of a kept secret. */
  secret: (name: string) => string | undefined;
}

/**
 * Replaces `${VAR}`, `${VAR:-default}` and `${secret:NAME}` in every text of a server's entry. A reference to nothing is
 * a reason, so that a server never starts with half of its credentials.
 */
export function expandConfig(config: ServerConfig, from: References): Parsed<ServerConfig> {
  let missing: string | undefined;
  const text = (value: string) =>
    value.replace(REFERENCE, (whole, secret: string | undefined, name: string, fallback: string | undefined) => {
      const found = secret === undefined ? from.env[name] : from.secret(name);
      if (found !== undefined && (found !== "" || fallback === undefined)) return found;
      if (fallback !== undefined) return fallback;
      missing ??= secret === undefined ? `the variable ${name} is not set` : `there is no secret ${name}`;
      return whole;
    });
  const texts = (values: Record<string, string>) =>
    Object.fromEntries(Object.entries(values).map(([key, value]) => [key, text(value)]));

  const expanded: ServerConfig =
    "command" in config
      ? {
          ...config,
          command: text(config.command),
          ...(config.args !== undefined && { args: config.args.map(text) }),
          ...(config.env !== undefined && { env: texts(config.env) }),
          ...(config.cwd !== undefined && { cwd: text(config.cwd) }),
        }
      : {
          ...config,
          url: text(config.url),
          ...(config.instances !== undefined && { instances: config.instances.map(text) }),
          ...(config.headers !== undefined && { headers: texts(config.headers) }),
          ...(config.oauth !== undefined && {
            oauth: {
              ...config.oauth,
              clientId: text(config.oauth.clientId),
              ...(config.oauth.clientSecret !== undefined && { clientSecret: text(config.oauth.clientSecret) }),
            },
          }),
        };
  return missing === undefined ? { ok: true, value: expanded } : { ok: false, reason: missing };
}

/** The values in an entry that are credentials by their key's name or because they were not written down in the file. */
export function secretValues(config: ServerConfig, from: References): string[] {
  const expanded = expandConfig(config, from);
  if (!expanded.ok) return [];
  const written: Record<string, string> = ("command" in config ? config.env : config.headers) ?? {};
  const values: Record<string, string> =
    ("command" in expanded.value ? expanded.value.env : expanded.value.headers) ?? {};
  const client = "oauth" in expanded.value ? expanded.value.oauth?.clientSecret : undefined;
  const named = Object.entries(values)
    .filter(([key, value]) => isSecretKey(key) || value !== written[key])
    .flatMap(([, value]) => [value, value.replace(/^(Bearer|Basic|token) +/i, "")]);
  return client === undefined ? named : [...named, client];
}
