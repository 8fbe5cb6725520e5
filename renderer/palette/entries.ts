/** Lists what the palette offers: commands, sessions and the calls of the shown session. */
import type { SessionView } from "../../shared/protocol/app-frames.ts";
import { oneLine } from "../../shared/text/visible.ts";
import { callTone } from "../activity/call-row.tsx";
import { stateWord } from "../activity/progress-truth.ts";
import { COMMANDS } from "../keys/commands.ts";
import { keysOf, type Platform, showKey } from "../keys/key-map.ts";
import type { Tone } from "../parts/state-icon.tsx";
import { sessionLine, sessionTone, sessionWord } from "../sessions/session-tone.ts";
import { SECTIONS } from "../settings/sections.ts";
import { runCommand } from "../shell/command-bus.ts";
import type { CallLogStore } from "../stores/call-log-store.ts";
import { matcher, NO_FILTER, namesCalls } from "../stores/filters.ts";
import { closeOverlay, openOverlay, selectCall, selectSession } from "../stores/view-store.ts";
import { score } from "./score.ts";

export interface Entry {
  id: string;
  group: "Commands" | "Sessions" | "Settings" | "Calls" | "Calls of other sessions";
  name: string;
  detail: string;
  /** When it began, ISO 8601: calls of one tool are told apart by it. Written out only where it is shown. */
  at?: string;
  keys: string | undefined;
  tone: Tone | undefined;
  run: () => void;
}

/** Newest calls that are searched at once; older ones are found by the gateway. */
const MAX_CALLS = 2_000;
const MAX_SHOWN: Record<Entry["group"], number> = {
  Commands: COMMANDS.length,
  Sessions: 20,
  Calls: 30,
  Settings: 12,
  "Calls of other sessions": 20,
};

export function commandEntries(
  platform: Platform,
  own: Readonly<Record<string, string>>,
  recent: readonly string[],
  watching: boolean,
): Entry[] {
  const offered = COMMANDS.filter(({ id, acts }) => id !== "palette" && !(watching && acts));
  const entries = offered.map((command): Entry => {
    const [first] = keysOf(command.id, platform, own);
    return {
      id: command.id,
      group: "Commands",
      name: command.name,
      detail: "",
      keys: first === undefined ? undefined : showKey(first, platform),
      tone: undefined,
      run() {
        closeOverlay();
        runCommand(command.id);
      },
    };
  });
  const rank = (entry: Entry) => (recent.includes(entry.id) ? recent.indexOf(entry.id) : recent.length);
  return entries.sort((a, b) => rank(a) - rank(b));
}

export const settingEntries = (): Entry[] =>
  SECTIONS.map((section) => ({
    id: `settings:${section.id}`,
    group: "Settings",
    name: `Settings: ${section.name}`,
    detail: section.words,
    keys: undefined,
    tone: undefined,
    run: () => openOverlay("settings", section.id),
  }));

export const sessionEntries = (sessions: readonly SessionView[], home: string): Entry[] =>
  sessions.map((session) => ({
    id: `session:${session.id}`,
    group: "Sessions",
    name: oneLine(session.label, 80),
    detail: `${sessionLine(session, home)} · ${sessionWord(session)}`,
    keys: undefined,
    tone: sessionTone(session),
    run() {
      closeOverlay();
      selectSession(session.id);
    },
  }));

/** `asked`: only those that it asks for, where it names calls as the filter of the activity does (`state:failed >1s`). */
export const callEntries = (store: CallLogStore | undefined, asked = ""): Entry[] => {
  const matches = namesCalls(asked) ? matcher({ ...NO_FILTER, text: asked }) : () => true;
  return (store?.order.slice(-MAX_CALLS).reverse() ?? []).flatMap((id) => {
    const call = store?.log.calls.get(id);
    if (call === undefined || !matches(call)) return [];
    const message = call.error?.message ?? call.message;
    return [
      {
        id: `call:${id}`,
        group: "Calls" as const,
        name: oneLine(call.tool, 80),
        detail: oneLine([call.server, stateWord(call), message].filter(Boolean).join(" · "), 120),
        at: call.startedAt,
        keys: undefined,
        tone: callTone(call),
        run() {
          closeOverlay();
          selectCall(id);
        },
      },
    ];
  });
};

/** The best answers, group by group; with nothing typed commands and sessions alone. */
export function findEntries(all: readonly Entry[], query: string): Entry[] {
  if (namesCalls(query)) return all.filter(({ group }) => group === "Calls").slice(0, MAX_SHOWN.Calls);
  const groups: Entry["group"][] =
    query === "" ? ["Sessions", "Commands"] : ["Commands", "Sessions", "Settings", "Calls"];
  const found = groups.map((group) =>
    all
      .filter((entry) => entry.group === group)
      .map((entry, order) => ({ entry, order, score: score(`${entry.name} ${entry.detail}`, query) }))
      .filter((found) => found.score !== undefined)
      .sort((a, b) => (b.score ?? 0) - (a.score ?? 0) || a.order - b.order)
      .slice(0, MAX_SHOWN[group]),
  );
  // The group with the best answer comes first; with nothing typed all are equal and the order stays.
  const best = (group: (typeof found)[number]) => group[0]?.score ?? Number.NEGATIVE_INFINITY;
  return found
    .sort((a, b) => best(b) - best(a))
    .flat()
    .map(({ entry }) => entry);
}

/** What the gateway found beside it: calls of the shown session with the others of it, and those of other sessions last. */
export function withFound(entries: readonly Entry[], found: readonly Entry[]): Entry[] {
  const answers = new Map(found.map((entry) => [entry.id, entry]));
  // What the gateway says of a call says also where its words stand.
  const known = entries.map((entry) => ({ ...entry, detail: answers.get(entry.id)?.detail ?? entry.detail }));
  const ids = new Set(entries.map(({ id }) => id));
  const more = found.filter(({ id }) => !ids.has(id));
  const own = more.filter(({ group }) => group === "Calls");
  const at = known.findLastIndex(({ group }) => group === "Calls") + 1 || known.length;
  return [...known.slice(0, at), ...own, ...known.slice(at), ...more.filter(({ group }) => group !== "Calls")];
}
