/** The forms in which a call is copied. */
import type { Call } from "../../shared/events/call.ts";
import { leftWords } from "../../shared/events/left-words.ts";
import { readEntry } from "../../shared/servers/read-entry.ts";
import { duration, stateWord } from "../activity/progress-truth.ts";
import type { GatewayClient } from "../gateway/gateway-client.ts";
import { copyText } from "../shell/actions.ts";
import type { CallLogStore } from "../stores/call-log-store.ts";
import { toastFault } from "../stores/toasts.ts";
import { completeCall } from "./complete-call.ts";
import { curlCommand } from "./curl-command.ts";
import { formatBytes } from "./format-bytes.ts";
import { resultTexts } from "./result-texts.ts";

/** What is known of a call, as plain JSON with the absent left out. */
export function callJson(call: Call): string {
  const {
    id,
    tool,
    server,
    state,
    startedAt,
    endedAt,
    durationMs,
    progress,
    total,
    message,
    args,
    result,
    error,
    cut,
    parts,
    mixed,
    left,
  } = call;
  return JSON.stringify(
    {
      call: id,
      tool,
      server,
      state,
      started_at: startedAt,
      ended_at: endedAt,
      duration_ms: durationMs,
      progress,
      total,
      message,
      args,
      result,
      error,
      cut,
      parts,
      mixed,
      agent_left:
        left === undefined
          ? undefined
          : { why: left.why, after_ms: left.afterMs, reason: left.reason, words: leftWords(call) },
    },
    null,
    2,
  );
}

/** For an issue or a chat: heading, facts, request and response in fenced blocks that their content cannot close. */
export function callMarkdown(call: Call): string {
  const facts = [call.server ?? "unknown server", stateWord(call), duration(call)].filter((fact) => fact !== "");
  const left = leftWords(call);
  return [
    `### \`${call.tool.replaceAll("`", "'")}\``,
    facts.join(" · "),
    ...(left === undefined ? [] : [`${left}.`]),
    ...(call.error === undefined ? [] : [`${call.error.code ?? ""} ${call.error.message}`.trim()]),
    ...(call.error?.data === undefined ? [] : ["Details of the error", fenced(call.error.data)]),
    ...(call.args === undefined ? [] : ["Request", fenced(call.args)]),
    ...(call.result === undefined ? [] : ["Response", ...responseBlocks(call.result)]),
    ...missingParts(call),
  ].join("\n\n");
}

/** What the copy does not have, in a list. */
function missingParts({ parts = [] }: Call): string[] {
  if (parts.length === 0) return [];
  const lines = parts.map(({ at, bytes, left_out: leftOut, kept }) => {
    const what = kept === undefined ? `cut, ${formatBytes(leftOut ?? bytes)} left out` : "kept in Signalbox";
    return `- \`${at.replaceAll("`", "'")}\`: ${formatBytes(bytes)}, ${what}`;
  });
  return ["Not in this copy", lines.join("\n")];
}

/** Texts as they read; what else is in a result, as JSON. */
function responseBlocks(result: unknown): string[] {
  const { texts, rest } = resultTexts(result);
  return [...texts.map((text) => fenced(text, "")), ...(rest === undefined ? [] : [fenced(rest)])];
}

function fenced(value: unknown, language = "json"): string {
  const text = typeof value === "string" ? value : JSON.stringify(value, null, 2);
  const longest = Math.max(2, ...(text.match(/`+/g) ?? []).map((run) => run.length));
  const fence = "`".repeat(longest + 1);
  return `${fence}${language}\n${text}\n${fence}`;
}

export async function copyCall(store: CallLogStore, client: GatewayClient, session: string, id: string): Promise<void> {
  await completeCall(store, client, session, id);
  const call = store.log.calls.get(id);
  if (call !== undefined) await copyText(callJson(call), "Call");
}

/** The address is read when it is wanted: what the page knows of a server does not include it. */
export async function copyCurl(client: GatewayClient, call: Call): Promise<void> {
  const file = await client.servers();
  if (!file.ok) {
    toastFault(file.fault);
    return;
  }
  const servers = new Map(Object.entries(file.value.mcpServers));
  const read = readEntry(servers.get(call.server ?? ""), true);
  const command = curlCommand(call, read.ok ? read.config : undefined);
  if (command !== undefined) await copyText(command, "curl command");
  else
    toastFault({
      code: "no-curl",
      message: "This call can't be written as curl.",
      hint: "Its server's address or its whole arguments aren't known here.",
    });
}
