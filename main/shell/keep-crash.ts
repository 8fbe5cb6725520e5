/** Writes down an unexpected error: before the app ends, or, as an `error`, where it keeps running. */
import { join } from "node:path";
import { createLog } from "../home/create-log.ts";
import { homeFolder } from "../home/home-folder.ts";
import { parseLaunchArgs } from "./launch-args.ts";

/** Gives a sentence that says where it is; `args` are those of the start, which name the home folder. Secrets are removed by their form. */
export function keepCrash(args: readonly string[], detail: string, level: "fatal" | "error" = "fatal"): string {
  try {
    const file = join(homeFolder(parseLaunchArgs(args).home).logs, "desktop.log");
    createLog({ name: "desktop", file })[level]({ detail }, "an unexpected error");
    return `More is in ${file}.`;
  } catch {
    return "";
  }
}
