/** Proves that a large result is recorded part by part, that its pictures are kept beside it, and that they go when it goes. */
import { existsSync, readdirSync, statSync, utimesSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, it, vi } from "vitest";
import type { Gateway } from "../../main/gateway/create-gateway.ts";
import { trimResults } from "../../main/gateway/journal/trim-results.ts";
import { prepareHomeFolder } from "../../main/home/home-folder.ts";
import { listResults, openResultFiles, removeResults } from "../../main/home/results/result-files.ts";
import type { LogEntry, ToolEvent } from "../../shared/events/tool-event.ts";
import { scripted, startDaemon } from "../support/daemon/start-daemon.ts";
import { ask, eventClient, startGateway, temporaryHome } from "../support/gateway/running-gateway.ts";
import { startScriptedDaemon } from "../support/gateway/scripted-daemon.ts";

const undo: (() => unknown)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step();
});

async function start() {
  const home = temporaryHome();
  prepareHomeFolder(home.home);
  undo.push(home.remove);
  const daemon = await startDaemon({ tools: scripted() }, {}, home.home.path);
  undo.push(() => daemon.daemon.dispose());
  await daemon.settled();
  const gateway = await startGateway(home);
  undo.push(gateway.dispose);
  await vi.waitFor(() => expect(gateway.app().daemon.state).toBe("connected"));
  return { home: home.home, daemon, gateway };
}

/** A session whose agent makes one call, once that has ended: its id and the event of its end. */
async function called(gateway: Gateway, tool: string, args: object) {
  const agent = join(import.meta.dirname, "../fixtures/agents/call-tool.ts");
  const body = { agent: "custom", cwd: "/", command: process.execPath, args: [agent, tool, JSON.stringify(args)] };
  const made = await ask(gateway, "/api/v1/sessions", { method: "POST", body: JSON.stringify(body) });
  const { id } = made.json() as { id: string };
  const end = await vi.waitFor(async () => {
    const { events } = (await ask(gateway, `/api/v1/sessions/${id}/events`)).json() as { events: LogEntry[] };
    const event = events.at(-1)?.event;
    if (event === undefined || event.kind !== "finished") throw new Error("the call has not ended");
    return event;
  });
  return { id, end };
}

const picture = (bytes: number, of = 7) => Buffer.alloc(bytes, of);
const partOf = (event: ToolEvent) => event.parts?.[0]?.kept ?? "";

it("P27: keeps a picture of a large result whole, for who may see the session and for no other, as long as the session", async () => {
  const { home, gateway } = await start();
  const bytes = 600_000;
  const { id, end } = await called(gateway, "picture", { bytes, of: 200 });
  expect(end.result).toEqual({
    content: [
      { type: "text", text: "look" },
      { type: "image", mimeType: "image/png" },
    ],
  });
  expect(end.cut).toBeUndefined();
  expect(end.parts).toEqual([{ at: "/result/content/1/data", bytes, kept: `${end.call}-1` }]);
  const path = `/api/v1/sessions/${id}/parts/${partOf(end)}`;
  const get = (address: string, token = gateway.token) =>
    fetch(gateway.url + address, { headers: { authorization: `Bearer ${token}` } });
  const shown = await get(path);
  expect(Buffer.from(await shown.arrayBuffer()).equals(picture(bytes, 200))).toBe(true);
  // A tool says what it is; a browser that is led there by a link must not believe it.
  expect(shown.headers.get("content-type")).toBe("application/octet-stream");
  expect(shown.headers.get("content-disposition")).toBe("attachment");

  const other = await called(gateway, "echo", { text: "x" });
  expect((await get(path.replace(id, other.id))).status).toBe(404);
  expect((await get(path, "0".repeat(64))).status).toBe(401);
  for (const name of ["..%2F..%2Ftoken", "%2e%2e", "no-such", "a%00b"]) {
    expect((await get(`/api/v1/sessions/${id}/parts/${name}`)).status).toBeGreaterThanOrEqual(400);
  }
  const [file] = listResults(home.results);
  expect(statSync(file?.path ?? "").mode & 0o077).toBe(0);
  expect((await ask(gateway, "/api/v1/doctor")).text).toContain("1 large part of results, 0.6 MB");

  const line = (await ask(gateway, `/api/v1/sessions/${id}/export?format=jsonl`)).text.trim().split("\n").at(-1) ?? "";
  expect(JSON.parse(line).event.result.content[1].data).toBe(picture(bytes, 200).toString("base64"));

  expect((await ask(gateway, `/api/v1/sessions/${id}`, { method: "DELETE" })).status).toBeLessThan(300);
  expect(listResults(home.results)).toEqual([]);
  expect(readdirSync(home.results)).toEqual([]);
  expect((await get(path)).status).toBe(404);
});

it("P27: a picture that is too large, and a text, say what is missing; the agent has all of it", async () => {
  const { home, daemon, gateway } = await start();
  const large = await called(gateway, "picture", { bytes: 9_000_000 });
  expect(large.end.parts).toEqual([{ at: "/result/content/1/data", bytes: 9_000_000 }]);
  expect(large.end.cut?.result).toBeGreaterThan(12_000_000);
  const text = await called(gateway, "big", { bytes: 1_000_000 });
  expect(text.end.parts).toEqual([{ at: "/result/content/0/text", bytes: 1_000_000, left_out: expect.any(Number) }]);
  const [shown] = (text.end.result as { content: { text: string }[] }).content;
  expect(shown?.text).toMatch(/^x{150000,}\n… 7\d\d,\d{3} bytes left out …\nx{80000,}$/);
  expect(listResults(home.results)).toEqual([]);
  const agent = await daemon.agent();
  const whole = (await agent.tool("picture", { bytes: 9_000_000 })).result as { content: { data: string }[] };
  expect(whole.content[1]?.data).toBe(picture(9_000_000).toString("base64"));
});

it("counts what is kept beside the events among the history's limits, and lets the oldest go first", async () => {
  const home = temporaryHome();
  prepareHomeFolder(home.home);
  undo.push(home.remove);
  const { results } = home.home;
  const now = Date.parse("2026-11-20T10:00:00Z");
  const day = 86_400_000;
  for (const [age, name] of [
    [100, "c1-a-1"],
    [50, "c2-a-1"],
    [10, "c3-a-1"],
  ] as const) {
    expect(openResultFiles(results).keep("s", name, picture(1_000).toString("base64"))).toBe(true);
    utimesSync(join(results, "s", name), (now - age * day) / 1000, (now - age * day) / 1000);
  }
  const limits = { maxAgeMs: 90 * day, maxBytes: 10_000 };
  const events = { bytes: 5_000, oldest: now - 60 * day };
  expect(trimResults(results, limits, events, now)).toEqual({ bytes: 2_000, more: true });
  expect(trimResults(results, limits, events, now)).toEqual({ bytes: 2_000, more: false });
  // Too much: events and parts leave by their age.
  expect(trimResults(results, { ...limits, maxBytes: 6_500 }, events, now).bytes).toBe(2_000);
  expect(trimResults(results, { ...limits, maxBytes: 6_500 }, { ...events, oldest: now }, now).bytes).toBe(1_000);
  expect(existsSync(join(results, "s", "c3-a-1"))).toBe(true);
});

it("P27: does the same for a daemon that is not ours: pictures beside the event, each part cut on its own", async () => {
  const home = temporaryHome();
  prepareHomeFolder(home.home);
  undo.push(home.remove);
  const foreign = join(home.home.path, "foreign.json");
  const daemon = await startScriptedDaemon();
  undo.push(daemon.end);
  daemon.sessions.set("guest", { id: "guest", token: "token-of-guest", events: [], last: 0, readers: new Set() });
  daemon.announce(foreign);
  const gateway = await startGateway(home, { discovery: [foreign] });
  undo.push(gateway.dispose);
  await vi.waitFor(() => expect(gateway.app().daemon.state).toBe("connected"));
  eventClient(gateway, "guest", "&mcp_token=token-of-guest");
  await daemon.readers("guest", 1);
  const large = { type: "image", mimeType: "image/png", data: picture(7_000_000).toString("base64") };
  const content = [{ type: "text", text: "é".repeat(400_000) }, large, { type: "text", text: "small" }];
  daemon.emit("guest", {
    kind: "started",
    call: "a",
    tool: "shot",
    args: { page: 2 ** 40, long: "x".repeat(700_000) },
  });
  daemon.emit("guest", { kind: "finished", call: "a", tool: "shot", result: { content } });
  const events = await vi.waitFor(async () => {
    const told = (await ask(gateway, "/api/v1/sessions/guest/events")).json() as { events: LogEntry[] };
    expect(told.events).toHaveLength(2);
    return told.events.map(({ event }) => event as ToolEvent);
  });
  const [begin, end] = events;
  expect(begin?.args).toMatchObject({ page: 2 ** 40 });
  expect(begin?.parts).toMatchObject([{ at: "/args/long", bytes: 700_000 }]);
  expect(end?.result).toMatchObject({
    content: [{ type: "text" }, { type: "image" }, { type: "text", text: "small" }],
  });
  expect(JSON.stringify(end).length).toBeLessThan(512 * 1024);
  const kept = end?.parts?.find(({ at }) => at === "/result/content/1/data");
  expect(kept).toMatchObject({ bytes: 7_000_000, kept: expect.any(String) });
  const shown = await fetch(`${gateway.url}/api/v1/sessions/guest/parts/${kept?.kept}`, {
    headers: { authorization: `Bearer ${gateway.token}` },
  });
  expect(Buffer.from(await shown.arrayBuffer()).equals(picture(7_000_000))).toBe(true);
  await ask(gateway, "/api/v1/sessions/guest", { method: "DELETE" });
  expect(listResults(home.home.results)).toEqual([]);
});

it("P27: bounds what is kept of one session and of all, and notices what others removed", () => {
  const home = temporaryHome();
  prepareHomeFolder(home.home);
  undo.push(home.remove);
  const { results } = home.home;
  const limits = { sessionBytes: 5_000, bytes: 12_000 };
  const sum = () => listResults(results).reduce((bytes, file) => bytes + file.bytes, 0);
  let files = openResultFiles(results, limits);
  const keep = (session: string, name: string) => files.keep(session, name, picture(1_000).toString("base64"));
  for (let n = 0; n < 20; n += 1) {
    expect(keep("a", `c${n}`)).toBe(true);
    expect(sum()).toBeLessThanOrEqual(limits.sessionBytes);
    expect(existsSync(join(results, "a", `c${n}`))).toBe(true);
  }
  // A daemon that begins counts what there is.
  files = openResultFiles(results, limits);
  for (const session of ["b", "c", "d", "e"]) for (let n = 0; n < 4; n += 1) expect(keep(session, `c${n}`)).toBe(true);
  expect(sum()).toBeLessThanOrEqual(limits.bytes);
  expect(sum()).toBeGreaterThan(limits.bytes / 2);
  removeResults(results, "e");
  for (let n = 0; n < 4; n += 1) expect(keep("f", `c${n}`)).toBe(true);
  expect(sum()).toBeLessThanOrEqual(limits.bytes);
  expect(files.keep("f", "huge", picture(6_000).toString("base64"))).toBe(false);
  expect(keep("..", "x")).toBe(false);
});
