/** The inbox: what waits for a person is kept, answered once, and told to whoever asked. */
import { createHmac, randomBytes } from "node:crypto";
import { type Fault, failed, fault, ok, type Result } from "../../../shared/protocol/fault.ts";
import {
  type Answered,
  type InboxAnswer,
  type InboxEntry,
  type InboxSummary,
  isTold,
  MAX_HEADS,
} from "../../../shared/protocol/inbox-api.ts";
import { reasonOf } from "../../../shared/text/reason-of.ts";
import { redactText, redactValue } from "../../../shared/text/redact.ts";
import { oneLine } from "../../../shared/text/visible.ts";
import { recordValue } from "../../home/results/record-value.ts";
import type { JsonObject } from "../rpc/message.ts";
import { checkAnswer } from "./check-answer.ts";
import type { InboxStore, KeptEntry } from "./inbox-store.ts";

/** Entries that wait at once, of all sessions and of one; more are refused. */
export const MAX_OPEN = 256;
export const MAX_OPEN_OF_SESSION = 64;
/** Of what nobody waits for an answer to: of all sessions, and of one. The oldest make room. */
export const MAX_TOLD = 50;
export const MAX_TOLD_OF_SESSION = 10;
/** Bytes of those that wait: the list has them all. */
const MAX_OPEN_BYTES = 5 * 1024 * 1024;
/** Of one session: no agent and no server of it keeps those of other sessions out. */
const MAX_OPEN_BYTES_OF_SESSION = MAX_OPEN_BYTES / 4;
const MAX_TEXT_CHARS = 256 * 1024;
const MAX_ARGS_BYTES = 256 * 1024;
/** Answered ones are listed for a day. */
const KEEP_MS = 24 * 60 * 60 * 1000;
const MAX_ANSWERED = 300;
/** Of an answered one, no more than what it was about is told. */
const MAX_ANSWERED_CHARS = 4_000;
const MAX_HEAD_CHARS = 160;
const SWEEP_MS = 10 * 60 * 1000;

export interface NewEntry
  extends Pick<
    InboxEntry,
    "kind" | "from" | "text" | "title" | "preview" | "url" | "server" | "tool" | "answer_at" | "decisions"
  > {
  session?: string | undefined;
  args?: unknown;
  schema?: JsonObject | undefined;
  /** What makes a later request of the session the same one, after the daemon was restarted; absent for one that nobody repeats. */
  same?: readonly unknown[];
}

export interface Asked {
  readonly id: string;
  /** Nobody waits for an answer any more. Nothing happens to one that was answered. */
  withdraw(why: string): void;
  /** It was answered in another place. */
  answeredElsewhere(by: string): void;
}

/** What is no entry of its own: it waits in another part of the daemon, which also settles it. */
export interface Derived {
  list(): InboxEntry[];
  /** Does what was decided. Faults: `no-such-entry` where it is gone, and those of whoever does it. */
  decide(entry: InboxEntry, decision: "once" | "session" | "refuse"): Result<void>;
}

export type Outcome = { ok: true } | { ok: false; fault: Fault; fields?: Record<string, string> };

export interface Inbox {
  /** `settle` is called once with a person's answer, perhaps at once. Faults: `inbox-full`, `not-kept`. */
  ask(entry: NewEntry, settle: (answer: JsonObject) => void): Result<Asked>;
  /** Oldest first. */
  list(): InboxEntry[];
  summary(): InboxSummary;
  /** What waits in a session, for its state. */
  waitingIn(session: string): { open: number; first: string } | undefined;
  /** Faults: `no-such-entry`, `answered`, `answer-in-agent`, `invalid-answer`, `not-kept`. `fields` say what is wrong with a form. */
  answer(id: string, by: string, answer: InboxAnswer): Outcome;
  allow(session: string, what: readonly unknown[]): void;
  isAllowed(session: string, what: readonly unknown[]): boolean;
  /** The agent's program has ended. */
  agentLeft(session: string): void;
  /** `session` continues `former`. */
  takeOver(former: string, session: string): void;
  forget(session: string): void;
  /** What the inbox does not keep itself may be another. */
  derivedChanged(): void;
  /** Called with the session that a change belongs to, where it belongs to one. */
  onChange(listener: (session: string | undefined) => void): () => void;
  /** The daemon ends: what waits stays, whoever gives up now. */
  freeze(): void;
  dispose(): void;
}

export interface InboxOptions {
  store: InboxStore;
  /** Makes what is remembered of arguments useless without it. */
  key: string;
  secrets: () => readonly string[];
  derived?: Derived;
  now?: () => number;
}

interface Held extends KeptEntry {
  settles: Set<(answer: JsonObject) => void>;
}

export function createInbox(options: InboxOptions): Inbox {
  const { store, key, secrets, derived, now = Date.now } = options;
  const entries = new Map<string, Held>();
  const listeners = new Set<(session: string | undefined) => void>();
  let revision = 0;
  let frozen = false;
  let derivedTold = "[]";
  const changed = (session?: string) => {
    revision += 1;
    for (const listener of listeners) listener(session);
  };
  const digest = (what: readonly unknown[]) =>
    createHmac("sha256", key).update(JSON.stringify(what)).digest("base64url");
  const isOpen = ({ entry }: Held) => entry.answered === undefined;
  const open = () => [...entries.values()].filter(isOpen);
  const at = () => new Date(now()).toISOString();

  const close = (held: Held, answered: Answered, late?: JsonObject) => {
    store.close(held.entry.id, answered, late);
    held.entry = { ...held.entry, answered };
    held.settles.clear();
    prune();
    changed(held.entry.session);
  };
  /** A disk that refuses keeps nobody waiting: whoever asked has gone, and the entry says so in this run. */
  const closeAnyway = (held: Held, answered: Answered) => {
    try {
      close(held, answered);
    } catch {
      held.entry = { ...held.entry, answered };
      held.settles.clear();
      changed(held.entry.session);
    }
  };
  const prune = () => {
    for (const id of store.prune(now() - KEEP_MS, MAX_ANSWERED)) entries.delete(id);
  };
  const sweep = setInterval(() => {
    const before = entries.size;
    prune();
    if (entries.size !== before) changed();
  }, SWEEP_MS);
  sweep.unref();

  for (const kept of store.list()) {
    const held: Held = { ...kept, settles: new Set() };
    entries.set(kept.entry.id, held);
    if (!isOpen(held)) continue;
    // Whoever asks the same again finds it. A request that cannot be made again has ended with its connection.
    if (isTold(kept.entry.kind)) continue;
    if (kept.same === undefined)
      closeAnyway(held, { by: "Signalbox", at: at(), how: "withdrawn", words: "the daemon was restarted" });
    else held.entry = { ...held.entry, waiting: false };
  }
  prune();

  /** What an agent tells never keeps anybody from asking, and is never kept without a bound. */
  const makeRoom = (session: string | undefined) => {
    const told = open().filter(({ entry }) => isTold(entry.kind));
    const ofSession = told.filter(({ entry }) => entry.session === session);
    const crowded = ofSession.length >= MAX_TOLD_OF_SESSION ? ofSession : told.length >= MAX_TOLD ? told : [];
    const [oldest] = crowded;
    if (oldest !== undefined)
      closeAnyway(oldest, { by: "Signalbox", at: at(), how: "withdrawn", words: "newer ones came" });
  };

  const handle = (held: Held, settle: (answer: JsonObject) => void): Asked => ({
    id: held.entry.id,
    withdraw(why) {
      held.settles.delete(settle);
      if (frozen || !isOpen(held) || held.settles.size > 0) return;
      closeAnyway(held, { by: "the agent", at: at(), how: "withdrawn", words: why });
    },
    answeredElsewhere(by) {
      if (isOpen(held)) closeAnyway(held, { by, at: at(), how: "elsewhere" });
    },
  });

  function told(entry: NewEntry): InboxEntry {
    const { session, args, schema, same: _, text, title, ...rest } = entry;
    const known = secrets();
    const recorded = args === undefined ? undefined : recordValue(args, known, MAX_ARGS_BYTES);
    const hidden = recorded !== undefined && JSON.stringify(recorded.value) !== JSON.stringify(args);
    const cut = text.length > MAX_TEXT_CHARS;
    return {
      ...rest,
      id: randomBytes(5).toString("hex"),
      ...(title !== undefined && { title: redactText(title, known) }),
      text: redactText(cut ? text.slice(0, MAX_TEXT_CHARS) : text, known),
      ...(cut && { text_left_out: text.length - MAX_TEXT_CHARS }),
      ...(session !== undefined && { session }),
      ...(recorded !== undefined && { args: recorded.value }),
      ...(hidden && { args_cut: true }),
      ...(schema !== undefined && { schema: redactValue(schema, known) as JsonObject }),
      created_at: at(),
    };
  }

  const answerDerived = (entry: InboxEntry, by: string, answer: InboxAnswer): Outcome => {
    const checked = checkAnswer(entry, answer);
    if (!checked.ok) return checked;
    if (derived === undefined || !("decision" in answer))
      return { ok: false, fault: fault("invalid-answer", "This is settled where its server is.") };
    const done = derived.decide(entry, answer.decision);
    if (!done.ok) return done;
    const kept = { ...entry, answered: { by, at: at(), ...howOf(answer) } };
    const held: Held = { entry: kept, same: undefined, bytes: 0, settles: new Set() };
    // It is done; that nobody can be told of it later is a smaller loss than to say that it failed.
    try {
      store.add(held);
      store.close(entry.id, kept.answered, undefined);
      entries.set(entry.id, held);
    } catch {}
    changed(entry.session);
    return { ok: true };
  };

  const list = (): InboxEntry[] => {
    const others = derived?.list() ?? [];
    // What was settled once may wait again under its name.
    const again = new Set(others.map(({ id }) => id));
    const own = [...entries.values()].filter(({ entry }) => !again.has(entry.id));
    return oldestFirst([
      ...own.map(({ entry }) => (entry.answered === undefined ? entry : shortened(entry))),
      ...others,
    ]);
  };
  const allOpen = () => oldestFirst([...open().map(({ entry }) => entry), ...(derived?.list() ?? [])]);

  return {
    ask(entry, settle) {
      const { session } = entry;
      const same = entry.same === undefined ? undefined : digest([session ?? "", ...entry.same]);
      if (session !== undefined && same !== undefined) {
        const late = store.takeLate(session, same);
        if (late !== undefined) {
          queueMicrotask(() => settle(late));
          return ok({ id: "", withdraw() {}, answeredElsewhere() {} });
        }
        const before = open().find((held) => held.same === same && held.entry.session === session);
        // Two calls that are alike are two decisions; two questions that are alike are one.
        if (before !== undefined && (before.entry.waiting === false || entry.kind === "question")) {
          before.settles.add(settle);
          const { waiting: _, ...rest } = before.entry;
          before.entry = rest;
          changed(session);
          return ok(handle(before, settle));
        }
      }
      if (isTold(entry.kind)) makeRoom(session);
      const waiting = open().filter((held) => !isTold(held.entry.kind));
      const ofSession = waiting.filter((held) => session !== undefined && held.entry.session === session);
      if (!isTold(entry.kind) && (waiting.length >= MAX_OPEN || ofSession.length >= MAX_OPEN_OF_SESSION))
        return full("Too many questions wait for a person already.");
      const kept = told(entry);
      const bytes = Buffer.byteLength(JSON.stringify(kept));
      const bytesOf = (all: readonly Held[]) => all.reduce((sum, held) => sum + held.bytes, bytes);
      if (bytesOf(waiting) > MAX_OPEN_BYTES || bytesOf(ofSession) > MAX_OPEN_BYTES_OF_SESSION) {
        return full("The questions that wait for a person are too large already.");
      }
      const held: Held = { entry: kept, same, bytes, settles: new Set([settle]) };
      try {
        store.add(held);
      } catch (error) {
        return failed("not-kept", `The question could not be kept: ${reasonOf(error)}.`);
      }
      entries.set(kept.id, held);
      changed(session);
      return ok(handle(held, settle));
    },
    list,
    summary() {
      const all = allOpen();
      // Who is waited for comes before what was told.
      const [asked, told] = [all.filter(({ kind }) => !isTold(kind)), all.filter(({ kind }) => isTold(kind))];
      return {
        open: all.length,
        revision,
        heads: [...asked, ...told]
          .slice(0, MAX_HEADS)
          .map(({ id, kind, session, from, text, title, created_at, answer_at, schema, url }) => ({
            id,
            kind,
            ...(session !== undefined && { session }),
            from: oneLine(from, 80),
            text: oneLine(text, MAX_HEAD_CHARS),
            ...(title !== undefined && { title: oneLine(title, MAX_HEAD_CHARS) }),
            created_at,
            ...(answer_at !== undefined && { answer_at }),
            ...(kind === "approval" && schema === undefined && url === undefined && { decides: true }),
          })),
      };
    },
    waitingIn(session) {
      const waits = open().filter(
        ({ entry }) => entry.session === session && entry.waiting !== false && !isTold(entry.kind),
      );
      const [first] = waits;
      if (first === undefined) return undefined;
      const { from, text } = first.entry;
      return { open: waits.length, first: `${oneLine(from, 60)} asks: ${oneLine(text, 120)}` };
    },
    answer(id, by, answer) {
      const elsewhere = derived?.list().find((entry) => entry.id === id);
      if (elsewhere !== undefined) return answerDerived(elsewhere, by, answer);
      const held = entries.get(id);
      if (held === undefined)
        return { ok: false, fault: fault("no-such-entry", "Nothing of this id waits for an answer.") };
      const { entry } = held;
      if (entry.answered !== undefined) return { ok: false, fault: answeredAlready(entry.answered) };
      if (entry.answer_at === "agent") {
        return {
          ok: false,
          fault: fault("answer-in-agent", "The agent asks this itself.", "Answer it in the agent's terminal."),
        };
      }
      const checked = checkAnswer(entry, answer);
      if (!checked.ok) return checked;
      const { settles } = held;
      const settle = [...settles];
      const late = held.same !== undefined && entry.waiting === false ? checked.value : undefined;
      try {
        close(held, { by, at: at(), ...howOf(answer) }, late);
      } catch (error) {
        return {
          ok: false,
          fault: fault(
            "not-kept",
            `The answer could not be kept: ${reasonOf(error)}.`,
            "Answer again once the disk takes it.",
          ),
        };
      }
      for (const take of settle) take(checked.value);
      return { ok: true };
    },
    allow: (session, what) => store.allow(session, digest(what)),
    isAllowed: (session, what) => store.isAllowed(session, digest(what)),
    agentLeft(session) {
      if (frozen) return;
      for (const held of open()) {
        if (held.entry.session !== session || held.entry.waiting === false || isTold(held.entry.kind)) continue;
        if (held.entry.kind !== "question")
          closeAnyway(held, { by: "the agent", at: at(), how: "withdrawn", words: "the agent has ended" });
        else held.entry = { ...held.entry, waiting: false };
      }
      changed(session);
    },
    takeOver(former, session) {
      const moved = [...entries.values()].filter(({ entry }) => entry.session === former);
      store.takeOver(former, session);
      for (const held of moved) held.entry = { ...held.entry, session };
      if (moved.length > 0) changed(session);
    },
    forget(session) {
      if (frozen) return;
      for (const held of open()) {
        if (held.entry.session === session)
          closeAnyway(held, { by: "Signalbox", at: at(), how: "withdrawn", words: "the session was ended" });
      }
      store.forget(session);
    },
    derivedChanged() {
      if (frozen) return;
      const told = JSON.stringify(derived?.list() ?? []);
      if (told === derivedTold) return;
      derivedTold = told;
      changed();
    },
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    freeze() {
      frozen = true;
    },
    dispose() {
      clearInterval(sweep);
      store.dispose();
    },
  };
}

/** The order in which they came stays where two came in one moment. */
const oldestFirst = (entries: InboxEntry[]): InboxEntry[] =>
  entries.sort((a, b) => Date.parse(a.created_at) - Date.parse(b.created_at));

const full = (message: string) => failed("inbox-full", message, "Answer some of them first.");

function answeredAlready({ by, at, how, words }: Answered): Fault {
  if (how === "withdrawn")
    return fault("answered", `Nobody waits for this any more${words === undefined ? "" : `: ${words}`}.`);
  return fault("answered", `This was answered by ${by} at ${at}.`);
}

function howOf(answer: InboxAnswer): Pick<Answered, "how" | "words"> {
  if ("action" in answer) return { how: answer.action };
  const words = answer.words?.trim();
  return { how: answer.decision, ...(words && { words }) };
}

function shortened({ args: _, schema: __, ...entry }: InboxEntry): InboxEntry {
  const { text } = entry;
  if (text.length <= MAX_ANSWERED_CHARS) return entry;
  const left = (entry.text_left_out ?? 0) + text.length - MAX_ANSWERED_CHARS;
  return { ...entry, text: text.slice(0, MAX_ANSWERED_CHARS), text_left_out: left };
}
