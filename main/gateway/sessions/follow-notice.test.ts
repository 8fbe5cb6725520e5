/** Proves what a daemon's word changes in the sessions, and what it must not. */
import { expect, it, vi } from "vitest";
import type { AppFrame } from "../../../shared/protocol/app-frames.ts";
import type { DaemonSession, TerminalInfo } from "../../../shared/protocol/daemon-api.ts";
import { createAppHub } from "../app-hub.ts";
import { createLogRing } from "../bridge/session-log.ts";
import { OWN_DAEMON } from "../link/daemon-ref.ts";
import { createEntryCount } from "../link/entry-count.ts";
import { followNotice, type SessionRoom } from "./follow-notice.ts";
import { type LiveSession, sessionView } from "./live-session.ts";
import type { SessionRecord } from "./session-record.ts";

const AT = "2026-11-20T10:00:00Z";
const terminal = (change: Partial<TerminalInfo> = {}): TerminalInfo => ({
  state: "running",
  pid: 1,
  cols: 80,
  rows: 24,
  title: "",
  started_at: AT,
  attention: false,
  ...change,
});
const told = (change: Partial<DaemonSession> = {}): DaemonSession => ({
  session_id: "d1",
  cwd: "/",
  created_at: AT,
  terminal: terminal(),
  clients: 0,
  ...change,
});
function session(state: SessionRecord["terminal"]["state"], status: "live" | "ended" | "none" = "live"): LiveSession {
  const log = createLogRing().open("s1");
  return {
    record: {
      id: "s1",
      agent: "shell",
      agent_name: "Shell",
      label: "x",
      cwd: "/",
      command: "sh",
      created_at: AT,
      request: {},
      mcp: { daemon: OWN_DAEMON, session_id: "d1", token: "t" },
      terminal_session: "d1",
      terminal: { state },
    },
    log,
    count: createEntryCount(log),
    counts: { total: 2, running: 1, failed: 0, last: undefined },
    attention: false,
    attentionReason: undefined,
    stream: status === "none" ? undefined : { status: () => ({ status }), heardAt: () => undefined, close: () => {} },
    eventId: undefined,
    listed: true,
  };
}
function roomOf(...sessions: LiveSession[]) {
  const room = {
    publish: vi.fn(),
    openStream: vi.fn(),
    adopt: vi.fn(),
    endCalls: vi.fn(),
    takeOutcomes: vi.fn(),
    shown: (id: string) => (id === "d1" ? "s1" : undefined),
    pass: vi.fn(),
  };
  return { ...room, sessions: () => sessions } satisfies SessionRoom;
}

it("a program that ended is said to have ended, with how", () => {
  const one = session("running");
  const room = roomOf(one);
  followNotice(
    OWN_DAEMON,
    { type: "session", session: told({ terminal: terminal({ state: "exited", code: 3, signal: null }) }) },
    room,
  );
  expect(one.record.terminal).toMatchObject({ state: "exited", code: 3 });
  expect(room.publish).toHaveBeenCalledWith(one, true);
});

it("a session that a new run of the daemon brings back has no terminal, and its events are read again", () => {
  const one = session("running", "ended");
  const room = roomOf(one);
  followNotice(OWN_DAEMON, { type: "sessions", sessions: [told({ terminal: null })] }, room);
  expect(one.record.terminal.state).toBe("gone");
  expect(room.openStream).toHaveBeenCalledWith(one);
});

it("a session whose program is only being started is not taken for gone", () => {
  const one = session("starting");
  followNotice(OWN_DAEMON, { type: "session", session: told({ terminal: null }) }, roomOf(one));
  expect(one.record.terminal.state).toBe("starting");
});

it("a session that the daemon does not have any more is gone, and the outcome of its running calls unknown; once", () => {
  const one = session("running");
  const room = roomOf(one);
  followNotice(OWN_DAEMON, { type: "sessions", sessions: [] }, room);
  expect(one.record.terminal).toMatchObject({ state: "gone" });
  expect(room.endCalls).toHaveBeenCalledWith(one);
  one.counts = { ...one.counts, running: 0 };
  followNotice(OWN_DAEMON, { type: "sessions", sessions: [] }, room);
  expect(room.endCalls).toHaveBeenCalledTimes(1);
  expect(room.publish).toHaveBeenCalledTimes(1);
});

it("a session that exited stays as it was when its daemon forgets it", () => {
  const one = session("exited");
  one.counts = { ...one.counts, running: 0 };
  followNotice(OWN_DAEMON, { type: "session_ended", session_id: "d1" }, roomOf(one));
  expect(one.record.terminal.state).toBe("exited");
});

it("a session that nobody here knows is offered for adoption", () => {
  const room = roomOf();
  followNotice(OWN_DAEMON, { type: "session", session: told() }, room);
  expect(room.adopt).toHaveBeenCalledWith(OWN_DAEMON, told());
});

it("what the daemon says of servers and kept writes reaches pages as it is, and whoever opens one later", () => {
  const hub = createAppHub({ state: "connected", own: true, since: AT, attempts: [] }, () => 0);
  const told: AppFrame[] = [];
  hub.subscribe((frame) => told.push(frame));
  const room: SessionRoom = { ...roomOf(), pass: (_, frame) => hub.publish(frame) };
  const outbox = { waiting: 2, dead: 1, unknown: 0 };
  expect(hub.state().outbox).toBeUndefined();
  followNotice(OWN_DAEMON, { type: "outbox", outbox }, room);
  followNotice(OWN_DAEMON, { type: "servers", servers: [], error: "line 3: no" }, room);
  expect(told).toEqual([
    { type: "outbox", outbox },
    { type: "servers", servers: [], error: "line 3: no" },
  ]);
  expect(hub.state()).toMatchObject({ outbox, servers: [], servers_error: "line 3: no" });
});

it("each beginning of a turn that the agent tells is kept once, the newest 500, and the last one is shown", () => {
  const one = session("running");
  const room = roomOf(one);
  const at = (n: number) => new Date(Date.parse(AT) + n * 1_000).toISOString();
  const tell = (n: number) =>
    followNotice(
      OWN_DAEMON,
      { type: "session", session: told({ terminal: terminal({ turn_started_at: at(n) }) }) },
      room,
    );
  for (const n of [1, 1, 2, 2, 2, 3]) tell(n);
  followNotice(OWN_DAEMON, { type: "session", session: told() }, room);
  expect(one.record.turns).toEqual([1, 2, 3].map(at));
  expect(sessionView(one, true, AT).turn_started_at).toBe(at(3));
  for (let n = 4; n <= 600; n += 1) tell(n);
  expect(one.record.turns).toHaveLength(500);
  expect(one.record.turns?.[0]).toBe(at(101));
});
