/**
 * Leaves out the nulls in what servers say to an agent where MCP knows the field as absent or of another type: many libraries
 * write every field they know. Clients that check what they get would refuse the whole result or notification.
 */
import { isObject, type JsonObject } from "../../rpc/message.ts";

/** Here null means something (MCP 2025-11-25, schema: how long a task lives, what is logged). */
const MAY_BE_NULL = new Set(["ttl", "data"]);
/** What consists of fields of MCP's own, one deeper: content, embedded resources, messages, a task, a completion. */
const OF_MCP = new Set([
  "annotations",
  "completion",
  "content",
  "contents",
  "messages",
  "modelPreferences",
  "resource",
  "task",
  "tasks",
]);
/** Messages hold content, which holds resources, which have annotations. */
const MAX_DEPTH = 5;

/** A result or params: the same object where all is well. Values of tools, schemas and `_meta` are passed on unread. */
export function withoutAbsent(body: JsonObject, depth = 0): JsonObject {
  let kept: JsonObject | undefined;
  for (const name in body) {
    const value = body[name];
    if (value === null) {
      if (MAY_BE_NULL.has(name)) continue;
      kept ??= { ...body };
      delete kept[name];
    } else if (typeof value === "object" && depth < MAX_DEPTH && OF_MCP.has(name)) {
      const inner = inside(value, depth + 1);
      if (inner === value) continue;
      kept ??= { ...body };
      kept[name] = inner;
    }
  }
  return kept ?? body;
}

function inside(value: unknown, depth: number): unknown {
  if (!Array.isArray(value)) return isObject(value) ? withoutAbsent(value, depth) : value;
  const items = value.map((item: unknown) => (isObject(item) ? withoutAbsent(item, depth) : item));
  return items.every((item, at) => item === value[at]) ? value : items;
}
