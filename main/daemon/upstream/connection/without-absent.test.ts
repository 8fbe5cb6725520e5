/** Proves that a null where MCP knows the field as absent costs an agent neither an answer nor a notification nor a question. */
import {
  CallToolResultSchema,
  CompleteResultSchema,
  CreateMessageRequestSchema,
  GetPromptResultSchema,
  LoggingMessageNotificationSchema,
  ProgressNotificationSchema,
  ReadResourceResultSchema,
} from "@modelcontextprotocol/sdk/types.js";
import { afterEach, expect, it } from "vitest";
import { type Json, readEvents } from "../../../../test/support/daemon/mcp-agent.ts";
import { startDaemon, type TestDaemon } from "../../../../test/support/daemon/start-daemon.ts";
import { withoutAbsent } from "./without-absent.ts";

let daemon: TestDaemon | undefined;
afterEach(async () => {
  await daemon?.stop();
  daemon = undefined;
});

/** Writes every field that it knows, as libraries do whose languages have no absent fields. */
const SERVER = `
const none = { annotations: null, _meta: null };
const text = (t) => ({ type: "text", text: t, ...none });
const say = (m) => console.log(JSON.stringify({ jsonrpc: "2.0", ...m }));
const on = {
  initialize: (m) => ({ protocolVersion: m.params.protocolVersion, capabilities: { tools: {}, prompts: {}, resources: {}, completions: {}, logging: {} }, serverInfo: { name: "s", version: "1" }, instructions: null, _meta: null }),
  "tools/list": () => ({ tools: [{ name: "go", inputSchema: { type: "object" } }], nextCursor: null, _meta: null }),
  "prompts/list": () => ({ prompts: [{ name: "p" }] }),
  "resources/list": () => ({ resources: [{ uri: "a:b", name: "r" }] }),
  "prompts/get": () => ({ description: null, messages: [{ role: "user", content: text("hi") }], _meta: null }),
  "resources/read": () => ({ contents: [{ uri: "a:b", mimeType: null, text: "t", blob: null, _meta: null }], _meta: null }),
  "completion/complete": () => ({ completion: { values: [], total: null, hasMore: null }, _meta: null }),
  "tools/call": (m) => {
    say({ method: "notifications/progress", params: { progressToken: m.params._meta.progressToken, progress: 1, total: null, message: null, _meta: null } });
    say({ method: "notifications/message", params: { level: "info", logger: null, data: null, _meta: null } });
    say({ id: "ask", method: "sampling/createMessage", params: { messages: [{ role: "user", content: text("?") }], maxTokens: 5, systemPrompt: null, temperature: null, stopSequences: null, modelPreferences: { hints: null, costPriority: null }, metadata: null, includeContext: null, _meta: null } });
    return { content: [text("done"), { type: "resource", resource: { uri: "a:b", text: "t", blob: null, mimeType: null, _meta: null }, ...none }], structuredContent: null, isError: null, _meta: null };
  },
};
require("readline").createInterface({ input: process.stdin }).on("line", (l) => { const m = JSON.parse(l); if (m.id !== undefined && on[m.method]) say({ id: m.id, result: on[m.method](m), error: null }); });`;

it("an agent as strict as the SDK takes answers, notifications and questions of a server that writes null for none", async () => {
  daemon = await startDaemon({ nulls: { command: process.execPath, args: ["-e", SERVER] } });
  await daemon.settled();
  const asked: unknown[] = [];
  const agent = await daemon.agent(
    {},
    { capabilities: { sampling: {} }, onRequest: (message) => void asked.push(message) },
  );
  await agent.listen();
  const params = { name: "go", arguments: {}, _meta: { progressToken: "t" } };
  const messages = await agent.request("tools/call", params);
  const result = CallToolResultSchema.parse(messages.at(-1)?.result);
  expect(result.content).toEqual([
    { type: "text", text: "done" },
    { type: "resource", resource: { uri: "a:b", text: "t" } },
  ]);
  expect(Object.keys(messages.at(-1)?.result ?? {})).toEqual(["content"]);
  const one = (method: string) => messages.find((message) => message.method === method);
  expect(ProgressNotificationSchema.parse(one("notifications/progress")).params).toMatchObject({ progress: 1 });
  // Here null is what was logged.
  const logged = LoggingMessageNotificationSchema.parse(one("notifications/message"));
  expect(logged.params).toEqual({ level: "info", data: null });
  expect(CreateMessageRequestSchema.parse(one("sampling/createMessage")).params).toMatchObject({ maxTokens: 5 });
  expect(asked).toHaveLength(1);
  GetPromptResultSchema.parse((await agent.call("prompts/get", { name: "p" })).result);
  ReadResourceResultSchema.parse((await agent.call("resources/read", { uri: "a:b" })).result);
  const ref = { type: "ref/prompt", name: "p" };
  CompleteResultSchema.parse(
    (await agent.call("completion/complete", { ref, argument: { name: "a", value: "" } })).result,
  );
  const { events } = await readEvents(daemon.url, agent.session, agent.token, (all) =>
    all.some(({ kind }) => kind === "finished"),
  );
  expect(events.map(({ kind }) => kind)).toEqual(["started", "progress", "finished"]);
});

it("values of tools, what is logged and how long a task lives stay as they are, nulls and all", () => {
  const body: Json = {
    structuredContent: { a: null },
    _meta: { b: null },
    ttl: null,
    data: null,
    content: [{ type: "tool_use", name: "t", input: { c: null } }, 7, null],
    task: { taskId: "x", ttl: null },
  };
  expect(withoutAbsent(body)).toBe(body);
  expect(withoutAbsent({ ...body, isError: null })).toEqual(body);
});
