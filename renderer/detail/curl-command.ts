/** The form of a call that a shell can send again: `curl` for servers over HTTP, with every secret left as a variable. */
import type { Call } from "../../shared/events/call.ts";
import type { ServerConfig } from "../../shared/servers/server-config.ts";
import { REDACTED } from "../../shared/text/redact.ts";

/** Longer parts of an address that mix letters and digits are taken for keys: some servers give each person such an address. */
const LONG_PART = /^(?=.*\d)(?=.*[A-Za-z])[\w~.-]{16,}$/;
const NAME = /^[\w-]+$/;
const SCHEME = /^(Bearer|Basic|Token) /i;
/** Held by a variable already: one reference, perhaps behind a scheme. */
const REFERENCE = /^(?:(?:Bearer|Basic|Token) )?\$\{([A-Za-z_]\w*)(?::-[^}]*)?\}$/i;

/**
 * A command for a POSIX shell, as the Streamable HTTP transport of MCP wants a request. No header's value, no user name and no
 * value in the address's query is in it. `Mcp-Session-Id` is left out by curl while its variable is empty.
 * Undefined where there is nothing to send: no address, arguments unknown or cut.
 */
export function curlCommand(call: Call, config: ServerConfig | undefined): string | undefined {
  if (config === undefined || !("url" in config)) return undefined;
  if (call.args === undefined || call.cut?.args !== undefined) return undefined;
  const address = safeAddress(config.url);
  if (address === undefined) return undefined;
  const body = {
    jsonrpc: "2.0",
    id: 1,
    method: "tools/call",
    params: { name: call.tool, arguments: call.args },
  };
  return [
    `curl -sS ${inDoubleQuotes(address)}`,
    `-H 'Content-Type: application/json'`,
    `-H 'Accept: application/json, text/event-stream'`,
    `-H "Mcp-Session-Id: \${MCP_SESSION_ID}"`,
    ...Object.entries(config.headers ?? {}).flatMap(([name, value]) => header(name, value)),
    `--data-raw ${inSingleQuotes(asciiControls(JSON.stringify(body)))}`,
  ].join(" \\\n  ");
}

function header(name: string, value: string): string[] {
  if (!NAME.test(name)) return [];
  const scheme = SCHEME.exec(value)?.[0] ?? "";
  const variable = REFERENCE.exec(value)?.[1] ?? variableName(name);
  return [`-H "${name}: ${scheme}\${${variable}}"`];
}

/** Letters, digits and `_`, not beginning with a digit. */
const variableName = (text: string): string =>
  text
    .replace(/[^A-Za-z0-9]+/g, "_")
    .replace(/^(?=\d)|^$/, "_")
    .toUpperCase();

/** References in the file become placeholders before the address is read, or `URL` would encode them. Undefined when it is none. */
function safeAddress(url: string): string | undefined {
  const held: string[] = [];
  const hold = (name: string): string => `signalbox-held-${held.push(name) - 1}-`;
  const marked = url.replace(/\$\{(?:secret:)?([A-Za-z_][\w.-]*)(?::-[^}]*)?\}/g, (_, name: string) => hold(name));
  const unmasked = marked.replaceAll(REDACTED, () => hold("SECRET"));
  if (!URL.canParse(unmasked)) return undefined;
  const { protocol, host, pathname, search } = new URL(unmasked);
  const path = pathname
    .split("/")
    .map((part) => (LONG_PART.test(part) && !part.startsWith("signalbox-held-") ? hold("URL_PART") : part))
    .join("/");
  const query = [...new URLSearchParams(search).keys()].map((key) => `${encodeURIComponent(key)}=${hold(key)}`);
  const text = `${protocol}//${host}${path}${query.length === 0 ? "" : `?${query.join("&")}`}`;
  // The same marks in reverse: the only `${` of the command come from here.
  return text.replace(
    /signalbox-held-(\d+)-/g,
    (_, at: string) => `\u0000${variableName(held[Number(at)] ?? "")}\u0001`,
  );
}

function inDoubleQuotes(text: string): string {
  const escaped = text.replace(/[\\"$`]/g, "\\$&");
  return `"${escaped.replaceAll("\u0000", "${").replaceAll("\u0001", "}")}"`;
}

const inSingleQuotes = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

/** As JSON escapes: what a terminal would act on, or a person would not see, when it is pasted. */
const asciiControls = (json: string): string =>
  json.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (character) =>
    Array.from(
      { length: character.length },
      (_, at) => `\\u${character.charCodeAt(at).toString(16).padStart(4, "0")}`,
    ).join(""),
  );
