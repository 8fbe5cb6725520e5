/** Tells whether a media query holds, and when that changes. */

export interface Media {
  readonly matches: boolean;
  /** Gives the function that stops it. */
  onChange(listener: () => void): () => void;
}

/**
 * Reads one list and listens to another: Chromium reports no change to a list that was read between the change and its report, as
 * a page that draws often does (seen with `prefers-color-scheme`, Chromium 150; CSSOM View, "evaluate media queries and report changes").
 */
export function watchMedia(query: string): Media {
  const read = window.matchMedia(query);
  const heard = window.matchMedia(query);
  return {
    get matches() {
      return read.matches;
    },
    onChange(listener) {
      heard.addEventListener("change", listener);
      return () => heard.removeEventListener("change", listener);
    },
  };
}
