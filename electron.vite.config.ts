/** How the three kinds of code are bundled: main (Node, Electron), preload (CommonJS, sandboxed) and renderer (browser). */
import { resolve } from "node:path";
import react from "@vitejs/plugin-react";
import { defineConfig } from "electron-vite";
import packageJson from "./package.json" with { type: "json" };
import { bundleReplay } from "./scripts/build/bundle-replay.ts";

const at = (path: string) => resolve(import.meta.dirname, path);
const replay = { __SIGNALBOX_REPLAY__: JSON.stringify(await bundleReplay(import.meta.dirname)) };
const define = { __SIGNALBOX_VERSION__: JSON.stringify(packageJson.version) };

/** Everything is bundled but what cannot be: Electron itself and the native PTY. A small start-up and a small asar follow. */
const external = ["electron", /^@lydell\/node-pty/, /^node:/];

export default defineConfig({
  main: {
    define: { ...define, ...replay },
    build: {
      outDir: at("out/main"),
      // A daemon that lives through a rebuild may still load the chunks it was started from.
      emptyOutDir: process.env.SIGNALBOX_KEEP_CHUNKS === undefined,
      externalizeDeps: false,
      minify: false,
      rollupOptions: {
        external,
        input: {
          cli: at("main/cli.ts"),
          electron: at("main/electron.ts"),
          "journal-worker": at("main/gateway/journal/journal-worker.ts"),
          "screen-worker": at("main/daemon/terminal/screen/screen-worker.ts"),
          "check-worker": at("main/daemon/clients/check-worker.ts"),
        },
        // Flat, so that a worker's file is always beside the chunk that starts it.
        output: { format: "es", entryFileNames: "[name].js", chunkFileNames: "[name]-[hash].js" },
      },
    },
  },
  preload: {
    build: {
      outDir: at("out/preload"),
      externalizeDeps: false,
      rollupOptions: {
        external: ["electron"],
        input: { preload: at("preload/preload.ts") },
        output: { format: "cjs", entryFileNames: "[name].cjs" },
      },
    },
  },
  renderer: {
    root: at("renderer"),
    define,
    // The page is opened at /session/<id> too, so its files are named from the root; electron-vite presets "./".
    plugins: [react(), { name: "files-from-the-root", config: () => ({ base: "/" }) }],
    build: {
      outDir: at("out/renderer"),
      // Browsers of the last years load it as well as Electron does.
      target: "es2022",
      minify: true,
      // Nothing inlined: the page's CSP takes fonts and pictures from its own origin only.
      assetsInlineLimit: 0,
      rollupOptions: { input: at("renderer/index.html") },
    },
  },
});
