/** Where a browser keeps its token. Storage can be blocked or full: the token then lasts as long as the page. */

const KEY = "signalbox.token";
/** What a bearer token may look like; anything else is a mistake of the paste. */
const TOKEN = /^[A-Za-z0-9._~-]{16,512}$/;

let memory: string | undefined;

export const looksLikeToken = (text: string): boolean => TOKEN.test(text);

export function readToken(): string | undefined {
  try {
    const stored = localStorage.getItem(KEY);
    return stored !== null && looksLikeToken(stored) ? stored : memory;
  } catch {
    return memory;
  }
}

export function writeToken(token: string | undefined): void {
  memory = token;
  try {
    if (token === undefined) localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, token);
  } catch {
    // Kept in memory above.
  }
}
