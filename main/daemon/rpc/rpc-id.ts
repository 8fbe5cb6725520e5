/** Reads the ids of requests and the tokens of progress, which both sides of the relay compare and give back as they were written. */
import { type ExactNumber, isExactNumber } from "../../../shared/text/exact-json.ts";

/** Of exact numbers with the same text there is only one, so that ids can be compared and be keys of a map. */
export type RpcId = string | number | ExactNumber;

/** Those in use, by their text: a number that nobody holds any more is forgotten. */
const exact = new Map<string, WeakRef<ExactNumber>>();
const forgotten = new FinalizationRegistry<string>((text) => {
  if (exact.get(text)?.deref() === undefined) exact.delete(text);
});

/** Undefined for what is neither text nor a number. */
export function readId(value: unknown): RpcId | undefined {
  if (typeof value === "string") return value;
  if (typeof value === "number") return Number.isFinite(value) ? value : undefined;
  if (!isExactNumber(value)) return undefined;
  const known = exact.get(value.rawJSON)?.deref();
  if (known !== undefined) return known;
  exact.set(value.rawJSON, new WeakRef(value));
  forgotten.register(value, value.rawJSON);
  return value;
}

/** For the record of a call: digits that a number would lose stay, as text. */
export const shownId = (id: RpcId): string | number => (isExactNumber(id) ? id.rawJSON : id);
