/** Speaks MCP for Signalbox itself: its tools ask and tell the person, and show the agent's own steps as a call. */
import type { Result } from "../../../shared/protocol/fault.ts";
import { PERSON_TOOLS } from "../../../shared/protocol/person-tools.ts";
import { VERSION } from "../../home/version.ts";
import type { AskPerson } from "../inbox/ask-person.ts";
import type { CallRecorder, RecordedCall } from "../progress/call-recorder.ts";
import {
  errorOf,
  isObject,
  isRequest,
  type JsonObject,
  RPC,
  type RpcId,
  type RpcRequest,
  resultOf,
} from "../rpc/message.ts";
import { knownId } from "../rpc/same-id.ts";
import { isKnownRevision, LATEST_REVISION } from "../upstream/connection/handshake.ts";
import type { Link, LinkHandlers } from "../upstream/connection/link.ts";
import type { TellPerson } from "./tell-person.ts";

export interface BuiltinOptions {
  /** Undefined where nobody asks: a look at what there is. */
  session: { id: string; agent: string; calls: Pick<CallRecorder, "start"> } | undefined;
  /** Asked for when somebody is to be asked: servers are looked at before all parts of the daemon are there. */
  person: () => AskPerson;
  tell: () => TellPerson;
}

type Reply = ReturnType<typeof resultOf> | ReturnType<typeof errorOf>;

/** Work of one agent that is shown at once, by its keys. */
const MAX_WORK = 20;
const MAX_MESSAGE = 1_000;

export function createBuiltinLink({ session, person, tell }: BuiltinOptions, handlers: LinkHandlers): Link {
  const asking = new Map<RpcId, AbortController>();
  const work = new Map<string, RecordedCall>();
  let closed = false;
  const answer = (message: Reply) => {
    if (!closed) handlers.message(message, undefined);
  };
  const told = (text: string, more: JsonObject = {}): JsonObject => ({ content: [{ type: "text", text }], ...more });
  const wrong = (code: string, message: string): JsonObject =>
    told(`${code}: ${message}`, { structuredContent: { code, message }, isError: true });

  const outcome = (done: Result<string>): JsonObject =>
    done.ok ? told(done.value) : wrong(done.fault.code, done.fault.message);

  async function ask(id: RpcId, args: JsonObject, from: { id: string; agent: string }): Promise<void> {
    const { question, schema } = args;
    if (typeof question !== "string" || question.trim() === "") {
      return answer(resultOf(id, wrong("invalid-input", "“question” must be a text")));
    }
    if (schema !== undefined && !isObject(schema)) {
      return answer(resultOf(id, wrong("invalid-input", "“schema” must be an object")));
    }
    const withdrawn = new AbortController();
    asking.set(id, withdrawn);
    const asked = { session: from.id, from: from.agent, text: question, ...(schema !== undefined && { schema }) };
    const said = await person().ask(asked, withdrawn.signal);
    asking.delete(id);
    if (withdrawn.signal.aborted) return;
    if (!said.ok) return answer(resultOf(id, wrong(said.fault.code, said.fault.message)));
    const { value } = said;
    if (value.action !== "accept") {
      const text = value.action === "decline" ? "The user declined to answer." : "The user dismissed the question.";
      return answer(resultOf(id, told(text, { structuredContent: { action: value.action } })));
    }
    answer(
      resultOf(
        id,
        told(JSON.stringify(value.content), { structuredContent: { action: "accept", content: value.content } }),
      ),
    );
  }

  function report(args: JsonObject, calls: Pick<CallRecorder, "start">): JsonObject {
    const { message, step, total, key = "" } = args;
    if (typeof message !== "string") return wrong("invalid-input", "“message” must be a text");
    const name = String(key).slice(0, 100);
    let call = work.get(name);
    if (call === undefined) {
      if (work.size >= MAX_WORK)
        return wrong("too-many", `${MAX_WORK} works are shown already: end one with step = total`);
      call = calls.start({
        tool: name === "" ? "progress" : name,
        server: "signalbox",
        token: undefined,
        args: name === "" ? {} : { key: name },
      });
      work.set(name, call);
    }
    call.progress({
      ...(typeof step === "number" && { progress: step }),
      ...(typeof total === "number" && { total }),
      message: message.slice(0, MAX_MESSAGE),
    });
    if (typeof step === "number" && typeof total === "number" && step >= total) {
      work.delete(name);
      call.end({ kind: "finished", result: told(message.slice(0, MAX_MESSAGE)) });
    }
    return told("shown");
  }

  /** Undefined where the answer comes later. */
  function replyTo({ id, method, params = {} }: RpcRequest): Reply | undefined {
    if (method === "initialize") {
      const { protocolVersion: wanted } = params;
      const protocolVersion = typeof wanted === "string" && isKnownRevision(wanted) ? wanted : LATEST_REVISION;
      const serverInfo = { name: "signalbox", title: "Signalbox", version: VERSION };
      return resultOf(id, { protocolVersion, capabilities: { tools: {} }, serverInfo });
    }
    if (method === "ping") return resultOf(id, {});
    if (method === "tools/list") return resultOf(id, { tools: [...PERSON_TOOLS] });
    if (method !== "tools/call") return errorOf(id, RPC.methodNotFound, `${method} is not offered here`);
    const args = isObject(params.arguments) ? params.arguments : {};
    if (session === undefined) return errorOf(id, RPC.internal, "No session asks.");
    if (params.name === "report_progress") return resultOf(id, report(args, session.calls));
    if (params.name === "notify_user") return resultOf(id, outcome(tell().notify(session, args)));
    if (params.name === "open_preview") {
      void tell()
        .offerPreview(session, args)
        .then((done) => answer(resultOf(id, outcome(done))));
      return undefined;
    }
    if (params.name !== "ask_user") return errorOf(id, RPC.invalidParams, `Unknown tool: ${String(params.name)}`);
    void ask(id, args, session);
    return undefined;
  }

  return {
    start: async () => undefined,
    async send(message) {
      // Whoever sends expects no answer before it has returned.
      if (isRequest(message)) {
        queueMicrotask(() => {
          const reply = closed ? undefined : replyTo(message);
          if (reply !== undefined) answer(reply);
        });
      } else if ("method" in message && message.method === "notifications/cancelled") {
        const { requestId } = message.params ?? {};
        const id =
          typeof requestId === "string" || typeof requestId === "number" ? knownId(asking, requestId) : undefined;
        if (id === undefined) return;
        asking.get(id)?.abort();
        asking.delete(id);
      }
    },
    ready() {},
    said: () => "",
    async close() {
      closed = true;
      // A question outlives its connection: the same one takes it up again.
      for (const call of work.values()) call.end({ kind: "finished", result: told("The agent has left.") });
      work.clear();
    },
  };
}
