/** Owns which calls a filter shows. */
import { type Call, isOpen } from "../../shared/events/call.ts";

export type Chip = "all" | "running" | "errors";

export interface Filter {
  chip: Chip;
  /** Free text, matched against tool, server and message; `server:name` names a server exactly. */
  text: string;
  server: string | undefined;
}

export const NO_FILTER: Filter = { chip: "all", text: "", server: undefined };

export const isFiltering = (filter: Filter): boolean =>
  filter.chip !== "all" || filter.text.trim() !== "" || filter.server !== undefined;

/** What "error" covers: everything that did not end well for certain. */
export const isError = (call: Call): boolean =>
  call.state === "failed" || call.state === "discarded" || call.state === "unknown";

/** A test for one filter, prepared once for many calls. Words are matched in any order, without regard to case. */
export function matcher(filter: Filter): (call: Call) => boolean {
  const words = filter.text.toLowerCase().split(/\s+/).filter(Boolean);
  const byServer = words.filter((word) => word.startsWith("server:")).map((word) => word.slice("server:".length));
  const plain = words.filter((word) => !word.startsWith("server:"));
  return (call) => {
    if (filter.chip === "running" && !isOpen(call)) return false;
    if (filter.chip === "errors" && !isError(call)) return false;
    if (filter.server !== undefined && call.server !== filter.server) return false;
    const server = call.server?.toLowerCase() ?? "";
    if (!byServer.every((name) => server === name)) return false;
    if (plain.length === 0) return true;
    const text = searchText(call);
    return plain.every((word) => text.includes(word));
  };
}

/** Kept with the call: typing in the filter goes through all of them at every letter. */
const texts = new WeakMap<Call, string>();

function searchText(call: Call): string {
  const known = texts.get(call);
  if (known !== undefined) return known;
  const text = `${call.tool} ${call.server ?? ""} ${call.message ?? ""} ${call.error?.message ?? ""}`.toLowerCase();
  texts.set(call, text);
  return text;
}
