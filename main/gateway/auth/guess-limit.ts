/** Owns counting wrong tokens by client, loopback included, so that guessing is answered with less and less. */

const WINDOW_MS = 60_000;
const MAX_FAILURES = 30;
/** Clients remembered at once; the oldest are forgotten first. */
const MAX_CLIENTS = 1_000;

export interface GuessLimit {
  /** Notes a wrong token. True when this client has sent too many within a minute. */
  failed(client: string): boolean;
}

/**
 * Only wrong tokens are refused with 429: with 256 bits nothing can be guessed, and a program that guesses on this
 * machine must not be able to lock its owner out. `now` in milliseconds, from a clock that only goes forward.
 */
export function createGuessLimit(now: () => number): GuessLimit {
  const clients = new Map<string, { since: number; count: number }>();
  return {
    failed(client) {
      const known = clients.get(client);
      const record = known !== undefined && now() - known.since < WINDOW_MS ? known : { since: now(), count: 0 };
      record.count += 1;
      clients.delete(client);
      clients.set(client, record);
      for (const key of clients.keys()) {
        if (clients.size <= MAX_CLIENTS) break;
        clients.delete(key);
      }
      return record.count > MAX_FAILURES;
    },
  };
}
