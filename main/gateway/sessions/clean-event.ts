/** Removing our secrets from the events of a foreign daemon, which knows none of them and passes on what its tools say. */
import { createFinder, type SecretFinder, secretFinder } from "../../../shared/text/find-secrets.ts";
import { redactValue } from "../../../shared/text/redact.ts";

/** The secrets are looked up again after this long, in milliseconds: an event takes less than looking them up does. */
const FRESH_MS = 100;

export interface CleanEvents {
  /** The event in its place, or a copy without secrets. */
  clean(source: Buffer, from: number, to: number): { source: Buffer; from: number; to: number };
}

export function createCleanEvents(secrets: () => readonly string[], steady: () => number): CleanEvents {
  let known: readonly string[] = [];
  let finder: SecretFinder = createFinder([]);
  let lookedAt: number | undefined;
  return {
    clean(source, from, to) {
      const now = steady();
      if (lookedAt === undefined || now - lookedAt >= FRESH_MS) {
        lookedAt = now;
        known = secrets();
        // Bytes are compared: each form as it stands in UTF-8.
        finder = latin1Finder(known);
      }
      if (finder.find(source.toString("latin1", from, to)).length === 0) return { source, from, to };
      const bytes = Buffer.from(JSON.stringify(redactValue(parse(source.toString("utf8", from, to)), known)));
      return { source: bytes, from: 0, to: bytes.length };
    },
  };
}

let made: { from: SecretFinder; finder: SecretFinder } | undefined;
function latin1Finder(secrets: readonly string[]): SecretFinder {
  const from = secretFinder(secrets);
  if (made?.from !== from)
    made = { from, finder: createFinder(from.forms.map((form) => Buffer.from(form).toString("latin1"))) };
  return made.finder;
}

/** What comes here has been read as JSON before; a text that is none is hidden whole. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return { message: "" };
  }
}
