/** The inbox: what waits for a person, as `GET /inbox` lists it, as it is answered, and what pages are told of it. */
import { z } from "./schema.ts";

/**
 * `question`: an agent asks (`ask_user`). `elicitation`: an MCP server asks. `approval`: a call that a rule holds, or what an
 * agent wants to do itself. `outbox`: a kept write that waits for a decision. `sign-in`: a server that wants one. `changed-tools`:
 * a server that describes its tools in other words than were accepted. `notice`: what an agent tells (`notify_user`). `preview`: what
 * an agent would show (`open_preview`).
 */
export const INBOX_KINDS = [
  "question",
  "elicitation",
  "approval",
  "outbox",
  "sign-in",
  "changed-tools",
  "notice",
  "preview",
] as const;
export const inboxKindSchema = z.enum(INBOX_KINDS);
export type InboxKind = z.infer<typeof inboxKindSchema>;

/** Nobody waits for an answer to these: they are there until a person has seen them. */
export const isTold = (kind: InboxKind): boolean => kind === "notice" || kind === "preview";

/** How an entry ended. `withdrawn`: nobody waits for an answer any more. `elsewhere`: it was answered in the agent itself. */
export const ANSWER_HOWS = [
  "accept",
  "decline",
  "cancel",
  "once",
  "session",
  "refuse",
  "withdrawn",
  "elsewhere",
] as const;
export const answeredSchema = z.object({
  by: z.string(),
  /** ISO 8601. */
  at: z.string(),
  how: z.enum(ANSWER_HOWS).optional(),
  /** The words of a refusal, or why it was taken back. */
  words: z.string().optional(),
});
export type Answered = z.infer<typeof answeredSchema>;

export const inboxEntrySchema = z.object({
  id: z.string(),
  kind: inboxKindSchema,
  /** Absent where it belongs to none. At the daemon its own id, at the gateway the session's. */
  session: z.string().optional(),
  /** Who asks: the agent, or the MCP server by its name. */
  from: z.string(),
  text: z.string(),
  /** Of a notice, what it is about. */
  title: z.string().optional(),
  /** Of a preview, what is to be opened. */
  preview: z.object({ port: z.number(), path: z.string() }).optional(),
  /** Characters of `text` that are not there. */
  text_left_out: z.number().optional(),
  args: z.unknown().optional(),
  /** Parts of `args` are shorter than what is sent, or hidden because they look secret. */
  args_cut: z.boolean().optional(),
  /** MCP's `requestedSchema`; absent where no form is asked for. */
  schema: z.record(z.string(), z.unknown()).optional(),
  /** For a form in the browser (MCP's URL mode): where it is. */
  url: z.string().optional(),
  server: z.string().optional(),
  tool: z.string().optional(),
  created_at: z.string(),
  /**
   * Who can answer. `here`, the default, is whoever has full access; `agent`: the agent asks this itself, here it is only shown;
   * `both`: whichever comes first; `settings`: it is settled where its server is.
   */
  answer_at: z.enum(["here", "agent", "both", "settings"]).optional(),
  /** False where whoever asked is not connected now: the answer is kept for when it asks again. */
  waiting: z.boolean().optional(),
  /** For an approval: what it can be answered with; all where absent. */
  decisions: z.array(z.enum(["once", "session", "refuse"])).optional(),
  answered: answeredSchema.optional(),
  /** Added by the gateway where another machine's agent or server asks: an `id` of `daemons`. */
  machine: z.string().optional(),
});
export type InboxEntry = z.infer<typeof inboxEntrySchema>;

/** `GET /inbox`: oldest first, the answered ones of the last day among them. */
export const inboxResponseSchema = z.object({
  entries: z.array(inboxEntrySchema),
  /** Machines whose inboxes could not be asked now: ids of `daemons`. Absent where there are none. */
  missing: z.array(z.string()).optional(),
});
export type InboxResponse = z.infer<typeof inboxResponseSchema>;

export const MAX_WORDS = 2_000;
/** `POST /inbox/{id}/answer`: as MCP answers an elicitation, or a decision. */
export const inboxAnswerSchema = z.union([
  z
    .object({
      action: z.enum(["accept", "decline", "cancel"]),
      content: z.record(z.string(), z.unknown()).nullish(),
    })
    .strict(),
  z.object({ decision: z.enum(["once", "session", "refuse"]), words: z.string().max(MAX_WORDS).nullish() }).strict(),
]);
export type InboxAnswer = z.infer<typeof inboxAnswerSchema>;

/** At the daemon, which is told who answers. */
export const daemonAnswerSchema = z.object({ by: z.string().min(1).max(120), answer: z.unknown() });

/** What is wrong with an answer, beside the fault: a sentence's end for each field of the form. */
export const answerProblemsSchema = z.object({ fields: z.record(z.string(), z.string()).optional() });

/** One open entry in a line. */
export const inboxHeadSchema = z.object({
  id: z.string(),
  kind: inboxKindSchema,
  session: z.string().optional(),
  from: z.string(),
  text: z.string(),
  title: z.string().optional(),
  created_at: z.string(),
  /** As in the entry. */
  answer_at: inboxEntrySchema.shape.answer_at,
  /** It asks for a decision alone: a button can answer it. */
  decides: z.boolean().optional(),
  machine: inboxEntrySchema.shape.machine,
});
export type InboxHead = z.infer<typeof inboxHeadSchema>;

/** What pages are told: how many wait, the oldest of them, and a number that another list has. */
export const inboxSummarySchema = z.object({
  open: z.number(),
  revision: z.number(),
  heads: z.array(inboxHeadSchema),
});
export type InboxSummary = z.infer<typeof inboxSummarySchema>;

/** Heads that are told. */
export const MAX_HEADS = 50;
