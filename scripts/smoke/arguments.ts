/** Reads the arguments of the smoke test: its own options come first, and all that follows the program is the program's. */

export interface SmokeArguments {
  program: string;
  own: string[];
  /** Whether this desktop shows tray icons; undefined where either is right. */
  tray: boolean | undefined;
  /** Where the app's page begins. */
  page: string;
}

/** Undefined where they make no sense. */
export function readArguments(args: readonly string[]): SmokeArguments | undefined {
  let tray: boolean | undefined;
  let page = "signalbox-app://ui/";
  const rest = [...args];
  while (rest[0]?.startsWith("--") === true) {
    const [option, value] = rest.splice(0, 2);
    if (option === "--tray" && (value === "yes" || value === "no")) tray = value === "yes";
    else if (option === "--page" && value !== undefined) page = value;
    else return undefined;
  }
  const [program, ...own] = rest;
  return program === undefined ? undefined : { program, own, tray, page };
}
