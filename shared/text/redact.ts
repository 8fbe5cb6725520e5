/** Owns the removal of secrets from everything that is written down or shown: by the name of a key and by known values. */

export const REDACTED = "••••••";

const SECRET_KEY =
  /(^|[_.-])(authorization|cookie|password|passwd|secret|token|api[_-]?key|access[_-]?key|private[_-]?key|credential)s?$/i;
const CAMEL_SECRET_KEY = /[a-z](Authorization|Cookie|Password|Secret|Token|ApiKey|AccessKey|PrivateKey|Credential)s?$/;
/** Shorter values would hide ordinary words. */
const MIN_SECRET_LENGTH = 8;

export const isSecretKey = (key: string): boolean => SECRET_KEY.test(key) || CAMEL_SECRET_KEY.test(key);

/** Replaces each known secret wherever it stands. */
export function redactText(text: string, secrets: Iterable<string>): string {
  let clean = text;
  for (const secret of secrets) {
    if (secret.length >= MIN_SECRET_LENGTH) clean = clean.replaceAll(secret, REDACTED);
  }
  return clean;
}

/**
 * A copy of a JSON value in which strings under secret-sounding keys, and known secrets anywhere, are replaced.
 * Numbers stay: `progressToken: 7` is no secret. Depth is bounded, so that hostile nesting cannot exhaust the stack.
 */
export function redactValue(value: unknown, secrets: readonly string[] = [], depth = 0): unknown {
  if (typeof value === "string") return redactText(value, secrets);
  if (typeof value !== "object" || value === null) return value;
  if (depth >= 64) return REDACTED;
  if (Array.isArray(value)) return value.map((item) => redactValue(item, secrets, depth + 1));
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [
      key,
      typeof item === "string" && item !== "" && isSecretKey(key) ? REDACTED : redactValue(item, secrets, depth + 1),
    ]),
  );
}
