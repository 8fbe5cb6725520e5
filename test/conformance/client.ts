/** The client half of the conformance suite: an SDK client as the agent, the daemon between it and the suite's server. */
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { ElicitRequestSchema } from "@modelcontextprotocol/sdk/types.js";
import { startDaemon } from "../support/daemon/start-daemon.ts";

const url = process.argv.at(-1) ?? "";
/** What the suite tells a client beforehand. */
const context = JSON.parse(process.env.MCP_CONFORMANCE_CONTEXT ?? "{}") as {
  client_id?: string;
  client_secret?: string;
};
const oauth =
  context.client_id === undefined ? undefined : { clientId: context.client_id, clientSecret: context.client_secret };
const daemon = await startDaemon({ suite: { url, ...(oauth !== undefined && { oauth }) } });
const { token } = await daemon.session();

/** What a person does in a browser, without the person. */
async function signIn(): Promise<boolean> {
  const begun = await daemon.ask("/servers/suite/sign-in", { method: "POST", body: {} });
  const { url: address } = (await begun.json()) as { url?: string | null };
  if (typeof address !== "string") return begun.ok;
  const asked = await fetch(address, { redirect: "manual" });
  const back = await fetch(asked.headers.get("location") ?? "");
  return back.ok;
}

interface Status {
  state: string;
  sign_in?: boolean;
  reason?: string;
}
async function settled(): Promise<Status> {
  for (;;) {
    const { servers } = (await (await daemon.ask("/servers")).json()) as { servers: Status[] };
    const [status] = servers;
    if (status !== undefined && status.state !== "connecting") return status;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

try {
  if ((await settled()).sign_in === true) await signIn();
  const status = await settled();
  if (status.state !== "ready") throw new Error(status.reason);
  const client = new Client(
    { name: "conformance-agent", version: "1.0.0" },
    { capabilities: { elicitation: { form: { applyDefaults: true } } } },
  );
  client.setRequestHandler(ElicitRequestSchema, () => ({ action: "accept", content: {} }));
  const headers = { authorization: `Bearer ${token}` };
  await client.connect(new StreamableHTTPClientTransport(new URL(`${daemon.url}/mcp`), { requestInit: { headers } }));
  const { tools } = await client.listTools();
  for (const tool of tools) {
    const properties = Object.keys(tool.inputSchema.properties ?? {});
    const call = () =>
      client.callTool({ name: tool.name, arguments: Object.fromEntries(properties.map((name, i) => [name, i + 2])) });
    try {
      await call();
    } catch (error) {
      // The server wants another permission: a person gives it, once.
      if (!String(error).includes("wants a sign-in")) throw error;
      await signIn();
      await settled();
      await call().catch(() => {});
    }
  }
  await client.close();
} catch (error) {
  console.error(error);
  process.exitCode = 1;
} finally {
  await daemon.stop();
}
