/** Proves what another command line makes of a session's record. */
import { expect, it } from "vitest";
import { OWN_DAEMON } from "../../../../main/gateway/link/daemon-ref.ts";
import type { SessionRecord } from "../session-record.ts";
import { withCommand } from "./restart-session.ts";

const record = (change: Partial<SessionRecord>): SessionRecord => ({
  id: "s",
  agent: "custom",
  agent_name: "tool",
  label: "s",
  cwd: "/",
  command: "tool --key=••••••",
  created_at: "2026-01-01T00:00:00.000Z",
  request: { command: "tool", args: ["--key=sk-1"] },
  mcp: { daemon: OWN_DAEMON, session_id: "s", token: "" },
  terminal: { state: "exited" },
  ...change,
});

it("a free command becomes another program with its own name", () => {
  expect(withCommand(record({}), ["/opt/other", "-x"])).toMatchObject({
    ok: true,
    value: { agent_name: "other", command: "/opt/other -x", request: { command: "/opt/other", args: ["-x"] } },
  });
});

it("an agent keeps its program, and takes other arguments", () => {
  const claude = record({ agent: "claude", agent_name: "Claude Code", command: "claude --debug", request: {} });
  expect(withCommand(claude, ["claude", "--model", "x"])).toMatchObject({
    ok: true,
    value: { agent_name: "Claude Code", request: { args: ["--model", "x"] } },
  });
  expect(withCommand(claude, ["rm", "-rf"])).toMatchObject({ ok: false, fault: { code: "other-program" } });
  expect(withCommand(record({ agent: "demo" }), ["sh"])).toMatchObject({ ok: false });
});

it("a hidden value is never taken for the value itself", () => {
  expect(withCommand(record({}), ["tool", "--key=••••••"])).toMatchObject({
    ok: false,
    fault: { code: "hidden-value" },
  });
});
