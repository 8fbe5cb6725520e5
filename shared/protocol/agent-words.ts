/** The words by which agents tell their terminal what they do: OSC 777 with our prefix from our hooks, OSC 7501 from agents themselves. */

/** `idle`: neither at work nor in need of anybody. `failed`: its turn ended by an error, and it waits at its prompt. */
export const AGENT_WORDS = ["working", "waiting", "finished", "failed", "idle"] as const;
export type AgentWord = (typeof AGENT_WORDS)[number];

export const AGENT_WORD_PREFIX = "signalbox;";
/** What an agent's hook says when a person has given it a prompt: it works, and this is another turn, whatever it said last. */
export const PROMPT_WORD = "prompt";

export interface SaidWord {
  word: AgentWord;
  /** A turn begins, also where the last word would leave that open. */
  begins?: true;
  /** It may only be starting: nobody has asked it for anything yet. */
  starts?: true;
  /** What it says of it in its own words, base64 of UTF-8, as long as the agent made it. */
  message?: string;
  /** The same as plain text, from a hook. */
  text?: string;
}

const MAX_HOOK_CHARACTERS = 200;

/** The word in the text of an OSC 777, as `signalbox;waiting` or `signalbox;failed;<why>`; undefined for any other text. */
export function agentWord(text: string): SaidWord | undefined {
  if (text === AGENT_WORD_PREFIX + PROMPT_WORD) return { word: "working", begins: true };
  const [, said, why = ""] = /^signalbox;([a-z]+)(?:;([\s\S]*))?$/.exec(text) ?? [];
  const word = AGENT_WORDS.find((known) => said === known);
  if (word === undefined || why.length > MAX_HOOK_CHARACTERS) return undefined;
  // Claude Code's hooks give kinds of errors as `rate_limit`.
  return why === "" || why === "unknown"
    ? { word }
    : { word, text: /^[a-z_]+$/.test(why) ? why.replaceAll("_", " ") : why };
}

const STATES: Readonly<Record<string, AgentWord>> = {
  working: "working",
  blocked: "waiting",
  done: "finished",
  error: "failed",
  idle: "idle",
  clear: "idle",
};

/** Longer than what Claude Code sends at most, 2,048 bytes of text in base64 beside a title. */
const MAX_STATE_CHARACTERS = 8 * 1024;

/**
 * The word in the text of an OSC 7501, as Claude Code 2.1.332 and Codex 0.171 print it:
 * `state=blocked:app=claude-code:kind=permission:msg=<base64>`. Undefined for a question, for an unknown state, and where it speaks of
 * one of the agent's children (`id=`): what these do is not what the session does.
 */
export function stateWord(text: string): SaidWord | undefined {
  if (text.length > MAX_STATE_CHARACTERS) return undefined;
  const fields = new Map<string, string>();
  for (const field of text.split(":")) {
    const at = field.indexOf("=");
    if (at > 0) fields.set(field.slice(0, at), field.slice(at + 1));
  }
  if (fields.has("id")) return undefined;
  const state = fields.get("state") ?? "";
  if (!Object.hasOwn(STATES, state)) return undefined;
  const word = STATES[state];
  const message = fields.get("msg") || fields.get("title");
  // Codex says that it works also while it connects to its MCP servers, and then that it is idle.
  const starts = word === "working" && fields.get("app") === "codex";
  return word === undefined ? undefined : { word, ...(starts ? { starts } : {}), ...(message ? { message } : {}) };
}

/** A program asks whether its terminal understands OSC 7501 by `OSC 7501 ; ?`; so it answers, always in these bytes. */
export const STATE_QUESTION = "7501;?";
export const STATE_ANSWER = "\u001b]7501;?v=1\u001b\\";
