/** How a part of the daemon asks the person, and what comes back. */

import { ONE_TEXT, readForm } from "../../../shared/inbox/read-form.ts";
import { failed, ok, type Result } from "../../../shared/protocol/fault.ts";
import { isObject, type JsonObject } from "../rpc/message.ts";
import type { Inbox } from "./inbox.ts";

export interface Question {
  /** The daemon session that asks. */
  session: string;
  /** Who asks, as a person reads it: the agent's name, or the server's. */
  from: string;
  text: string;
  /** MCP's `requestedSchema`; absent: one text field `answer`. */
  schema?: JsonObject;
}

export type PersonAnswer = { action: "accept"; content: JsonObject } | { action: "decline" | "cancel" };

export interface AskPerson {
  /**
   * Resolves with the answer, however long that takes; never rejects. Faults: `bad-schema`, `question-too-long`, `inbox-full`,
   * `not-kept`, and `withdrawn` when `signal` is aborted, which closes the entry. When the daemon ends, nothing is resolved and
   * the entry stays open: the same question of the same session takes it up again, with an answer that was given meanwhile.
   */
  ask(question: Question, signal: AbortSignal): Promise<Result<PersonAnswer>>;
}

/** Characters of a question; an agent that has more to show has the terminal. */
export const MAX_QUESTION_CHARS = 256 * 1024;

export function createAskPerson(inbox: Pick<Inbox, "ask">): AskPerson {
  return {
    async ask({ session, from, text, schema = { ...ONE_TEXT } }, signal) {
      const form = readForm(schema);
      if (!form.ok) return failed("bad-schema", `The form cannot be shown: ${form.reason}.`);
      if (text.length > MAX_QUESTION_CHARS) {
        return failed("question-too-long", `A question has at most ${MAX_QUESTION_CHARS / 1024} KiB.`);
      }
      if (signal.aborted) return withdrawn();
      return new Promise((resolve) => {
        const asked = inbox.ask(
          { kind: "question", session, from, text, schema, same: ["question", text, schema] },
          (answer) => {
            signal.removeEventListener("abort", withdraw);
            resolve(ok(personAnswer(answer)));
          },
        );
        if (!asked.ok) return resolve(asked);
        function withdraw() {
          if (asked.ok) asked.value.withdraw("the agent stopped waiting");
          resolve(withdrawn());
        }
        signal.addEventListener("abort", withdraw, { once: true });
      });
    },
  };
}

const withdrawn = () => failed("withdrawn", "The question was taken back.");

function personAnswer(answer: JsonObject): PersonAnswer {
  const { action, content } = answer;
  if (action === "accept") return { action, content: isObject(content) ? content : {} };
  return { action: action === "decline" ? action : "cancel" };
}
