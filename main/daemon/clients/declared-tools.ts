/** Reads the tools that a client declares: which can be offered, and why the others cannot. */
import { MAX_CLIENT_TOOLS, MAX_TOOL_BYTES } from "../../../shared/protocol/client-tools.ts";
import { oneLine } from "../../../shared/text/visible.ts";
import { isObject, type JsonObject } from "../rpc/message.ts";
import { TOO_LONG, type ValueChecks } from "./value-checks.ts";

export interface DeclaredTools {
  tools: readonly JsonObject[];
  /** A sentence for each that is left out, 20 at most. */
  leftOut: readonly string[];
}

/** What MCP recommends for names of tools (MCP 2025-11-25, server/tools, Tool Names). */
const NAME = /^[A-Za-z0-9_./-]{1,128}$/;
const MAX_REASONS = 20;
/** Schemas that take too long to check, before the rest of the list is left out unread. */
const MAX_TOO_LONG = 3;

export async function readDeclaredTools(
  declared: readonly unknown[],
  checks: Pick<ValueChecks, "schema">,
): Promise<DeclaredTools> {
  const tools = new Map<string, JsonObject>();
  const leftOut: string[] = [];
  const leave = (reason: string) => void (leftOut.length < MAX_REASONS && leftOut.push(reason));
  let tooLong = 0;
  for (const [at, given] of declared.entries()) {
    if (tooLong >= MAX_TOO_LONG) {
      leave("The tools after these are not read: their schemas take too long to check.");
      break;
    }
    if (tools.size >= MAX_CLIENT_TOOLS) {
      leave(`A client may offer ${MAX_CLIENT_TOOLS} tools, and this one declares ${declared.length}.`);
      break;
    }
    const read = await readTool(given, checks);
    const what =
      isObject(given) && typeof given.name === "string" ? `“${oneLine(given.name, 60)}”` : `number ${at + 1}`;
    if (!read.ok && read.reason.endsWith(TOO_LONG)) tooLong += 1;
    if (!read.ok) leave(`Tool ${what} ${read.reason}.`);
    else if (tools.has(read.name)) leave(`Tool ${what} is declared twice.`);
    else tools.set(read.name, read.tool);
  }
  return { tools: [...tools.values()], leftOut };
}

type Read = { ok: true; name: string; tool: JsonObject } | { ok: false; reason: string };

async function readTool(given: unknown, checks: Pick<ValueChecks, "schema">): Promise<Read> {
  const wrong = (reason: string) => ({ ok: false as const, reason });
  if (!isObject(given)) return wrong("is no object");
  const { name, title, description, annotations, outputSchema, inputSchema = { type: "object" } } = given;
  if (typeof name !== "string" || !NAME.test(name)) return wrong("needs a name of letters, digits and _ . / -");
  if (description !== undefined && typeof description !== "string") return wrong("has a description that is no text");
  if (!isObject(inputSchema)) return wrong("has an inputSchema that is no object");
  const input = { type: "object", ...inputSchema };
  const tool: JsonObject = {
    name,
    ...(typeof title === "string" && { title }),
    ...(description !== undefined && { description }),
    inputSchema: input,
    ...(outputSchema !== undefined && { outputSchema }),
    ...(isObject(annotations) && { annotations }),
  };
  if (JSON.stringify(tool).length > MAX_TOOL_BYTES) return wrong(`is larger than ${MAX_TOOL_BYTES / 1024} KiB`);
  for (const [which, schema] of [
    ["inputSchema", input],
    ["outputSchema", outputSchema],
  ] as const) {
    if (schema === undefined) continue;
    const fault = isObject(schema) ? await checks.schema(schema) : "it is no object";
    if (fault !== undefined) return wrong(`has an ${which} that is none: ${fault}`);
    if ((schema as JsonObject).type !== "object") return wrong(`has an ${which} that is not of type object`);
  }
  return { ok: true, name, tool };
}
