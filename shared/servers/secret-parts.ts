/** Finds the credentials in a server's entry: the parts of its texts that may be shown to nobody, and be kept by a mask alone. */
import { REDACTED } from "../text/redact.ts";
import { isSecretSetting, looksSecret } from "../text/secret-names.ts";

/** A text in its order: what may be shown, and what may not. */
export type Parts = readonly ({ plain: string } | { secret: string })[];

const plain = (text: string) => ({ plain: text });
const secret = (text: string) => ({ secret: text });

const SCHEME = /^(Bearer|Basic|Token|Digest|ApiKey|Api-Key) +/i;
/** Headers whose values are credentials of nobody. */
const HARMLESS_HEADER =
  /^(accept(-language|-encoding)?|content-type|user-agent|cache-control|connection|origin|mcp-protocol-version|x-mcp-(toolsets|tools|readonly|insiders|features))$/i;
/** `${NAME}` and its like refer to a value and are none; a default is one. */
const REFERENCE = /\$\{[^{}]*\}|\{(?:env|file):[^{}]*\}/g;
const DEFAULT = /^(\$\{[^{}]*?:-)([^{}]+)(\})$/s;
const BARE = /^\$[A-Z_][A-Z0-9_]*$/;

/** A text that is a credential as a whole, but for references in it. */
function credential(text: string): Parts {
  if (text === "" || BARE.test(text)) return [plain(text)];
  const parts: ({ plain: string } | { secret: string })[] = [];
  let at = 0;
  for (const match of text.matchAll(REFERENCE)) {
    if (match.index > at) parts.push(secret(text.slice(at, match.index)));
    const [, head, value, end] = DEFAULT.exec(match[0]) ?? [];
    if (head === undefined || value === undefined || end === undefined) parts.push(plain(match[0]));
    else parts.push(plain(head), secret(value), plain(end));
    at = match.index + match[0].length;
  }
  if (at < text.length) parts.push(secret(text.slice(at)));
  return parts;
}

function withScheme(text: string): Parts {
  const scheme = SCHEME.exec(text)?.[0] ?? "";
  return scheme === "" ? credential(text) : [plain(scheme), ...credential(text.slice(scheme.length))];
}

export const headerParts = (name: string, value: string): Parts =>
  HARMLESS_HEADER.test(name) ? textParts(value) : withScheme(value);

export const settingParts = (name: string, value: string): Parts =>
  isSecretSetting(name) ? withScheme(value) : textParts(value);

/** Any other text: an address, `NAME=value`, `Header: value`, or something that looks like a key. */
export function textParts(text: string): Parts {
  if (looksSecret(text)) return [secret(text)];
  if (/^[a-z][a-z\d+.-]*:\/\//i.test(text)) return addressParts(text);
  const header = /^([A-Za-z][\w-]*): *(?=\S)/.exec(text);
  if (header !== null) {
    const [head, name = ""] = header;
    return /authorization|cookie|^x-/i.test(name) || isSecretSetting(name)
      ? [plain(head), ...headerParts(name, text.slice(head.length))]
      : [plain(head), ...textParts(text.slice(head.length))];
  }
  const setting = /^(-{0,2}[A-Za-z_][\w.-]*)=/.exec(text) ?? /^(--?[A-Za-z][\w.-]*):/.exec(text);
  if (setting === null) return jsonParts(text) ?? [plain(text)];
  const [head, name = ""] = setting;
  return [plain(head), ...settingParts(name, text.slice(head.length))];
}

const PAIR = /"((?:[^"\\]|\\.)*)"(\s*:\s*")((?:[^"\\]|\\.)*)"/g;

/** Of JSON in a text, as some servers take their headers or their settings: what its names say. Undefined for other text. */
function jsonParts(text: string): Parts | undefined {
  if (!/^\s*[[{]/.test(text)) return undefined;
  try {
    JSON.parse(text);
  } catch {
    return undefined;
  }
  const parts: ({ plain: string } | { secret: string })[] = [];
  let at = 0;
  for (const match of text.matchAll(PAIR)) {
    const [whole, name = "", between = "", value = ""] = match;
    const begin = match.index + name.length + 2 + between.length;
    parts.push(plain(text.slice(at, begin)), ...settingParts(name, value));
    at = match.index + whole.length - 1;
  }
  parts.push(plain(text.slice(at)));
  return parts;
}

/** User and password, values in the query under telling names, and whatever looks like a key. */
export function addressParts(url: string): Parts {
  const match = /^([a-z][a-z\d+.-]*:\/\/)(?:([^/?#@]*)@)?([^/?#]*)([^?#]*)(\?[^#]*)?(#.*)?$/is.exec(url);
  if (match === null) return [plain(url)];
  const [, scheme = "", user, host = "", path = "", query, fragment] = match;
  const parts: ({ plain: string } | { secret: string })[] = [plain(scheme)];
  if (user !== undefined) parts.push(...credential(user), plain("@"));
  parts.push(plain(host));
  path.split("/").forEach((step, i) => {
    if (i > 0) parts.push(plain("/"));
    parts.push(looksSecret(step) ? secret(step) : plain(step));
  });
  if (query !== undefined) {
    query
      .slice(1)
      .split("&")
      .forEach((item, i) => {
        const [name = "", ...rest] = item.split("=");
        parts.push(plain(`${i === 0 ? "?" : "&"}${name}${rest.length === 0 ? "" : "="}`));
        const value = rest.join("=");
        if (rest.length > 0)
          parts.push(...(isSecretSetting(name) || looksSecret(value) ? credential(value) : [plain(value)]));
        else if (looksSecret(name)) parts.splice(-1, 1, plain(i === 0 ? "?" : "&"), secret(name));
      });
  }
  if (fragment !== undefined) parts.push(plain("#"), ...(fragment.length > 1 ? [secret(fragment.slice(1))] : []));
  return parts;
}

/** One part list for each argument: the value after `--api-key` is one too. */
export function argumentParts(args: readonly string[]): Parts[] {
  return args.map((arg, i) => {
    const before = args[i - 1] ?? "";
    const option = /^--?([A-Za-z][\w.-]*)$/.exec(before)?.[1];
    if (option !== undefined && !arg.startsWith("-") && isSecretSetting(option)) return withScheme(arg);
    return textParts(arg);
  });
}

export const secretsIn = (parts: Parts): string[] => parts.flatMap((part) => ("secret" in part ? [part.secret] : []));

/** The text with a mask in the place of each secret. */
export const maskedText = (parts: Parts): string =>
  parts.map((part) => ("plain" in part ? part.plain : REDACTED)).join("");
