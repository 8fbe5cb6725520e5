/** Proves that an optional field that is null or of the wrong type costs neither the server nor the tool nor the list that it is in. */

import {
  ListPromptsResultSchema,
  ListResourcesResultSchema,
  ListToolsResultSchema,
} from "@modelcontextprotocol/sdk/types.js";
import { afterEach, describe, expect, it } from "vitest";
import { streamEventSchema } from "../../../../shared/events/tool-event.ts";
import { healthSchema } from "../../../../shared/protocol/daemon-api.ts";
import { parseDiscoveryFile } from "../../../../shared/protocol/discovery-file.ts";
import { check } from "../../../../shared/protocol/schema.ts";
import type { Json } from "../../../../test/support/daemon/mcp-agent.ts";
import { startDaemon } from "../../../../test/support/daemon/start-daemon.ts";

const undo: (() => unknown)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step();
});

/** A server that adds these fields to what it says, by the method that it answers. */
const serverWith = (answers: Record<string, Json>) => ({
  command: process.execPath,
  args: [
    "-e",
    `const answers=${JSON.stringify(answers)};
const base={initialize:(m)=>({protocolVersion:m.params.protocolVersion,capabilities:{tools:{},prompts:{},resources:{}},serverInfo:{name:"s",version:"1"}}),
"tools/list":()=>({tools:[{name:"go",inputSchema:{type:"object"}}]}),"prompts/list":()=>({prompts:[{name:"p"}]}),"resources/list":()=>({resources:[{uri:"a:b",name:"r"}]}),"resources/templates/list":()=>({resourceTemplates:[]}),"tools/call":()=>({content:[]})};
require("readline").createInterface({input:process.stdin}).on("line",(l)=>{const m=JSON.parse(l);if(m.id===undefined||!base[m.method])return;
console.log(JSON.stringify({jsonrpc:"2.0",id:m.id,result:{...base[m.method](m),...answers[m.method]},error:null}))})`,
  ],
});

const SPOILT = [null, 7, "text", true, [], {}];
const fields = (names: string[]) => SPOILT.map((value) => Object.fromEntries(names.map((name) => [name, value])));

describe.each<[string, Record<string, Json>[]]>([
  [
    "the handshake",
    fields(["instructions", "serverInfo", "capabilities", "_meta"]).map((item) => ({ initialize: item })),
  ],
  [
    "capabilities",
    SPOILT.map((value) => ({
      initialize: { capabilities: { tools: {}, prompts: { listChanged: value }, logging: value, experimental: value } },
    })),
  ],
  [
    "who a server is",
    fields(["title", "icons", "websiteUrl", "version"]).map((item) => ({
      initialize: { serverInfo: { name: "s", version: "1", ...item } },
    })),
  ],
  [
    "a cursor",
    [null, 7, {}, [], true].map((nextCursor) => ({
      "tools/list": { nextCursor },
      "prompts/list": { nextCursor },
      "resources/list": { nextCursor },
    })),
  ],
  [
    "a definition",
    fields([
      "title",
      "description",
      "annotations",
      "outputSchema",
      "icons",
      "_meta",
      "execution",
      "mimeType",
      "size",
      "arguments",
    ])
      .filter((item) => JSON.stringify(item.outputSchema) !== "{}")
      .map((item) => ({
        "tools/list": { tools: [{ name: "go", inputSchema: { type: "object" }, ...item }] },
        "prompts/list": { prompts: [{ name: "p", ...item }] },
        "resources/list": { resources: [{ uri: "a:b", name: "r", ...item }] },
      })),
  ],
  [
    "what stands in a definition",
    SPOILT.map((value) => ({
      "tools/list": {
        tools: [
          {
            name: "go",
            inputSchema: {
              type: "object",
              required: value === null ? null : [],
              description: value === null ? null : "",
            },
            annotations: { title: value, readOnlyHint: value },
          },
        ],
      },
      "prompts/list": { prompts: [{ name: "p", arguments: [{ name: "a", description: value, required: value }] }] },
      "resources/list": { resources: [{ uri: "a:b", name: "r", annotations: { audience: value, priority: value } }] },
    })).filter((item) => !JSON.stringify(item).includes('"audience":[]')),
  ],
  [
    "an item of a list",
    [null, 7, "x", []].map((value) => ({
      "tools/list": { tools: [value, { name: "go", inputSchema: { type: "object" } }] },
      "prompts/list": { prompts: [value, { name: "p" }] },
      "resources/list": { resources: [{ uri: "a:b", name: "r" }, value] },
    })),
  ],
])("%s", (_what, cases) => {
  it("may be spoilt: the server is ready, and an agent as strict as the SDK takes what is left", async () => {
    const named = Object.fromEntries(cases.map((answers, i) => [`s${i}`, serverWith(answers)]));
    const daemon = await startDaemon(named);
    undo.push(() => daemon.stop());
    await daemon.settled();
    const { servers } = (await (await daemon.ask("/servers")).json()) as { servers: Json[] };
    expect(servers.map(({ name, state, reason }) => [name, state, reason])).toEqual(
      cases.map((_, i) => [`s${i}`, "ready", undefined]),
    );
    for (const server of Object.keys(named)) {
      const agent = await daemon.agent({ servers: [server] });
      const offers = (agent.initialized.capabilities as Json) ?? {};
      expect(agent.initialized.serverInfo).toMatchObject({ name: expect.any(String), version: expect.any(String) });
      if (servers.some(({ name, tools }) => name === server && (tools as Json[]).length > 0)) {
        const { tools } = ListToolsResultSchema.parse((await agent.call("tools/list")).result);
        expect(tools).toMatchObject([{ name: "go" }]);
        expect((await agent.tool("go")).result).toBeDefined();
      }
      if (offers.prompts !== undefined) {
        const { prompts } = ListPromptsResultSchema.parse((await agent.call("prompts/list")).result);
        expect(prompts).toMatchObject([{ name: "p" }]);
      }
      if (offers.resources !== undefined) {
        const { resources } = ListResourcesResultSchema.parse((await agent.call("resources/list")).result);
        expect(resources).toMatchObject([{ uri: "a:b" }]);
      }
    }
  });
});

describe("what a foreign daemon sends", () => {
  it("is read without the fields that are spoilt", () => {
    for (const value of [null, {}, [], true]) {
      const health = {
        status: "ok",
        pid: value,
        uptime_seconds: value,
        started_at: value,
        features: value === null || value === true ? value : {},
        version: value,
        proof: value,
      };
      expect(check(healthSchema, health)).toMatchObject({ ok: true, value: { status: "ok" } });
      const file = JSON.stringify({ url: "http://127.0.0.1:5/mcp", pid: null, started_at: value });
      expect(parseDiscoveryFile(file)).toMatchObject({ ok: true, value: { base: "http://127.0.0.1:5" } });
      const event = {
        tool: "t",
        token: value,
        progress: value,
        total: value,
        message: value,
        timestamp: value,
        call: value,
        cut: value,
      };
      expect(check(streamEventSchema, event)).toMatchObject({ ok: true, value: { tool: "t" } });
      const gap = { kind: "gap", missed: value, from: value, to: value, outcomes_lost: value };
      expect(check(streamEventSchema, gap)).toMatchObject({ ok: true, value: { kind: "gap", missed: null } });
    }
    expect(check(streamEventSchema, { tool: "t", kind: "failed", error: "boom" })).toMatchObject({
      ok: true,
      value: { error: { message: "boom" } },
    });
    expect(check(streamEventSchema, { tool: "t", kind: "invented" })).toMatchObject({ ok: false });
  });
});

it("a server that leaves out what it can do and who it is, and what its lists hold, is ready", async () => {
  const leavesOut = (result: string) => ({
    command: process.execPath,
    args: [
      "-e",
      `require("readline").createInterface({input:process.stdin}).on("line",(l)=>{const m=JSON.parse(l);if(m.id!==undefined)
console.log(JSON.stringify({jsonrpc:"2.0",id:m.id,result:m.method==="initialize"?${result}:{}}))})`,
    ],
  });
  const daemon = await startDaemon({
    all: leavesOut("{protocolVersion:m.params.protocolVersion}"),
    lists: leavesOut("{protocolVersion:m.params.protocolVersion,capabilities:{tools:{},prompts:{},resources:{}}}"),
  });
  undo.push(() => daemon.stop());
  await daemon.settled();
  const { servers } = (await (await daemon.ask("/servers")).json()) as { servers: Json[] };
  expect(servers).toMatchObject([
    { name: "all", state: "ready" },
    { name: "lists", state: "ready" },
  ]);
  const agent = await daemon.agent({ servers: ["lists"] });
  expect((await agent.call("tools/list")).result).toEqual({ tools: [] });
});

it("a list that ends with an empty cursor, or gives the same one again, has each tool once", async () => {
  const servers = Object.fromEntries(
    ["", "again"].map((nextCursor, at) => [`s${at}`, serverWith({ "tools/list": { nextCursor } })]),
  );
  const daemon = await startDaemon(servers);
  undo.push(daemon.stop);
  await daemon.settled();
  const { servers: told } = (await (await daemon.ask("/servers")).json()) as {
    servers: { name: string; tools: { name: string }[] }[];
  };
  expect(told.map(({ name, tools }) => [name, tools.map((tool) => tool.name)])).toEqual([
    ["s0", ["go"]],
    ["s1", ["go"]],
  ]);
});
