/** The scenes of how things stand: with the daemon, the terminal, the gateway, and what this page may do. */
import { agentScreen } from "./agent-screen.ts";
import { ago, type Scene } from "./scene.ts";
import { app, base, MAIN, sessions, withDaemon, withMain } from "./world.ts";

export const stateScenes = (now: number): Scene[] => [
  withDaemon(now, "daemon-searching", { state: "searching", attempts: [] }),
  withDaemon(now, "daemon-starting", { state: "starting" }),
  withDaemon(now, "daemon-lost", {
    state: "lost",
    since: ago(now, 30),
    retry_at: new Date(now + 20_000).toISOString(),
    reason: "The connection was reset.",
  }),
  withDaemon(now, "daemon-none", {
    state: "none",
    reason: "None of the usual files leads to a daemon that answers.",
    attempts: [
      {
        path: "/home/me/.signalbox/mcp.json",
        outcome: "no-answer",
        reason: "http://127.0.0.1:54500 did not answer within 500 ms",
      },
      {
        path: "/home/me/.construct/mcp.json",
        outcome: "refused",
        reason: "other users may write to it (chmod 600 it)",
      },
      { path: "/home/me/.revka/mcp.json", outcome: "absent" },
    ],
  }),
  withDaemon(now, "daemon-refused", { state: "refused" }),
  withDaemon(now, "daemon-mismatch", {
    state: "mismatch",
    reason: "The daemon is of version 0.0.9 and speaks an older protocol.",
  }),
  withMain(
    now,
    "exited",
    {
      status: { state: "failed", evidence: "exit code 1", since: ago(now, 5) },
      terminal: { state: "exited", code: 1, signal: null },
    },
    { terminals: { [MAIN]: { screen: agentScreen, exit: { code: 1, signal: null } } } },
  ),
  withMain(
    now,
    "terminal-failed",
    {
      status: { state: "failed", evidence: "its terminal could not start", since: ago(now, 5) },
      terminal: { state: "failed", reason: "/home/me/src/api is no folder any more" },
    },
    { terminals: { [MAIN]: { screen: () => "" } } },
  ),
  withMain(now, "daemon-gone", {
    terminal: { state: "gone" },
    status: { state: "unknown", evidence: "its daemon ended", since: ago(now, 5) },
  }),
  withMain(now, "needs-you", {
    status: { state: "needs_you", evidence: "Approve the migration?", since: ago(now, 5) },
  }),
  base(now, "gateway-lost", { drop: "app" }),
  base(now, "terminal-reconnecting", { drop: "terminal" }),
  base(now, "sign-in", { path: "/", signedIn: false }),
  base(now, "not-recording", {
    app: app(now, { sessions: sessions(now), recording: { ok: false, reason: "the disk is full" } }),
  }),
  base(now, "other-version", { app: app(now, { sessions: sessions(now), version: "0.2.0" }) }),
  base(now, "read-only", { me: { kind: "device", scope: "read-only", id: "d2", name: "Phone" } }),
  base(now, "read-only-typing", {
    me: { kind: "device", scope: "read-only", id: "d2", name: "Phone" },
    acts: [{ click: "terminal" }, "ls"],
  }),
  base(now, "read-only-empty", {
    path: "/",
    app: app(now),
    me: { kind: "device", scope: "read-only", id: "d2", name: "Phone" },
  }),
  base(now, "read-only-devices", {
    path: "/settings/devices",
    me: { kind: "device", scope: "read-only", id: "d2", name: "Phone" },
  }),
];
