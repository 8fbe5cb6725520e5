/** Parts a tool's result into its texts, as people read them, and what they do not say. */

export interface ResultTexts {
  texts: string[];
  /** What is in the result besides; undefined when the texts are all of it. */
  rest: unknown;
}

/**
 * `structuredContent` is left out where a text says the same: servers send both, for clients that read one or the other
 * (MCP, tools, structured content). A text that is shown is not said again as JSON.
 */
export function resultTexts(result: unknown): ResultTexts {
  if (typeof result === "string") return { texts: [result], rest: undefined };
  if (!isRecord(result) || !Array.isArray(result.content)) return { texts: [], rest: result };
  const texts: string[] = [];
  const others = result.content.filter((part: unknown) => {
    const text = textOf(part);
    if (text !== undefined) texts.push(text);
    return text === undefined;
  });
  const { content: _, isError, structuredContent, ...meta } = result;
  const rest = {
    ...meta,
    ...(isError === true && { isError }),
    ...(structuredContent !== undefined && !saysSame(texts, structuredContent) && { structuredContent }),
    ...(others.length > 0 && { content: others }),
  };
  return { texts, rest: Object.keys(rest).length === 0 ? undefined : rest };
}

/** A text alone: one with an address or annotations says more than its text. */
function textOf(part: unknown): string | undefined {
  if (!isRecord(part) || part.type !== "text" || typeof part.text !== "string") return undefined;
  return Object.keys(part).every((name) => name === "type" || name === "text") ? part.text : undefined;
}

function saysSame(texts: readonly string[], structured: unknown): boolean {
  const wanted = JSON.stringify(structured);
  return texts.some((text) => {
    try {
      return JSON.stringify(JSON.parse(text)) === wanted;
    } catch {
      return false;
    }
  });
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
