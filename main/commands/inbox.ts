/** `signalbox inbox` lists what waits for a person; `signalbox answer` answers one of it. */
import { initialContent } from "../../shared/inbox/check-content.ts";
import { type Field, readForm } from "../../shared/inbox/read-form.ts";
import { failed, ok, type Result } from "../../shared/protocol/fault.ts";
import { type InboxAnswer, type InboxEntry, inboxResponseSchema, isTold } from "../../shared/protocol/inbox-api.ts";
import { z } from "../../shared/protocol/schema.ts";
import { oneLine, visible, visibleJson, visibleLines } from "../../shared/text/visible.ts";
import { homeFolder } from "../home/home-folder.ts";
import { complain, say, sayJson } from "../home/say.ts";
import { type Ask, askGateway } from "./ask-gateway.ts";

export interface InboxOptions {
  home?: string;
  /** Those that were answered, too. */
  all?: boolean;
  json?: boolean;
}

export interface AnswerOptions {
  home?: string;
  decline?: boolean;
  cancel?: boolean;
  once?: boolean;
  session?: boolean;
  refuse?: boolean;
  /** The whole answer, as the API takes it. */
  json?: string;
}

/** Gives the exit code: 1 when no gateway runs. */
export async function printInbox(options: InboxOptions): Promise<number> {
  const ask = await askGateway(homeFolder(options.home));
  if (ask === undefined) return 1;
  const read = await ask(inboxResponseSchema, "GET", "/api/v1/inbox");
  if (!read.ok) return fail(read.fault);
  const entries = read.value.entries.filter(({ answered }) => options.all === true || answered === undefined);
  if (options.json === true) sayJson({ entries });
  else if (entries.length === 0) say("Nothing waits for you.");
  else say(entries.map(textOf).join("\n\n"));
  return 0;
}

/** `values` are the answer's text, `name=value` for each field of a form, or the words of a refusal. */
export async function answerEntry(id: string, values: readonly string[], options: AnswerOptions): Promise<number> {
  const ask = await askGateway(homeFolder(options.home));
  if (ask === undefined) return 1;
  const answer = await answerFor(ask, id, values, options);
  if (!answer.ok) return fail(answer.fault);
  const done = await ask(z.unknown(), "POST", `/api/v1/inbox/${encodeURIComponent(id)}/answer`, answer.value);
  if (!done.ok) return fail(done.fault);
  say("Answered.");
  return 0;
}

async function answerFor(
  ask: Ask,
  id: string,
  values: readonly string[],
  options: AnswerOptions,
): Promise<Result<unknown>> {
  if (options.json !== undefined) return readJson(options.json);
  const read = await ask(inboxResponseSchema, "GET", "/api/v1/inbox");
  if (!read.ok) return read;
  const entry = read.value.entries.find((item) => item.id === id);
  if (entry === undefined) {
    return failed("no-such-entry", "Nothing of this id waits for an answer.", "`signalbox inbox` lists what does.");
  }
  return composeAnswer(entry, values, options);
}

/** What is typed, as the API takes it. */
export function composeAnswer(
  entry: Pick<InboxEntry, "kind" | "schema">,
  values: readonly string[],
  options: AnswerOptions,
): Result<InboxAnswer> {
  const words = values.join(" ").trim();
  const decided = (["once", "session", "refuse"] as const).filter((name) => options[name] === true);
  const [decision, second] = decided;
  if (second !== undefined) return failed("ambiguous", `--${decision} and --${second} exclude each other.`);
  if (decision !== undefined) return ok({ decision, ...(words !== "" && { words }) });
  if (options.decline === true) return ok({ action: "decline" });
  if (options.cancel === true) return ok({ action: "cancel" });
  if (isTold(entry.kind)) return ok({ action: "accept" });
  if (entry.kind !== "question" && entry.kind !== "elicitation") {
    return failed("no-decision", "This wants a decision.", "Add --once, --session or --refuse.");
  }
  if (entry.schema === undefined) return ok({ action: "accept" });
  const form = readForm(entry.schema);
  if (!form.ok) return failed("bad-form", `Its form cannot be read: ${form.reason}.`, "Answer with --json.");
  const content = contentOf(form.value, values);
  return content.ok ? ok({ action: "accept", content: content.value }) : content;
}

function contentOf(fields: readonly Field[], values: readonly string[]): Result<Record<string, unknown>> {
  const [only, second] = fields;
  const named = values.map((value) => ({ value, at: value.indexOf("=") }));
  // A question of one text is answered with a text.
  const isPlain = only?.kind === "text" && second === undefined && !values[0]?.startsWith(`${only.name}=`);
  if (only !== undefined && isPlain && values.length > 0) return ok({ [only.name]: values.join(" ") });
  const content: Record<string, unknown> = initialContent(fields);
  for (const { value, at } of named) {
    const name = value.slice(0, Math.max(0, at));
    const field = fields.find((item) => item.name === name);
    if (field === undefined) {
      return failed(
        "no-such-field",
        `“${value}” names no field of this form.`,
        `Write name=value; the fields are ${fields.map((item) => item.name).join(", ")}.`,
      );
    }
    content[name] = typed(field, value.slice(at + 1));
  }
  return ok(content);
}

/** What cannot be read as what it must be is sent as it was typed: the refusal then says what is wrong. */
function typed(field: Field, text: string): unknown {
  switch (field.kind) {
    case "number":
      return text.trim() === "" || Number.isNaN(Number(text)) ? text : Number(text);
    case "boolean":
      return /^(true|yes)$/i.test(text) ? true : /^(false|no)$/i.test(text) ? false : text;
    case "choices":
      return text === "" ? [] : text.split(",").map((part) => optionOf(field.options, part));
    case "choice":
      return optionOf(field.options, text);
    case "text":
      return text;
  }
}

const optionOf = (options: readonly { value: string; title: string }[], text: string): string =>
  options.find(({ value }) => value === text)?.value ?? options.find(({ title }) => title === text)?.value ?? text;

function readJson(text: string): Result<unknown> {
  try {
    return ok(JSON.parse(text));
  } catch {
    return failed("not-json", "--json is not followed by JSON.");
  }
}

/** Lines of a question that are printed. */
const MAX_LINES = 40;

function textOf(entry: InboxEntry): string {
  const { id, kind, from, text, title, preview, args, answered, url, schema } = entry;
  const lines = [`${visible(id)}  ${KINDS[kind]}  from ${oneLine(from, 80)}  since ${entry.created_at}`];
  if (title !== undefined) lines.push(`  ${oneLine(title, 200)}`);
  const shown = visibleLines(text).split("\n");
  lines.push(...shown.slice(0, MAX_LINES).map((line) => `  ${line}`));
  if (shown.length > MAX_LINES) lines.push(`  … ${shown.length - MAX_LINES} more lines; --json has them`);
  if (preview !== undefined)
    lines.push(`  port ${preview.port}, ${oneLine(preview.path, 300)}; \`signalbox preview\` opens it`);
  if (url !== undefined) lines.push(`  opens ${oneLine(url, 500)}`);
  if (args !== undefined) lines.push(`  arguments ${oneLine(visibleJson(JSON.stringify(args)), 2_000)}`);
  if (schema !== undefined) lines.push(...fieldLines(schema));
  if (answered !== undefined) lines.push(`  ${endOf(answered)}`);
  return lines.join("\n");
}

const KINDS: Record<InboxEntry["kind"], string> = {
  question: "question",
  elicitation: "question of a server",
  approval: "approval",
  outbox: "kept write",
  "sign-in": "sign-in",
  "changed-tools": "changed tools",
  notice: "notice",
  preview: "preview",
};

function endOf({ by, at, how, words }: NonNullable<InboxEntry["answered"]>): string {
  const why = words === undefined ? "" : ` (${oneLine(words, 200)})`;
  return how === "withdrawn"
    ? `taken back at ${at}${why}`
    : `answered by ${oneLine(by, 80)} at ${at}${how === undefined ? "" : `: ${how}`}${why}`;
}

function fieldLines(schema: Record<string, unknown>): string[] {
  const form = readForm(schema);
  if (!form.ok) return [];
  return form.value.map((field) => {
    const options = "options" in field ? ` (${field.options.map(({ value }) => value).join(", ")})` : "";
    return oneLine(`  ${field.name}${field.required ? "" : "?"}: ${field.kind}${options}`, 300).replace(/^/, "  ");
  });
}

function fail({ message, hint }: { message: string; hint?: string | undefined }): number {
  complain(hint === undefined ? message : `${message}\n${hint}`);
  return 1;
}
