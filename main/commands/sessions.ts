/** `signalbox ls`, `status`, `new`, `send`, `read` and `wait`: sessions for scripts and other agents, over the gateway's API. */
import { type SessionView, sessionViewSchema } from "../../shared/protocol/app-frames.ts";
import { type Fault, failed, type Result } from "../../shared/protocol/fault.ts";
import { createdSessionSchema } from "../../shared/protocol/gateway-api.ts";
import { z } from "../../shared/protocol/schema.ts";
import { keyBytes, screenTextSchema } from "../../shared/protocol/script-api.ts";
import { sortInterrupted } from "../../shared/sessions/interrupted.ts";
import { oneLine } from "../../shared/text/visible.ts";
import { homeFolder } from "../home/home-folder.ts";
import { complain, say, sayFault, sayJson } from "../home/say.ts";
import { type Gateway, reachGateway } from "./ask-gateway.ts";
import { findSession, listSessions } from "./find-session.ts";
import { newSession, newSessionElsewhere } from "./new-session.ts";
import { sessionFacts } from "./session-facts.ts";
import { readUntil } from "./until.ts";
import { waitFor } from "./wait-for.ts";

/** As docs/scripts.md has them. */
export const EXIT = { good: 0, failed: 1, usage: 2, timeout: 3, ended: 4 } as const;

interface Common {
  home?: string;
  json?: boolean;
}

export async function list(options: Common): Promise<number> {
  return withGateway(options, async ({ ask }) => {
    const read = await listSessions(ask);
    if (!read.ok) return fail(read.fault, options);
    const { sessions } = read.value;
    if (options.json === true) sayJson({ sessions: sessions.map(sessionFacts) });
    else if (sessions.length === 0) say("There are no sessions.");
    else say(sessions.map(lineOf).join("\n"));
    return EXIT.good;
  });
}

export async function status(wanted: string, options: Common): Promise<number> {
  return withSession(wanted, options, async (session) => {
    tell(session, options);
    return EXIT.good;
  });
}

export interface NewOptions extends Common {
  cwd?: string;
  label?: string;
  machine?: string;
}

export async function create(agent: string, args: string[], options: NewOptions): Promise<number> {
  return withGateway(options, async ({ ask }) => {
    const { cwd, label, machine } = options;
    const made = await ask(createdSessionSchema, "POST", "/api/v1/sessions", {
      ...(machine === undefined ? newSession(agent, args) : newSessionElsewhere(agent, args)),
      ...(cwd !== undefined && { cwd }),
      ...(label !== undefined && { label }),
      ...(machine !== undefined && { machine }),
    });
    if (!made.ok) return fail(made.fault, options);
    const view = await ask(sessionViewSchema, "GET", `/api/v1/sessions/${made.value.id}`);
    if (!view.ok) return fail(view.fault, options);
    const { terminal } = view.value;
    if (options.json === true) sayJson({ ...sessionFacts(view.value), link: made.value.links.deep });
    else say(view.value.id);
    if (terminal.state !== "failed") return EXIT.good;
    complain(terminal.reason ?? "its program could not be started.");
    return EXIT.failed;
  });
}

export interface SendOptions extends Common {
  /** Keys behind the text, or without one. */
  key?: string[];
  /** False: no Return. */
  enter?: boolean;
}

/** `words` are the text; a single `-` reads it from standard input. */
export async function send(wanted: string, words: readonly string[], options: SendOptions): Promise<number> {
  const keys = options.key ?? [];
  const unknown = keys.find((name) => keyBytes(name) === undefined);
  if (unknown !== undefined) return usage(failed("no-such-key", `There is no key “${unknown}”.`), options);
  if (words.length === 0 && keys.length === 0 && options.enter !== true) {
    return usage(failed("nothing-to-send", "Say what to send: a text, - for standard input, or --key."), options);
  }
  const text = words.length === 1 && words[0] === "-" ? await readInput() : words.join(" ");
  return withSession(wanted, options, async ({ id }, { ask }) => {
    // A text is sent as a person would; keys alone are only these keys.
    const enter = options.enter ?? text !== "";
    const body = { ...(text !== "" && { text }), ...(keys.length > 0 && { keys }), ...(enter && { enter }) };
    const sent = await ask(z.unknown(), "POST", `/api/v1/sessions/${id}/input`, body);
    if (!sent.ok) return fail(sent.fault, options);
    if (options.json === true) {
      const now = await ask(sessionViewSchema, "GET", `/api/v1/sessions/${id}`);
      if (!now.ok) return fail(now.fault, options);
      sayJson(sessionFacts(now.value));
    }
    return EXIT.good;
  });
}

export interface ResumeOptions extends Common {
  all?: boolean;
}

/** Goes on with the conversations of the named sessions, or with `all` of those that ran when their daemon ended. One that cannot is said, and keeps no other one. */
export async function resume(wanted: readonly string[], options: ResumeOptions): Promise<number> {
  if (wanted.length === 0 && options.all !== true)
    return usage(
      failed("no-session", "Name a session.", "`--all` means those that ran when their daemon ended."),
      options,
    );
  return withGateway(options, async ({ ask }) => {
    const listed = await listSessions(ask);
    if (!listed.ok) return fail(listed.fault, options);
    const { resumable, others } = sortInterrupted(listed.value.sessions);
    const named = await Promise.all(wanted.map((name) => findSession(ask, name)));
    const refused = named.find((one) => !one.ok);
    if (refused !== undefined && !refused.ok) return fail(refused.fault, options);
    const chosen = [...named.flatMap((one) => (one.ok ? [one.value] : [])), ...(options.all === true ? resumable : [])];
    const outcomes: { id: string; label: string; resumed: boolean; reason?: string }[] = [];
    for (const { id, label } of chosen) {
      const done = await ask(sessionViewSchema, "POST", `/api/v1/sessions/${id}/restart`, { resume: true });
      outcomes.push({ id, label, resumed: done.ok, ...(!done.ok && { reason: done.fault.message }) });
    }
    for (const { id, label } of options.all === true ? others : [])
      outcomes.push({ id, label, resumed: false, reason: "It has no conversation to go on with: restart it." });
    if (options.json === true) sayJson({ sessions: outcomes });
    else if (outcomes.length === 0) say("No session was interrupted.");
    else
      for (const { id, label, resumed, reason } of outcomes)
        say(
          `${id.slice(0, 8)}  ${oneLine(label, 40)}: ${resumed ? "resumed" : `not resumed. ${oneLine(reason ?? "", 300)}`}`,
        );
    const failures = chosen.length - outcomes.filter(({ resumed }) => resumed).length;
    return failures === 0 ? EXIT.good : EXIT.failed;
  });
}

export interface ReadOptions extends Common {
  lines?: number;
}

export async function read(wanted: string, options: ReadOptions): Promise<number> {
  return withSession(wanted, options, async ({ id }, { ask }) => {
    const query = options.lines === undefined ? "" : `?lines=${options.lines}`;
    const shown = await ask(screenTextSchema, "GET", `/api/v1/sessions/${id}/screen${query}`);
    if (!shown.ok) return fail(shown.fault, options);
    if (options.json === true) sayJson({ id, ...shown.value });
    else say(shown.value.text);
    return EXIT.good;
  });
}

export interface WaitOptions extends Common {
  until: string[];
  /** Seconds. */
  timeout?: number;
}

export async function wait(wanted: string, options: WaitOptions): Promise<number> {
  const until = readUntil(options.until);
  if (!until.ok) return usage(until, options);
  return withSession(wanted, options, async ({ id }, gateway) => {
    const timeoutMs = options.timeout === undefined ? undefined : options.timeout * 1000;
    const waited = await waitFor(gateway, id, until.value, { timeoutMs });
    if (waited.end === "failed") return fail(waited.fault, options);
    const session = waited.session === undefined ? { id } : sessionFacts(waited.session);
    const met = waited.end === "met" ? waited.met : null;
    if (options.json === true) sayJson({ met, why: waited.end, session });
    else if (waited.end === "timeout") complain("the time is up.");
    else if (waited.session !== undefined) say(lineOf(waited.session));
    return waited.end === "met" ? EXIT.good : EXIT[waited.end];
  });
}

async function withGateway(options: Common, act: (gateway: Gateway) => Promise<number>): Promise<number> {
  const gateway = await reachGateway(homeFolder(options.home));
  return gateway === undefined ? EXIT.failed : act(gateway);
}

function withSession(
  wanted: string,
  options: Common,
  act: (session: SessionView, gateway: Gateway) => Promise<number>,
): Promise<number> {
  return withGateway(options, async (gateway) => {
    const session = await findSession(gateway.ask, wanted);
    return session.ok ? act(session.value, gateway) : fail(session.fault, options);
  });
}

const tell = (session: SessionView, { json }: Common): void =>
  json === true ? sayJson(sessionFacts(session)) : say(lineOf(session));

const fail = (fault: Fault, { json }: Common): number => sayFault(fault, json === true);

function usage(refused: Result<unknown>, options: Common): number {
  if (!refused.ok) fail(refused.fault, options);
  return EXIT.usage;
}

const STATES: Record<SessionView["status"]["state"], string> = {
  starting: "starting",
  running: "running",
  needs_you: "needs you",
  finished: "finished",
  failed: "failed",
  unknown: "unknown",
};

function lineOf({ id, label, agent_name, status }: SessionView): string {
  const state = status.idle === true ? "idle" : STATES[status.state];
  const words = `${oneLine(label, 60)} (${oneLine(agent_name, 40)}): ${oneLine(status.evidence, 200)}`;
  return `${id.slice(0, 8)}  ${state.padEnd(9)}  ${words}`;
}

async function readInput(): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of process.stdin) parts.push(part as Buffer);
  return Buffer.concat(parts)
    .toString("utf8")
    .replace(/\r?\n$/, "");
}
