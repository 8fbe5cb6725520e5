/** Decides which calls a filter shows. Its words are those of the search (shared/text/search-words.ts). */
import { AGENT_TOOL_KINDS, type AgentToolKind } from "../../shared/events/agent-tool.ts";
import { type Call, isOpen } from "../../shared/events/call.ts";
import { messageTexts, nameTexts, valueTexts } from "../../shared/events/call-texts.ts";
import { foldText, textMatcher } from "../../shared/text/search-words.ts";

export type Chip = "all" | "running" | "errors";

export interface Filter {
  chip: Chip;
  /** Free text, looked for in tool, server, message, error, arguments and result; `server:name`, `tool:name`, `state:failed` and `kind:edit` name those exactly; `>1s` and `<500ms` are durations. */
  text: string;
  server: string | undefined;
  /** A kind of the agent's own tools. */
  kind?: AgentToolKind | undefined;
  /** Calls in which the gateway found the text: the page has not the arguments and results of all. */
  found?: ReadonlySet<string>;
}

export const NO_FILTER: Filter = { chip: "all", text: "", server: undefined };

export const isFiltering = (filter: Filter): boolean =>
  filter.chip !== "all" || filter.text.trim() !== "" || filter.server !== undefined || filter.kind !== undefined;

/** What "error" covers: everything that did not end well for certain. */
export const isError = (call: Call): boolean =>
  call.state === "failed" || call.state === "discarded" || call.state === "unknown";

const KINDS = new Map(AGENT_TOOL_KINDS.map((kind) => [`kind:${kind}`, kind]));
const NAMED = /^(server|tool|state):(.+)$/;
/** `>1s`, `<=500ms`, `>1.5` (seconds), `>2m`. */
const DURATION = /^([<>])=?(\d{1,9}(?:\.\d{1,6})?)(ms|s|m|min|h)?$/;
const UNITS = { ms: 1, s: 1_000, m: 60_000, min: 60_000, h: 3_600_000 } as const;
type Unit = keyof typeof UNITS;

/** What a filter's text asks for. All of it must hold. */
export interface FilterText {
  words: string;
  servers: string[];
  tools: string[];
  states: string[];
  kinds: AgentToolKind[];
  /** Milliseconds. */
  durations: { longer: boolean; ms: number }[];
}

export function readFilterText(text: string): FilterText {
  const read: FilterText = { words: "", servers: [], tools: [], states: [], kinds: [], durations: [] };
  const words: string[] = [];
  for (const piece of text.split(/\s+/).filter(Boolean)) {
    const folded = foldText(piece);
    const kind = KINDS.get(folded);
    const [, what, name = ""] = NAMED.exec(folded) ?? [];
    const [, sign, number, unit = "s"] = DURATION.exec(folded) ?? [];
    if (kind !== undefined) read.kinds.push(kind);
    else if (what === "server") read.servers.push(name);
    else if (what === "tool") read.tools.push(name);
    else if (what === "state") read.states.push(name);
    else if (sign !== undefined)
      read.durations.push({ longer: sign === ">", ms: Number(number) * UNITS[unit as Unit] });
    else words.push(piece);
  }
  read.words = words.join(" ");
  return read;
}

/** Whether it asks for more than words: then it is calls that are looked for. */
export function namesCalls(text: string): boolean {
  const { servers, tools, states, kinds, durations } = readFilterText(text);
  return [servers, tools, states, kinds, durations].some((asked) => asked.length > 0);
}

/** Whether calls come and go in it while time passes. */
export function changesWithTime(filter: Filter): boolean {
  const { states, durations } = readFilterText(filter.text);
  return filter.chip !== "all" || states.length > 0 || durations.length > 0;
}

/** A test for one filter, prepared once for many calls. Words are matched in any order. `now`: of a call that still runs. */
export function matcher(filter: Filter, now: () => number = Date.now): (call: Call) => boolean {
  const { words, servers, tools, states, kinds, durations } = readFilterText(filter.text);
  const matches = textMatcher(words);
  return (call) => {
    if (filter.chip === "running" && !isOpen(call)) return false;
    if (filter.chip === "errors" && !isError(call)) return false;
    if (filter.server !== undefined && call.server !== filter.server) return false;
    if (filter.kind !== undefined && call.agent?.kind !== filter.kind) return false;
    if (!kinds.every((kind) => call.agent?.kind === kind)) return false;
    const server = foldText(call.server ?? "");
    if (!servers.every((name) => server === name)) return false;
    if (tools.length > 0 && !tools.every((name) => foldText(call.tool) === name)) return false;
    if (!states.every((name) => isInState(call, name))) return false;
    if (durations.length > 0 && !durations.every((wanted) => took(call, now(), wanted))) return false;
    return words === "" || filter.found?.has(call.id) === true || matches(searchText(call));
  };
}

const isInState = (call: Call, name: string): boolean =>
  call.state === name || (name === "error" && isError(call)) || (name === "ok" && call.state === "finished");

function took(call: Call, now: number, { longer, ms }: FilterText["durations"][number]): boolean {
  const open = isOpen(call);
  const end = open ? now : Date.parse(call.endedAt ?? "");
  const duration = call.durationMs ?? end - Date.parse(call.startedAt);
  if (Number.isNaN(duration)) return false;
  // Nobody knows yet that one which runs will be short.
  return longer ? duration > ms : !open && duration < ms;
}

/** Kept with the call: typing in the filter goes through all of them at every letter. */
const texts = new WeakMap<Call, string>();

function searchText(call: Call): string {
  const known = texts.get(call);
  if (known !== undefined) return known;
  const all = [nameTexts(call), messageTexts(call), valueTexts(call.args), valueTexts(call.result)];
  const text = all.flat().join("\n");
  texts.set(call, text);
  return text;
}
