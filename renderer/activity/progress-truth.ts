/** What may honestly be said of a call's progress: nothing is shown that no event has told. */
import type { Call } from "../../shared/events/call.ts";
import { cameLate, leftWords } from "../../shared/events/left-words.ts";
import { refusedBecause } from "../../shared/events/refusal.ts";
import { stoppedWords } from "../../shared/events/stopped.ts";
import { oneLine } from "../../shared/text/visible.ts";
import { formatElapsed, formatMinute, formatRough, formatRunning } from "./elapsed.ts";

/** Silence is mentioned from here on; shorter pauses are usual. */
const SILENCE_MS = 30_000;

export type Bar = { kind: "percent"; percent: number } | { kind: "indeterminate" };

/** With a total a bar and percent, with a count alone an indeterminate bar, otherwise none. Only while it runs. */
export function progressBar(call: Call): Bar | undefined {
  if (call.state !== "running" || call.progress === undefined) return undefined;
  const percent = percentOf(call);
  return percent === undefined ? { kind: "indeterminate" } : { kind: "percent", percent };
}

/** Whole percent, rounded down: 100 means that the tool said so. Undefined without a total that makes sense. */
export function percentOf(call: Call): number | undefined {
  if (call.progress === undefined || call.total === undefined || !(call.total > 0)) return undefined;
  return Math.min(100, Math.max(0, Math.floor((call.progress / call.total) * 100)));
}

const COUNT = new Intl.NumberFormat("en-US", { maximumFractionDigits: 2 });
export const formatCount = (count: number): string => COUNT.format(count);

/** The figures at the right of a row: `62% · 9.4 s`, `1,204 · 9.1 s`, `40 ms`, `queued 14:01`. `now` in the gateway's milliseconds. */
export function figures(call: Call, now: number): string {
  if (call.state === "queued" || call.state === "delivered") return `queued ${formatMinute(call.startedAt)}`;
  if (isRefused(call)) return "refused";
  if (cameLate(call)) return `late · ${duration(call)}`;
  if (call.state !== "running") return duration(call);
  const elapsed = formatRunning(now - Date.parse(call.startedAt));
  const percent = percentOf(call);
  if (percent !== undefined) return `${percent}% · ${elapsed}`;
  return call.progress === undefined ? elapsed : `${formatCount(call.progress)} · ${elapsed}`;
}

/** Whether Signalbox itself refused the call, before any server saw it. */
export const isRefused = (call: Call): boolean => call.state === "failed" && refusedBecause(call.error) !== undefined;

/** How long an ended call took: as the daemon measured, else from its two moments, else nothing. One that was refused took nothing. */
export function duration(call: Call): string {
  if (isRefused(call)) return "";
  if (call.durationMs !== undefined) return formatElapsed(call.durationMs);
  if (call.endedAt === undefined || call.state === "unknown") return "";
  const ms = Date.parse(call.endedAt) - Date.parse(call.startedAt);
  return Number.isNaN(ms) ? "" : formatElapsed(ms);
}

/** The second line of a row, if there is something to say. */
export function note(call: Call, now: number): string | undefined {
  const left = leftWords(call);
  if (left === undefined) return ownNote(call, now);
  const stopped = stoppedWords(call);
  if (stopped !== undefined) return `${oneLine(left)} · ${oneLine(stopped)}`;
  const own = call.state === "cancelled" || call.state === "unknown" ? undefined : ownNote(call, now);
  return own === undefined ? oneLine(left) : `${oneLine(left)} · ${own}`;
}

function ownNote(call: Call, now: number): string | undefined {
  switch (call.state) {
    case "failed":
      return failure(call);
    case "unknown":
      return "Outcome unknown: the daemon that ran it is gone";
    case "cancelled":
      return oneLine(stoppedWords(call) ?? "Cancelled");
    case "queued":
      return call.message === undefined ? "Waiting for its server" : oneLine(call.message);
    case "discarded":
      return `Discarded${call.error === undefined ? "" : `: ${oneLine(call.error.message)}`}`;
    case "delivered":
      return delivery(call);
    case "finished":
      return call.message === undefined ? undefined : oneLine(call.message);
    case "running":
      return running(call, now);
  }
}

function running(call: Call, now: number): string | undefined {
  const silent = now - Date.parse(call.updatedAt);
  if (call.uncertain) return "Its end may be among the missed events";
  if (percentOf(call) === 100) return "Finishing…";
  const message = call.message === undefined ? undefined : oneLine(call.message);
  if (!(silent >= SILENCE_MS)) return message;
  const silence = `no update for ${formatRough(silent)}`;
  return message === undefined ? silence : `${message} · ${silence}`;
}

/** The message that is left tells why it waited; only one that speaks of the delivery itself is shown. */
function delivery(call: Call): string {
  const message = call.message === undefined ? "" : oneLine(call.message);
  if (/^delivered/i.test(message)) return message;
  const waited = Date.parse(call.endedAt ?? "") - Date.parse(call.startedAt);
  return Number.isNaN(waited) ? "Delivered" : `Delivered after ${formatRough(waited)}`;
}

function failure(call: Call): string {
  if (isRefused(call)) return `Refused: ${oneLine(call.error?.message ?? "")}`;
  const code = call.error?.code === undefined ? "" : `${String(call.error.code).replace(/^-/, "−")} `;
  return `${code}${call.error === undefined ? "Failed" : oneLine(call.error.message)}`;
}

/** Whether the row has a second line; silence alone gives none. Asked of every call of a session, so nothing is formatted here. */
export function hasNote(call: Call): boolean {
  if (call.left !== undefined) return true;
  if (call.state === "finished") return call.message !== undefined;
  if (call.state !== "running") return true;
  return call.uncertain || call.message !== undefined || percentOf(call) === 100;
}

/** A row as it is read aloud: `build on workspace, running, 62%, 10.0 s, Compiling 31 of 50`. */
export function spoken(call: Call, now: number): string {
  const tool = oneLine(call.tool, 120);
  const name = call.server === undefined ? tool : `${tool} on ${oneLine(call.server, 60)}`;
  const said = new Set([name, call.about, stateWord(call), ...figures(call, now).split(" · "), note(call, now)]);
  return [...said].filter((part) => part !== undefined && part !== "").join(", ");
}

/** One word for the state, as people read it and screen readers say it. */
export function stateWord(call: Call): string {
  if (call.state === "running") return percentOf(call) === 100 ? "finishing" : "running";
  if (isRefused(call)) return "refused";
  if (cameLate(call)) return "finished too late for the agent";
  return call.state === "unknown" ? "outcome unknown" : call.state;
}
