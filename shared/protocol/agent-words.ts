/** Owns the words by which an agent's hooks tell its terminal what it does: OSC 777 with this prefix. */

export const AGENT_WORDS = ["working", "waiting", "finished"] as const;
export type AgentWord = (typeof AGENT_WORDS)[number];

export const AGENT_WORD_PREFIX = "signalbox;";

/** The word in the text of an OSC 777; undefined for any other text. */
export function agentWord(text: string): AgentWord | undefined {
  return AGENT_WORDS.find((word) => text === AGENT_WORD_PREFIX + word);
}
