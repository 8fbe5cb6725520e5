/** Starts sessions in the app under test, over its gateway's HTTP. */
import { expect } from "@playwright/test";
import { parseJson, z } from "../../shared/protocol/schema.ts";
import type { Desktop } from "./desktop.ts";

export async function ask(desktop: Desktop, path: string, body?: object): Promise<string> {
  const answer = await fetch(desktop.gateway.url + path, {
    method: body === undefined ? "GET" : "POST",
    headers: { authorization: `Bearer ${desktop.gateway.token}`, "content-type": "application/json" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${text}`);
  return text;
}

/** Gives the id of a new session. */
export async function startSession(desktop: Desktop, request: object): Promise<string> {
  const created = parseJson(z.object({ id: z.string() }), await ask(desktop, "/api/v1/sessions", request));
  if (!created.ok) throw new Error(created.reason);
  return created.value.id;
}

/** A session whose shell runs these commands. */
export const startShell = (desktop: Desktop, label: string, script: string): Promise<string> =>
  startSession(desktop, { agent: "custom", command: "/bin/sh", args: ["-c", script], label, cwd: "/" });

const callsSchema = z.object({ calls: z.array(z.object({ id: z.string(), tool: z.string() })) });

/** The session's calls so far, by id and tool. */
export async function callsOf(desktop: Desktop, session: string): Promise<{ id: string; tool: string }[]> {
  const read = parseJson(callsSchema, await ask(desktop, `/api/v1/sessions/${session}/calls`));
  return read.ok ? read.value.calls : [];
}

const sessionsSchema = z.object({
  sessions: z.array(z.object({ id: z.string(), agent: z.string(), status: z.object({ state: z.string() }) })),
});

async function sessionsOf(desktop: Desktop) {
  const read = parseJson(sessionsSchema, await ask(desktop, "/api/v1/sessions"));
  if (!read.ok) throw new Error(read.reason);
  return read.value.sessions;
}

/** The id of the demo session that `--demo` starts. */
export async function demoSession(desktop: Desktop): Promise<string> {
  let found: string | undefined;
  const look = async () => {
    found = (await sessionsOf(desktop)).find(({ agent }) => agent === "demo")?.id;
    return found;
  };
  await expect.poll(look).toBeDefined();
  return found ?? "";
}

/** How a session stands, in the gateway's word. */
export const stateOf = async (desktop: Desktop, id: string): Promise<string | undefined> =>
  (await sessionsOf(desktop)).find((session) => session.id === id)?.status.state;
