/** How entries of the inbox are called, and how they ended, in words. */
import type { Answered, InboxEntry } from "../../shared/protocol/inbox-api.ts";
import { oneLine } from "../../shared/text/visible.ts";
import { formatMinute } from "../activity/elapsed.ts";

export const KIND_WORDS: Record<InboxEntry["kind"], string> = {
  question: "Question",
  elicitation: "Question of a server",
  approval: "Approval",
  outbox: "Kept write",
  "sign-in": "Sign-in",
  "changed-tools": "Changed tools",
  notice: "Notice",
  preview: "Preview",
};

const HOW_WORDS: Record<NonNullable<Answered["how"]>, string> = {
  accept: "Answered",
  decline: "Declined",
  cancel: "Dismissed",
  once: "Allowed once",
  session: "Allowed for the session",
  refuse: "Refused",
  withdrawn: "Taken back",
  elsewhere: "Answered in the agent",
};

/** "Refused by Phone at 14:02: not now." */
export function endSentence({ kind, answered }: InboxEntry): string {
  if (answered === undefined) return "";
  const { by, at, how, words } = answered;
  const time = formatMinute(at);
  const why = words === undefined ? "" : `: ${oneLine(words, 300)}`;
  if (how === "withdrawn") return `Nobody waits for this any more since ${time}${why}.`;
  if (how === "elsewhere") {
    return by === "the agent"
      ? `Answered in the agent at ${time}.`
      : `“${oneLine(by, 80)}” says since ${time} that it is done.`;
  }
  const what = whatWasDone(kind, how);
  return `${what} by ${oneLine(by, 80)} at ${time}${why}.`;
}

function whatWasDone(kind: InboxEntry["kind"], how: Answered["how"]): string {
  if (kind === "notice") return "Read";
  if (kind === "preview") return how === "accept" ? "Opened" : "Dismissed";
  if (kind === "changed-tools") return "Accepted";
  if (how === undefined) return "Answered";
  if (kind === "outbox") return how === "refuse" ? "Discarded" : "Sent again";
  return HOW_WORDS[how];
}
