/** What an exported replay carries with it: its page's script and styles, as the build bundled them. */

export interface ReplayAssets {
  /** A module. */
  script: string;
  styles: string;
}

declare global {
  var __SIGNALBOX_REPLAY__: ReplayAssets | undefined;
}

/** Written into the product by its build (scripts/build/bundle-replay.ts), which has no part in sources that run unbuilt. */
export async function replayAssets(): Promise<ReplayAssets> {
  if (typeof __SIGNALBOX_REPLAY__ !== "object") throw new Error("the replay's page is only in the built product");
  return __SIGNALBOX_REPLAY__;
}
