/** Owns the proof that a program finds the person's own tools and nothing that leads to us. */
import { expect, it } from "vitest";
import { childEnvironment } from "./child-environment.ts";

const OPTIONS = { version: "1.2.3", programFolder: "/opt/signalbox" };
const env = (base: NodeJS.ProcessEnv, request: Record<string, string | null> = {}) =>
  childEnvironment(base, request, OPTIONS);

it("the person's own node is found first, although npm put ours before it", () => {
  const path = [
    "/home/me/signalbox/node_modules/.bin",
    "/home/me/node_modules/.bin",
    "/home/node_modules/.bin",
    "/node_modules/.bin",
    "/usr/lib/node_modules/npm/node_modules/@npmcli/run-script/lib/node-gyp-bin",
    "/opt/signalbox/node_modules/.bin/",
    "/home/me/bin",
    "/home/me/other/node_modules/.bin",
    "/usr/bin",
  ].join(":");
  expect(env({ PATH: path, npm_package_json: "/home/me/signalbox/package.json" }).PATH).toBe(
    "/home/me/bin:/home/me/other/node_modules/.bin:/usr/bin",
  );
  expect(env({ PATH: path }).PATH).toContain("/home/me/signalbox/node_modules/.bin");
});

it("A28: nothing of ours, of npm, of Electron or of another terminal is handed on", () => {
  const base = {
    SIGNALBOX_HOME: "1",
    signalbox_lower: "1",
    NODE_OPTIONS: "1",
    ELECTRON_RUN_AS_NODE: "1",
    npm_config_registry: "1",
    NPM_CONFIG_X: "1",
    INIT_CWD: "1",
    FORCE_COLOR: "1",
    CLAUDECODE: "1",
    TMUX: "1",
    KITTY_WINDOW_ID: "1",
    VSCODE_IPC_HOOK: "1",
    COLUMNS: "80",
    TERM: "dumb",
    HOME: "/home/me",
    LANG: "C.UTF-8",
    NODE_ENV: "test",
  };
  expect(env(base)).toEqual({
    HOME: "/home/me",
    LANG: "C.UTF-8",
    NODE_ENV: "test",
    TERM: "xterm-256color",
    COLORTERM: "truecolor",
    TERM_PROGRAM: "Signalbox",
    TERM_PROGRAM_VERSION: "1.2.3",
  });
});

it("what the session asks for wins, and null removes", () => {
  expect(
    env(
      { A: "base", B: "base" },
      { A: null, B: "mine", SIGNALBOX_MCP_TOKEN: "t", ELECTRON_RUN_AS_NODE: "1", TERM: "vt100" },
    ),
  ).toMatchObject({ B: "mine", SIGNALBOX_MCP_TOKEN: "t", ELECTRON_RUN_AS_NODE: "1", TERM: "vt100" });
  expect(env({ A: "base" }, { A: null })).not.toHaveProperty("A");
});

it("nothing of an AppImage's own folder is handed on", () => {
  const base = {
    APPIMAGE: "/home/me/Signalbox.AppImage",
    APPDIR: "/tmp/.mount_x",
    ARGV0: "Signalbox",
    OWD: "/home/me",
    PATH: "/tmp/.mount_x/usr/bin:/usr/bin",
    LD_LIBRARY_PATH: "/tmp/.mount_x/usr/lib",
    XDG_DATA_DIRS: "/tmp/.mount_x/usr/share:/usr/share",
  };
  const clean = env(base);
  expect(clean).toMatchObject({ PATH: "/usr/bin", XDG_DATA_DIRS: "/usr/share" });
  expect(JSON.stringify(clean)).not.toMatch(/mount_x|AppImage|ARGV0|OWD|LD_LIBRARY_PATH/);
  expect(env({ ...base, APPDIR: undefined }).LD_LIBRARY_PATH).toBe("/tmp/.mount_x/usr/lib");
});
