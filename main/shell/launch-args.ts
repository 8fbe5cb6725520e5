/** What the app understands of its command line: the options of `signalbox serve` that have a meaning here. */
import { parseArgs } from "node:util";
import { deepLink, type LinkTarget } from "../../shared/links/deep-link.ts";
import { linkFromArgv } from "./links/link-from-argv.ts";

export interface LaunchArgs {
  home: string | undefined;
  port: number | undefined;
  discovery: string | undefined;
  demo: boolean;
  json: boolean;
  /** Begin in the tray, as at login. */
  hidden: boolean;
  link: LinkTarget | undefined;
}

/**
 * Reads arguments, from this start or handed over by a second one. Chromium adds its own and anybody may add garbage,
 * so what is not understood is ignored, and a port that is no port counts as not given.
 */
export function parseLaunchArgs(argv: readonly string[]): LaunchArgs {
  const { values } = parseArgs({
    args: [...argv],
    strict: false,
    allowPositionals: true,
    options: {
      home: { type: "string" },
      port: { type: "string" },
      discovery: { type: "string" },
      demo: { type: "boolean" },
      json: { type: "boolean" },
      hidden: { type: "boolean" },
    },
  });
  const text = (value: string | boolean | undefined) => (typeof value === "string" && value !== "" ? value : undefined);
  const port = text(values.port);
  return {
    home: text(values.home),
    port: port !== undefined && /^\d{1,5}$/.test(port) && Number(port) <= 65_535 ? Number(port) : undefined,
    discovery: text(values.discovery),
    demo: values.demo === true,
    json: values.json === true,
    hidden: values.hidden === true,
    link: linkFromArgv(argv),
  };
}

/**
 * The arguments with which an app that is ending starts again for a second start: where it was (home, port, discovery), and what the second
 * start wanted. Nothing else of the second's is taken over: anybody may have shaped it.
 */
export function nextArguments(own: readonly string[], second: readonly string[]): string[] {
  const { home, port, discovery } = parseLaunchArgs(own);
  const wanted = parseLaunchArgs(second);
  return [
    ...(home === undefined ? [] : ["--home", home]),
    ...(port === undefined ? [] : ["--port", String(port)]),
    ...(discovery === undefined ? [] : ["--discovery", discovery]),
    ...(wanted.demo ? ["--demo"] : []),
    ...(wanted.hidden ? ["--hidden"] : []),
    ...(wanted.link === undefined ? [] : [deepLink(wanted.link)]),
  ];
}
