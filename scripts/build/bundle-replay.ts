/** Bundles the page of an exported replay, with its terminal and its fonts, into one script and one style sheet. */
import { resolve } from "node:path";
import { build } from "vite";
import type { ReplayAssets } from "../../main/gateway/history/replay-assets.ts";

export async function bundleReplay(root: string): Promise<ReplayAssets> {
  const built = await build({
    root,
    configFile: false,
    logLevel: "error",
    publicDir: false,
    build: {
      write: false,
      minify: true,
      target: "es2022",
      // Fonts too: the page loads nothing.
      assetsInlineLimit: Number.MAX_SAFE_INTEGER,
      cssCodeSplit: false,
      lib: { entry: resolve(root, "renderer/replay/replay.ts"), formats: ["es"], fileName: "replay" },
      rollupOptions: { output: { codeSplitting: false } },
    },
  });
  const outputs = (Array.isArray(built) ? built : [built]).flatMap((one) => ("output" in one ? one.output : []));
  const script = outputs.map((one) => (one.type === "chunk" ? one.code : "")).join("");
  const styles = outputs
    .map((one) => (one.type === "asset" && one.fileName.endsWith(".css") ? String(one.source) : ""))
    .join("");
  if (script === "" || styles === "") throw new Error("the replay's page came out empty");
  return { script, styles };
}
