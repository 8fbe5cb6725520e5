/** The one line that tells how long something has been going on, on standard error so that standard output stays a program's. */

interface Screen {
  isTTY?: boolean;
  write(text: string): unknown;
}

/**
 * Shows "Building… 3 s" until the returned function is called: rewritten every second on a terminal, a new line every
 * ten seconds elsewhere. `detail` adds what else is known, for example how much has arrived.
 */
export function showProgress(
  label: string,
  screen: Screen = process.stderr,
  detail: () => string = () => "",
): () => void {
  const begun = Date.now();
  const line = () => {
    const seconds = Math.round((Date.now() - begun) / 1000);
    const more = detail();
    return `${label}… ${seconds} s${more === "" ? "" : ` · ${more}`}`;
  };
  const live = screen.isTTY === true;
  screen.write(live ? `${label}…` : `${label}…\n`);
  const timer = setInterval(() => screen.write(live ? `\r\x1b[K${line()}` : `${line()}\n`), live ? 1_000 : 10_000);
  return () => {
    clearInterval(timer);
    if (live) screen.write("\r\x1b[K");
  };
}
