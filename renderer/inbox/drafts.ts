/** What a person has typed and not sent, for each entry: it outlives the form, and the agent's wish for an answer. */
import { create } from "zustand";

export interface Draft {
  /** By the field's name, as it was typed. */
  content: Record<string, unknown>;
  /** For the agent, with a refusal. */
  words: string;
}

/** Longest untouched first. */
const MAX_DRAFTS = 50;

export const useDrafts = create<{ drafts: ReadonlyMap<string, Draft> }>(() => ({ drafts: new Map() }));

export function keepDraft(id: string, change: Partial<Draft>): void {
  const drafts = new Map(useDrafts.getState().drafts);
  const before = drafts.get(id) ?? { content: {}, words: "" };
  drafts.delete(id);
  drafts.set(id, { ...before, ...change });
  const [oldest] = drafts.keys();
  if (drafts.size > MAX_DRAFTS && oldest !== undefined) drafts.delete(oldest);
  useDrafts.setState({ drafts });
}

export function dropDraft(id: string): void {
  const drafts = new Map(useDrafts.getState().drafts);
  if (drafts.delete(id)) useDrafts.setState({ drafts });
}

/** As text, for copying; empty where nothing was typed. */
export function draftText(draft: Draft | undefined): string {
  if (draft === undefined) return "";
  const filled = Object.entries(draft.content).filter(([, value]) => typeof value === "string" && value !== "");
  const [only, second] = filled;
  const typed =
    only !== undefined && second === undefined ? String(only[1]) : filled.map((pair) => pair.join(": ")).join("\n");
  return [typed, draft.words].filter((text) => text !== "").join("\n");
}
