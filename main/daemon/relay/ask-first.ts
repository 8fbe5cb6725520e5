/** Holds the calls of tools that a rule marks until a person allows exactly this call, or the tool for the session, or refuses. */
import type { Inbox } from "../inbox/inbox.ts";
import type { JsonObject, RpcRequest } from "../rpc/message.ts";
import type { Connection } from "../upstream/connection/connection.ts";
import type { Rescue } from "./forward.ts";
import type { OpenRequests } from "./open-requests.ts";
import type { ToolOwner } from "./tool-menu.ts";

export interface AskFirstOptions {
  session: string;
  inbox: Pick<Inbox, "ask" | "allow" | "isAllowed">;
  requests: Pick<OpenRequests, "hold" | "divert" | "waits">;
  /** Whether the settings want a person to be asked. */
  asks: (tool: ToolOwner) => boolean;
  /** The server's connection now, and why the tool may not be called now. */
  connection: (server: string) => Connection | undefined;
  whyNot: (tool: ToolOwner) => string | undefined;
}

/** Calls `proceed` at once or once a person allows it; what a person refuses is answered here. */
export type AskFirst = (
  request: RpcRequest,
  to: Connection,
  tool: ToolOwner,
  params: JsonObject,
  proceed: (to: Connection) => void,
) => void;

export function createAskFirst(options: AskFirstOptions): AskFirst {
  const { session, inbox, requests, asks, connection, whyNot } = options;
  return (request, to, tool, params, proceed) => {
    const { server, tool: name } = tool;
    // Another server that has the name by then was never allowed anything.
    const what = ["call", server, name, to.definition ?? ""];
    if (!asks(tool) || inbox.isAllowed(session, what)) return proceed(to);
    const args = params.arguments ?? {};
    const end = (code: string, message: string) =>
      requests.divert(request, tool, params, () => notCalled(code, message));
    const decided = ({ decision, words }: JsonObject) => {
      if (!requests.waits(request)) return;
      if (decision === "refuse") {
        return end(
          "refused-by-person",
          typeof words === "string" ? `refused by the person: ${words}` : "refused by the person",
        );
      }
      if (decision === "session") inbox.allow(session, what);
      // Hours may have passed.
      const now = connection(server);
      const hidden = whyNot(tool);
      if (now === undefined || now.definition !== to.definition) {
        return end(
          "refused-server-gone",
          `The server “${server}” was changed while the call waited for a person. It was not called.`,
        );
      }
      if (hidden !== undefined)
        return end("refused-hidden", `The tool was hidden while its call waited for a person: ${hidden}.`);
      proceed(now);
    };
    let withdraw = (_why: string) => {};
    requests.hold(request, tool, params, (reason) => withdraw(reason ?? "the agent stopped waiting"));
    const asked = inbox.ask(
      {
        kind: "approval",
        session,
        from: server,
        server,
        tool: name,
        text: `The agent wants to call “${name}” of “${server}”.`,
        args,
        same: [...what, args],
      },
      decided,
    );
    if (!asked.ok)
      return end("refused-too-many", `A person must allow this call, and could not be asked: ${asked.fault.message}`);
    withdraw = asked.value.withdraw;
  };
}

/** The answer to a call that no server has seen. */
export const notCalled = (code: string, message: string): Rescue => {
  const result = { content: [{ type: "text", text: message }], isError: true };
  return { result, end: { kind: "failed", result, error: { code, message } } };
};
