/** Gives what a shown entry stands for, from whichever kept one has the values, or names the mask that stands for none. */
import { failed, ok, type Result } from "../../../shared/protocol/fault.ts";
import { REDACTED } from "../../../shared/text/redact.ts";
import { oneLine } from "../../../shared/text/visible.ts";
import { unmaskEntry } from "./mask-entry.ts";

/** `from`: entries as they are kept, the likeliest first. A mask is never a value. Fault: `mask-without-value`. */
export function unmaskFrom(from: readonly unknown[], name: string, shown: unknown): Result<unknown> {
  let at: readonly (string | number)[] = [];
  for (const before of [...from, undefined]) {
    const tried = unmaskEntry(shown, before);
    if (tried.ok) return ok(tried.value);
    at = tried.path;
  }
  return failed(
    "mask-without-value",
    `${REDACTED} in ${oneLine(at.join("."), 80)} of ${oneLine(name, 64)} stands for no value that is kept.`,
    "Write the value itself.",
  );
}
