/** Defines the tools that Signalbox itself offers to agents: few and short, because every agent pays for them with its context. */
import { grantRequestSchema, portSchema } from "./preview-api.ts";
import { z } from "./schema.ts";

type Json = Record<string, unknown>;

const text = (description: string): Json => ({ type: "string", description });

export const PERSON_TOOLS: readonly Json[] = [
  {
    name: "ask_user",
    description:
      "Ask the user a question and wait for the answer, however long it takes. They may be on another device.",
    inputSchema: {
      type: "object",
      properties: {
        question: text("What to ask, in plain text."),
        schema: {
          type: "object",
          description: "Optional form: an MCP requestedSchema with flat string, number, boolean or enum properties.",
        },
      },
      required: ["question"],
    },
  },
  {
    name: "notify_user",
    description: "Tell the user something they should know now, without waiting.",
    inputSchema: {
      type: "object",
      properties: { title: text("What it is about, in a few words."), message: text("Plain text.") },
      required: ["title", "message"],
    },
  },
  {
    name: "report_progress",
    description: "Show the user which step of your work you are at.",
    inputSchema: {
      type: "object",
      properties: {
        message: text("The present step, in a few words."),
        step: { type: "number" },
        total: { type: "number" },
        key: text("Names the work where there are several."),
      },
      required: ["message"],
    },
    annotations: { readOnlyHint: true },
  },
  {
    name: "open_preview",
    description: "Offer the user the page that a program you started serves on a local port.",
    inputSchema: {
      type: "object",
      properties: { port: { type: "integer" }, path: text("Where to begin, such as /login.") },
      required: ["port"],
    },
  },
];

/** What the definitions take of an agent's context: about a token for four characters of English and JSON. */
export const tokensOf = (definitions: readonly Json[]): number => Math.ceil(JSON.stringify(definitions).length / 4);

export const MAX_NOTICE_TITLE = 120;
export const MAX_NOTICE_MESSAGE = 4_000;

/** Arguments of `notify_user`. */
export const noticeSchema = z.object({
  title: z.string().trim().min(1).max(MAX_NOTICE_TITLE),
  message: z.string().trim().min(1).max(MAX_NOTICE_MESSAGE),
});

/** Arguments of `open_preview`. */
export const previewOfferSchema = z.object({
  port: portSchema,
  path: grantRequestSchema.shape.path,
});
