/** Owns the forms in which a call is copied. */
import type { Call } from "../../shared/events/call.ts";
import { duration, stateWord } from "../activity/progress-truth.ts";
import type { GatewayClient } from "../gateway/gateway-client.ts";
import { copyText } from "../shell/actions.ts";
import type { CallLogStore } from "../stores/call-log-store.ts";
import { toastFault } from "../stores/toasts.ts";
import { completeCall } from "./complete-call.ts";
import { curlCommand } from "./curl-command.ts";

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
    },
    null,
    2,
  );
}

/** For an issue or a chat: heading, facts, request and response in fenced blocks that their content cannot close. */
export function callMarkdown(call: Call): string {
  const facts = [call.server ?? "unknown server", stateWord(call), duration(call)].filter((fact) => fact !== "");
  return [
    `### \`${call.tool.replaceAll("`", "'")}\``,
    facts.join(" · "),
    ...(call.error === undefined ? [] : [`${call.error.code ?? ""} ${call.error.message}`.trim()]),
    ...(call.args === undefined ? [] : ["Request", fenced(call.args)]),
    ...(call.result === undefined ? [] : ["Response", fenced(call.result)]),
  ].join("\n\n");
}

function fenced(value: unknown): string {
  const text = typeof value === "string" ? value : JSON.stringify(value, null, 2);
  const longest = Math.max(2, ...(text.match(/`+/g) ?? []).map((run) => run.length));
  const fence = "`".repeat(longest + 1);
  return `${fence}json\n${text}\n${fence}`;
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
  const command = curlCommand(call, servers.get(call.server ?? ""));
  if (command !== undefined) await copyText(command, "curl command");
  else
    toastFault({
      code: "no-curl",
      message: "This call can't be written as curl.",
      hint: "Its server's address or its whole arguments aren't known here.",
    });
}
