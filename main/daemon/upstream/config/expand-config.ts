/** Makes of a configured server what is really started or asked: references replaced, its file of variables read. */
import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { resolve } from "node:path";
import { parseEnv } from "node:util";
import { badAddress } from "../../../../shared/servers/read-entry.ts";
import {
  addressParts,
  argumentParts,
  headerParts,
  type Parts,
  secretsIn,
  settingParts,
} from "../../../../shared/servers/secret-parts.ts";
import type { HttpConfig, ServerConfig, StdioConfig } from "../../../../shared/servers/server-config.ts";
import { isSecretKey, isSecretSetting, looksSecret } from "../../../../shared/text/secret-names.ts";
import { splitCommand } from "../../../../shared/text/split-command.ts";
import {
  type Expansion,
  type Place,
  type References,
  readSmallFile,
  replaceReferences,
  underHome,
} from "./references.ts";

export type { References };

export type Expanded =
  | { ok: true; value: ServerConfig; secrets: string[] }
  | {
      ok: false;
      reason: string;
      /** Ids of inputs that a person has to give. */
      needs: string[];
    };

const MAX_ENV_FILE_BYTES = 1024 * 1024;

/**
 * Replaces every reference in an entry. One that leads nowhere is a reason, so that a server never starts with half of its
 * credentials. `secrets` are the values that nothing recorded may hold.
 */
export function expandConfig(config: ServerConfig, from: References): Expanded {
  const into: Expansion = { missing: [], needs: [], sensitive: [] };
  const at = (place: Place) => (value: string) => replaceReferences(value, from, into, place);
  const expanded =
    "command" in config
      ? stdio(config, at("text"), at("setting"), from, into)
      : http(config, at("text"), at("setting"), at("address"), into);
  const [reason] = into.missing;
  if (reason !== undefined) return { ok: false, reason, needs: [...new Set(into.needs)] };
  const named = credentials(expanded);
  return { ok: true, value: expanded, secrets: [...new Set([...into.sensitive, ...named])] };
}

type Replace = (value: string) => string;

function stdio(config: StdioConfig, text: Replace, setting: Replace, from: References, into: Expansion): StdioConfig {
  const { envFile, ...rest } = config;
  const cwd = config.cwd === undefined ? undefined : underHome(text(config.cwd));
  const env = config.env === undefined ? undefined : texts(config.env, setting);
  const file = envFile === undefined ? {} : variablesOf(underHome(text(envFile)), cwd, from, into);
  const whole = { command: underHome(text(config.command)), args: config.args?.map(text) };
  const { command, args } =
    into.missing.length > 0 ? whole : programOf(whole, resolve(from.folder ?? homedir(), cwd ?? "."));
  return {
    ...rest,
    command,
    ...(args !== undefined && { args }),
    ...((env !== undefined || envFile !== undefined) && { env: { ...file, ...env } }),
    ...(cwd !== undefined && { cwd }),
  };
}

function variablesOf(
  file: string,
  cwd: string | undefined,
  { folder = homedir() }: References,
  into: Expansion,
): Record<string, string> {
  const path = resolve(folder, cwd ?? ".", file);
  const read = readSmallFile(path, MAX_ENV_FILE_BYTES);
  if (read.ok) return { ...(parseEnv(read.text) as Record<string, string>) };
  into.missing.push(`its envFile ${path} cannot be read${read.reason}`);
  return {};
}

/** A whole command line where one program is asked for, as some documentation has it: `npx -y server`. */
function programOf(
  { command, args }: { command: string; args: string[] | undefined },
  folder: string,
): { command: string; args: string[] | undefined } {
  if (!/\s/.test(command) || existsSync(resolve(folder, command))) return { command, args };
  // A path of Windows elsewhere: a shell's rules would take its backslashes away.
  if (process.platform !== "win32" && /^([A-Za-z]:[\\/]|\\\\)/.test(command)) return { command, args };
  const line = process.platform === "win32" ? command.replaceAll("\\", "\\\\") : command;
  const [program = command, ...rest] = splitCommand(line).map(underHome);
  // A path with a space in it that leads nowhere is named as a whole.
  if (/[/\\]/.test(program) && !existsSync(resolve(folder, program))) return { command, args };
  return { command: program, args: [...rest, ...(args ?? [])] };
}

function http(config: HttpConfig, text: Replace, setting: Replace, locate: Replace, into: Expansion): HttpConfig {
  const headers = config.headers === undefined ? undefined : texts(config.headers, setting);
  const address = (value: string): URL | undefined => {
    const url = locate(value).trim();
    if (into.missing.length > 0) return undefined;
    const reason = badAddress(url) ?? (URL.canParse(url) ? undefined : "is no complete address");
    if (reason !== undefined)
      into.missing.push(`its url ${url === value ? "" : "with its variables replaced "}${reason}`);
    return reason === undefined ? new URL(url) : undefined;
  };
  const url = address(config.url);
  const instances = config.instances?.map((item) => address(item)?.href ?? item);
  const own = url === undefined ? headers : withUser(url, headers);
  const { oauth, ...rest } = config;
  return {
    ...rest,
    // As written where it can be: it is what tokens are kept by.
    url:
      url === undefined
        ? config.url
        : url.username === "" && url.password === ""
          ? locate(config.url).trim()
          : plain(url),
    ...(instances !== undefined && { instances }),
    ...(own !== undefined && { headers: own }),
    ...(config.headersHelper !== undefined && { headersHelper: text(config.headersHelper) }),
    ...(oauth !== undefined && {
      oauth: { ...texts({ ...oauth }, setting), clientId: setting(oauth.clientId) },
    }),
  };
}

/** RFC 7617: user and password in an address are sent as a header, as browsers do; a header that is written wins. */
function withUser(url: URL, headers: Record<string, string> | undefined): Record<string, string> | undefined {
  if (url.username === "" && url.password === "") return headers;
  if (Object.keys(headers ?? {}).some((name) => name.toLowerCase() === "authorization")) return headers;
  const pair = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`;
  return { ...headers, Authorization: `Basic ${Buffer.from(pair).toString("base64")}` };
}

function plain(url: URL): string {
  const copy = new URL(url);
  copy.username = "";
  copy.password = "";
  return copy.href;
}

const texts = (values: Record<string, string>, replace: Replace) =>
  Object.fromEntries(Object.entries(values).map(([key, value]) => [key, replace(value)]));

/**
 * What in an entry is a credential by its name, its place or its looks. Less than what is hidden when the entry is shown:
 * these values are blotted out wherever they stand, and an ordinary word would take much with it.
 */
function credentials(config: ServerConfig): string[] {
  if ("command" in config) {
    const settings = Object.entries(config.env ?? {}).flatMap(([name, value]) =>
      telling(name, settingParts(name, value)),
    );
    const { args = [] } = config;
    const options = argumentParts(args).flatMap((parts, i) => {
      const inside = parts.length > 1 ? (args[i] ?? "").split(/[=:]/)[0] : undefined;
      return telling((inside ?? args[i - 1] ?? "").replace(/^-+/, ""), parts);
    });
    return [...settings, ...options];
  }
  const { clientSecret } = config.oauth ?? {};
  const headers = Object.entries(config.headers ?? {}).filter(
    ([name, value]) => isSecretSetting(name) || looksSecret(value),
  );
  return [
    ...[config.url, ...(config.instances ?? [])].flatMap((url) => secretsIn(addressParts(url))),
    ...headers.flatMap(([name, value]) => telling(name, headerParts(name, value))),
    ...(clientSecret === undefined ? [] : [clientSecret]),
  ];
}

/** Under a name that says for certain that it is one, also an ordinary word is a credential. */
const telling = (name: string, parts: Parts): string[] =>
  secretsIn(parts).filter((value) => isSecretKey(name) || isNoWord(value));

const isNoWord = (value: string): boolean => !/^[A-Za-z]+$/.test(value);

/** The values of an entry that must never be shown or recorded, as far as it can be read. */
export function secretValues(config: ServerConfig, from: References): string[] {
  const expanded = expandConfig(config, from);
  // What is written in it is one also while something else is missing.
  return expanded.ok ? expanded.secrets : credentials(config);
}
