/** Reads what is recorded of a call that is refused: of a request that makes no sense, as much as can be read. */
import type { RefusalCode } from "../../../shared/events/refusal.ts";
import { oneLine } from "../../../shared/text/visible.ts";
import type { CallStart } from "../progress/call-recorder.ts";
import { isObject, type JsonObject, progressTokenOf } from "../rpc/message.ts";
import type { ToolOwner } from "./tool-menu.ts";

/** Of a name that is no tool's, this much is recorded. */
const MAX_NAME_CHARS = 200;
/** Of a text that is no message, this much is searched. */
const MAX_SEARCHED_CHARS = 64 * 1024;

/** `tool` is whose it is, where that is known. */
export function refusedCall(params: JsonObject | undefined, tool: ToolOwner | undefined): CallStart {
  return {
    tool: tool?.tool ?? nameFrom(params?.name),
    server: tool?.server,
    token: progressTokenOf(params),
    args: isObject(params?.arguments) ? params.arguments : {},
  };
}

/** The calls among what was refused before it was read as messages; `value` is the decoded body, where it is JSON. */
export function callsIn(text: string, value: unknown): CallStart[] {
  if (value === undefined) {
    const head = text.slice(0, MAX_SEARCHED_CHARS);
    if (!/"method"\s*:\s*"tools\/call"/.test(head)) return [];
    const name = /"name"\s*:\s*"((?:[^"\\]|\\.){1,200})"/.exec(head)?.[1];
    return [refusedCall({ name }, undefined)];
  }
  const items: unknown[] = Array.isArray(value) ? value : [value];
  return items.flatMap((item) => {
    if (!isObject(item) || item.method !== "tools/call") return [];
    return [refusedCall(isObject(item.params) ? item.params : undefined, undefined)];
  });
}

/** What is wrong with a request, by the HTTP status and the words that it is answered with. */
export const malformed = (message: string): { code: RefusalCode; message: string } => ({
  code: "refused-malformed",
  message,
});

const nameFrom = (name: unknown): string =>
  typeof name === "string" && name !== "" ? oneLine(name, MAX_NAME_CHARS) : "(no name)";
