/** An MCP server over standard input and output whose tool `emit` reports progress at a fixed rate; each message begins with the moment at which it was due. */
import { createInterface } from "node:readline";

interface Request {
  id?: number | string;
  method: string;
  params?: {
    protocolVersion?: string;
    name?: string;
    arguments?: { text?: string; count?: number; rate?: number };
    _meta?: { progressToken?: unknown };
  };
}

const say = (message: object) => process.stdout.write(`${JSON.stringify({ jsonrpc: "2.0", ...message })}\n`);
const text = (value: string) => ({ content: [{ type: "text", text: value }] });
const tools = ["emit", "echo"].map((name) => ({ name, inputSchema: { type: "object" } }));

function emit(id: Request["id"], token: unknown, count: number, rate: number): void {
  const first = process.hrtime.bigint() + 5_000_000n;
  const step = BigInt(Math.round(1e9 / rate));
  let sent = 0;
  const look = () => {
    const now = process.hrtime.bigint();
    for (; sent < count && first + step * BigInt(sent) <= now; sent += 1) {
      const message = `${first + step * BigInt(sent)} due`;
      say({
        method: "notifications/progress",
        params: { progressToken: token, progress: sent + 1, total: count, message },
      });
    }
    if (sent < count) setTimeout(look, 1);
    else say({ id, result: text("emitted") });
  };
  look();
}

createInterface({ input: process.stdin })
  .on("line", (line) => {
    const { id, method, params } = JSON.parse(line) as Request;
    if (id === undefined) return;
    if (method === "initialize") {
      const serverInfo = { name: "due", version: "1.0.0" };
      say({ id, result: { protocolVersion: params?.protocolVersion, capabilities: { tools: {} }, serverInfo } });
    } else if (method === "tools/list") say({ id, result: { tools } });
    else if (params?.name === "echo") say({ id, result: text(params.arguments?.text ?? "") });
    else if (params?.name === "emit")
      emit(id, params._meta?.progressToken, params.arguments?.count ?? 1, params.arguments?.rate ?? 1);
    else say({ id, result: {} });
  })
  .on("close", () => process.exit(0));
