/** Owns the words by which agents tell their terminal what they do: OSC 777 with our prefix from our hooks, OSC 7501 from agents themselves. */

/** `idle`: neither at work nor in need of anybody. */
export const AGENT_WORDS = ["working", "waiting", "finished", "idle"] as const;
export type AgentWord = (typeof AGENT_WORDS)[number];

export const AGENT_WORD_PREFIX = "signalbox;";

/** The word in the text of an OSC 777; undefined for any other text. */
export function agentWord(text: string): AgentWord | undefined {
  return AGENT_WORDS.find((word) => text === AGENT_WORD_PREFIX + word);
}

const STATES: Readonly<Record<string, AgentWord>> = {
  working: "working",
  blocked: "waiting",
  done: "finished",
  idle: "idle",
  clear: "idle",
};

/** The word in the text of an OSC 7501, as Codex 0.169 prints it: `state=blocked:app=codex:kind=permission`. */
export function stateWord(text: string): AgentWord | undefined {
  const state = /^(?:.*:)?state=([a-z]+)(?::|$)/.exec(text)?.[1] ?? "";
  return Object.hasOwn(STATES, state) ? STATES[state] : undefined;
}
