/** When a person is told something while they look elsewhere, and in which words, as pure functions. */
import type { SessionView } from "../protocol/app-frames.ts";
import type { DesktopSettings } from "../protocol/desktop-settings.ts";
import { type InboxHead, isTold } from "../protocol/inbox-api.ts";
import { oneLine } from "../text/visible.ts";

export type NoticeKind = "needs_you" | "failed" | "finished";

export interface NoticeCause {
  kind: NoticeKind;
  session: Pick<SessionView, "id" | "label" | "agent_name" | "cwd">;
}

export interface Notice {
  title: string;
  body: string;
  /** Absent when it is about several. */
  session?: string;
  /** What waits in the inbox and is shown instead of the session. */
  entry?: string;
  /** A button can refuse it. None allows anything: what would be allowed is not in a notice. */
  refusable?: boolean;
}

/** What ended sooner was still being watched. */
export const FINISHED_AFTER_MS = 30_000;
/** One notice per session in this long. */
export const PER_SESSION_MS = 60_000;
/** From this many at once, one notice stands for all. */
export const MERGE_FROM = 3;

/** What of a session's change deserves a notice; undefined for most. A session seen for the first time has not changed. */
export function noticeCause(before: SessionView | undefined, after: SessionView): NoticeCause | undefined {
  const state = after.status.state;
  if (before === undefined || before.status.state === state) return undefined;
  if (state === "needs_you" || state === "failed") return { kind: state, session: after };
  if (state !== "finished") return undefined;
  const ran = Date.parse(after.status.since) - Date.parse(after.created_at);
  return ran >= FINISHED_AFTER_MS ? { kind: "finished", session: after } : undefined;
}

/** What agents told since `before`: its session names it, and where it has none, its agent. */
export function toldCauses(before: readonly InboxHead[], now: readonly InboxHead[]): InboxHead[] {
  const known = new Set(before.map(({ id }) => id));
  return now.filter(({ id, kind }) => isTold(kind) && !known.has(id));
}

export interface NoticeFacts {
  focused: boolean;
  settings: DesktopSettings["notifications"];
  now: Date;
  /** When each session was last announced, in milliseconds. */
  announced: ReadonlyMap<string, number>;
  /** What waits in the inbox, oldest first. */
  inbox: readonly InboxHead[];
}

/** Of what agents told in one short span, the notices to show now: what each is about, never the message itself. */
export function decideTold(
  heads: readonly InboxHead[],
  facts: Pick<NoticeFacts, "focused" | "settings" | "now">,
): Notice[] {
  const { focused, settings, now } = facts;
  if (focused || !settings.told || isPaused(settings, now) || isQuiet(settings.quiet_hours, now)) return [];
  if (heads.length >= MERGE_FROM)
    return [{ title: `${heads.length} messages of agents`, body: "They are in the inbox." }];
  return heads.map(({ id, kind, from, title, session }) => ({
    title: kind === "preview" ? `${oneLine(from, 60)} offers a preview` : `${oneLine(from, 60)} tells you`,
    body: oneLine(title ?? "", 120),
    entry: id,
    ...(session !== undefined && { session }),
  }));
}

/** Of what happened in one short span, the notices to show now. Prompts and messages are never in them. */
export function decideNotices(causes: readonly NoticeCause[], facts: NoticeFacts): Notice[] {
  if (facts.focused || isPaused(facts.settings, facts.now) || isQuiet(facts.settings.quiet_hours, facts.now)) return [];
  const latest = new Map(causes.map((cause) => [cause.session.id, cause]));
  const due = [...latest.values()].filter(({ kind, session }) => {
    const last = facts.announced.get(session.id);
    return facts.settings[kind] && (last === undefined || facts.now.getTime() - last >= PER_SESSION_MS);
  });
  return due.length >= MERGE_FROM ? [merged(due)] : due.map((cause) => single(cause, facts.inbox));
}

export const isPaused = (settings: DesktopSettings["notifications"], now: Date): boolean =>
  settings.paused_until !== null && now.getTime() < Date.parse(settings.paused_until);

/** Whether the local time of day is within the hours; the end is outside, and hours may span midnight. */
export function isQuiet(hours: DesktopSettings["notifications"]["quiet_hours"], now: Date): boolean {
  if (hours === null) return false;
  const time = `${String(now.getHours()).padStart(2, "0")}:${String(now.getMinutes()).padStart(2, "0")}`;
  return hours.from <= hours.to ? time >= hours.from && time < hours.to : time >= hours.from || time < hours.to;
}

const WORDS: Record<NoticeKind, string> = { needs_you: "needs you", failed: "failed", finished: "finished" };

function single({ kind, session }: NoticeCause, inbox: readonly InboxHead[]): Notice {
  const head = kind === "needs_you" ? inbox.find((each) => each.session === session.id) : undefined;
  return {
    title: `${oneLine(session.label, 60)} ${WORDS[kind]}`,
    body: oneLine(`${session.agent_name} · ${session.cwd}`, 120),
    session: session.id,
    ...(head !== undefined && { entry: head.id }),
    ...(head?.decides === true && head.answer_at !== "agent" && { refusable: true }),
  };
}

function merged(causes: readonly NoticeCause[]): Notice {
  const of = (kind: NoticeKind, word: (count: number) => string) => {
    const count = causes.filter((cause) => cause.kind === kind).length;
    return count === 0 ? [] : [`${count} ${word(count)}`];
  };
  const parts = [
    ...of("needs_you", (count) => (count === 1 ? "needs you" : "need you")),
    ...of("failed", () => "failed"),
    ...of("finished", () => "finished"),
  ];
  return { title: `${causes.length} sessions changed`, body: parts.join(", ") };
}
