/** Reads what a person types into a preview's address bar, and keeps it over a reload of the page. */

/**
 * A path with its query, ready for a request: other characters than those of an address are escaped. A whole address counts by
 * its path. Undefined for what is no path of the preview.
 */
export function readPath(text: string, origins: readonly string[]): string | undefined {
  const typed = text.trim();
  try {
    if (/^[a-z][a-z0-9+.-]*:/i.test(typed)) {
      const url = new URL(typed);
      return origins.includes(url.origin) ? url.pathname + url.search : undefined;
    }
    // Two slashes at the beginning, or a backslash, would name another host.
    const path = `/${typed.replace(/^[/\\]+/, "")}`;
    const { pathname, search } = new URL(path, "http://localhost");
    return pathname.startsWith("//") ? undefined : pathname + search;
  } catch {
    return undefined;
  }
}

const keyOf = (session: string, port: number) => `signalbox.preview.${session}.${port}`;

/** `/` where nothing is kept, or storage is blocked. */
export function keptPath(session: string, port: number): string {
  try {
    return sessionStorage.getItem(keyOf(session, port)) ?? "/";
  } catch {
    return "/";
  }
}

export function keepPath(session: string, port: number, path: string): void {
  try {
    sessionStorage.setItem(keyOf(session, port), path);
  } catch {
    // The path lasts as long as the pane.
  }
}
