/** Reads `<home>/servers.json` for the UI, and makes the changes of the UI in its text. The daemon watches the file and applies it. */

import { createHmac, randomBytes } from "node:crypto";
import type { ServersFile } from "../../../shared/protocol/daemon-api.ts";
import { failed, ok, type Result } from "../../../shared/protocol/fault.ts";
import { isOff, readEntry } from "../../../shared/servers/read-entry.ts";
import {
  badServerName,
  MAX_SERVERS,
  type ReadServer,
  readServersText,
  type ServersRead,
} from "../../../shared/servers/read-servers-text.ts";
import type { JsonPath } from "../../../shared/text/json-text.ts";
import { reasonOf } from "../../../shared/text/reason-of.ts";
import { oneLine } from "../../../shared/text/visible.ts";
import { readLinkedFile, writeLinkedFile } from "../../home/private-file.ts";
import { type KeptEntries, keepEntries } from "../masks/kept-entries.ts";
import { maskEntry, outlineEntry } from "../masks/mask-entry.ts";
import { unmaskFrom } from "../masks/unmask.ts";
import { changesBetween, editJson, type JsonChange } from "./edit-json.ts";

export const MAX_SERVERS_BYTES = 1024 * 1024;

/** What a file that is not there says. Any change makes one. */
const ABSENT = "";
const EMPTY = '{\n  "mcpServers": {}\n}\n';
/** Of 1 MiB each at most. */
const MAX_PAST = 4;

export interface ServersEditor {
  /** Each entry as it is written, without its credentials; `watching`: what a device is shown that may only watch. Fault: `servers-unreadable`. */
  read(watching: boolean): Result<ServersFile>;
  /**
   * Makes the file hold these servers. What is not changed is not touched, and masks keep what they stand for. Faults:
   * `servers-unreadable`, `servers-changed`, `bad-server`, `mask-without-value`, `servers-unwritable`; the file is then as it was.
   */
  write(next: ServersFile): Result<void>;
  /** One entry with the values that its masks stand for. Fault: `mask-without-value`. */
  unmask(name: string, entry: unknown): Result<unknown>;
}

type Loaded = Extract<ServersRead, { ok: true }> & { text: string };

export function editServers(path: string, kept: KeptEntries = keepEntries()): ServersEditor {
  /** Of this process: a plain hash would let others try what the file holds. */
  const key = randomBytes(32);
  const versionOf = (text: string) => createHmac("sha256", key).update(text).digest("base64url");

  /** Texts before and after a change: who takes it back is given the text as it was, with every comment in its place. */
  const past: { before: string; after: string }[] = [];

  const load = (): Result<Loaded> => {
    const file = readLinkedFile(path, MAX_SERVERS_BYTES);
    if (file.outcome === "refused") return failed("servers-unreadable", `${path} is not used: ${file.reason}.`);
    const text = file.outcome === "absent" ? ABSENT : file.text;
    const read = readServersText(text === ABSENT ? EMPTY : text);
    return read.ok
      ? ok({ ...read, text })
      : failed("servers-unreadable", `${path}, ${read.reason}.`, "Correct the file; the last good one stays in force.");
  };

  return {
    read(watching) {
      const loaded = load();
      if (!loaded.ok) return loaded;
      const show = watching ? outlineEntry : maskEntry;
      const mcpServers = Object.fromEntries(loaded.value.servers.map(({ name, entry }) => [name, show(entry)]));
      return ok({ mcpServers, version: versionOf(loaded.value.text) });
    },
    write(next) {
      const loaded = load();
      if (!loaded.ok) return loaded;
      const { text, servers } = loaded.value;
      if (next.version !== undefined && next.version !== versionOf(text)) {
        return failed(
          "servers-changed",
          "servers.json was changed meanwhile.",
          "Look at it again, and repeat what you did.",
        );
      }
      const plan = planWrite(loaded.value, next, (name, entry, others) => {
        const own = servers.find((server) => server.name === name);
        return unmaskFrom([...(own === undefined ? [] : [own.entry]), ...kept.of(name), ...others], name, entry);
      });
      if (!plan.ok) return plan;
      const { changes, replaced, expected } = plan.value;
      if (changes.length === 0 && text !== ABSENT) return ok(undefined);
      const undone = past.find(({ after, before }) => after === text && holds(before, expected))?.before;
      const edited = undone ?? editJson(text === ABSENT ? EMPTY : text, changes);
      if (Buffer.byteLength(edited) > MAX_SERVERS_BYTES) {
        return failed("too-large", "servers.json would be larger than 1 MiB.", "The servers are as they were.");
      }
      if (!holds(edited, expected)) return failed("servers-unwritable", IN_PLACE, IN_PLACE_HINT);
      try {
        writeLinkedFile(path, edited);
      } catch (error) {
        const reason = reasonOf(error);
        return failed(
          "servers-unwritable",
          `${path} could not be written: ${reason}.`,
          "The servers are as they were.",
        );
      }
      for (const { name, entry } of replaced) kept.keep(name, entry);
      past.unshift({ before: text, after: edited });
      past.length = Math.min(past.length, MAX_PAST);
      return ok(undefined);
    },
    unmask(name, entry) {
      const loaded = load();
      const own = loaded.ok ? loaded.value.servers.filter((server) => server.name === name) : [];
      return unmaskFrom([...own.map((server) => server.entry), ...kept.of(name)], name, entry);
    },
  };
}

const IN_PLACE = "servers.json could not be changed in its place: a name may stand in it twice.";
const IN_PLACE_HINT = "Change it in an editor; `signalbox doctor` names the lines.";

/** Whether the text has these entries and no others: the names that it repeats were not where the change was made. */
function holds(text: string, expected: ReadonlyMap<string, unknown>): boolean {
  const read = readServersText(text);
  if (!read.ok || read.servers.length !== expected.size) return false;
  return read.servers.every(
    ({ name, entry }) => expected.has(name) && changesBetween(expected.get(name), entry, []).length === 0,
  );
}

interface Plan {
  /** The entries that the file then holds. */
  expected: Map<string, unknown>;
  changes: JsonChange[];
  /** What is not in the file afterwards. */
  replaced: ReadServer[];
}

/** `unmask` is given what else could hold the values: entries that are gone after this, in case one is renamed. */
function planWrite(
  { servers, container, text }: Loaded,
  next: ServersFile,
  unmask: (name: string, entry: unknown, others: readonly unknown[]) => Result<unknown>,
): Result<Plan> {
  const wanted = new Map(Object.entries(next.mcpServers));
  const gone = servers.filter(({ name }) => !wanted.has(name));
  const plan: Plan = { expected: new Map(), changes: [], replaced: [...gone] };
  const added: JsonChange[] = [];
  if (wanted.size > MAX_SERVERS && wanted.size > servers.length) {
    return failed("bad-server", `At most ${MAX_SERVERS} servers are allowed.`, "Remove one first.");
  }
  for (const [name, shown] of wanted) {
    const before = servers.find((server) => server.name === name);
    if (before !== undefined && JSON.stringify(maskEntry(before.entry)) === JSON.stringify(shown)) {
      plan.expected.set(name, before.entry);
      continue;
    }
    const others = before === undefined ? alike(shown, gone) : [];
    const entry = unmask(name, shown, others);
    if (!entry.ok) return entry;
    const reason = badEntry(name, entry.value);
    if (reason !== undefined) return failed("bad-server", `${oneLine(name, 64) || "A server"}: ${reason}.`);
    plan.expected.set(name, entry.value);
    if (before === undefined) {
      const change = addition(container, text, name, entry.value);
      added.push(change);
      plan.expected.set(name, change.value);
    } else {
      plan.replaced.push(before);
      plan.changes.push(...changesBetween(before.entry, entry.value, before.path));
    }
  }
  // From the end, so that the places of a list stay what they are.
  const removals = gone.flatMap(({ path, again }) => [path, ...again]).toReversed();
  plan.changes.push(...removals.map((path) => ({ path, value: undefined })), ...added);
  return ok(plan);
}

/** One that is off may wait to be finished. */
function badEntry(name: string, entry: unknown): string | undefined {
  const named = badServerName(name);
  if (named !== undefined) return named;
  const read = readEntry(entry);
  return read.ok || isOff(entry) ? undefined : read.reason;
}

/** The removed ones that a renamed server may have been: they say the same once they are shown. */
const alike = (shown: unknown, gone: readonly ReadServer[]): unknown[] =>
  gone.map(({ entry }) => entry).filter((entry) => JSON.stringify(maskEntry(entry)) === JSON.stringify(shown));

function addition(container: JsonPath, text: string, name: string, entry: unknown): JsonChange {
  const found = readServersText(text);
  const isList =
    found.ok &&
    found.servers.some(({ path }) => path.length === container.length + 1 && typeof path.at(-1) === "number");
  if (isList) return { path: [...container, -1], value: { name, ...(entry as object) }, insert: true };
  return { path: [...container, name], value: entry };
}
