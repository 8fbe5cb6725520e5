/** Defines the tools that Signalbox itself offers to agents: few and short, because every agent pays for them with its context. */
import type { JsonObject } from "../rpc/message.ts";

const text = (description: string): JsonObject => ({ type: "string", description });

export const BUILTIN_TOOLS: readonly JsonObject[] = [
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
];
