/** What an exported replay carries with it: its page's script and styles, and the terminal that draws. */
import { readFileSync } from "node:fs";
import { join } from "node:path";

export interface ReplayAssets {
  /** Classic scripts, in their order. */
  libraries: string[];
  /** The page's own, a module. */
  script: string;
  styles: string[];
}

declare const __SIGNALBOX_REPLAY__: ReplayAssets | undefined;

/** From the build, which inlines them; sources that run unbuilt read them where they are. */
export async function replayAssets(): Promise<ReplayAssets> {
  return typeof __SIGNALBOX_REPLAY__ === "object"
    ? __SIGNALBOX_REPLAY__
    : readReplayAssets(join(import.meta.dirname, "../../.."));
}

/** Throws when a file is missing. `root` is the repository. */
export async function readReplayAssets(root: string): Promise<ReplayAssets> {
  const read = (path: string) => readFileSync(join(root, path), "utf8");
  const library = (name: string, file: string) =>
    read(`node_modules/@xterm/${name}/lib/${file}.js`).replace(/^\/\/# sourceMappingURL=.*$/m, "");
  // Not a static import: older versions of Node, in which the built product runs too, do not have it.
  const { stripTypeScriptTypes } = await import("node:module");
  return {
    libraries: [library("xterm", "xterm"), library("addon-unicode-graphemes", "addon-unicode-graphemes")],
    script: stripTypeScriptTypes(read("renderer/replay/replay.ts")),
    styles: [read("node_modules/@xterm/xterm/css/xterm.css"), read("renderer/replay/replay.css")],
  };
}
