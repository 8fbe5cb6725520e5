/** Proves that a program finds the person's own tools and nothing that leads to us. */
import { expect, it } from "vitest";
import { childEnvironment as serverEnvironment } from "../../upstream/stdio/child-environment.ts";
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

it("what another agent, editor or terminal said of its own run is not handed on, and what the person set is", () => {
  const stale = {
    CLAUDE_CODE_SESSION_ID: "1",
    CLAUDE_CODE_CHILD_SESSION: "1",
    CODEX_CI: "1",
    CODEX_SANDBOX_NETWORK_DISABLED: "1",
    CODEX_THREAD_ID: "1",
    GEMINI_CLI: "1",
    GEMINI_CLI_IDE_SERVER_PORT: "1",
    OPENCODE: "1",
    OPENCODE_PID: "1",
    AI_AGENT: "x",
    NO_COLOR: "1",
    PAGER: "cat",
    GIT_EDITOR: "true",
    COLORFGBG: "15;0",
    GPG_TTY: "/dev/pts/9",
    NVIM: "/run/nvim.1",
    INSIDE_EMACS: "29.1",
    TERMINAL_EMULATOR: "JetBrains-JediTerm",
    VSCODE_GIT_IPC_HANDLE: "/run/vscode.sock",
    GIT_ASKPASS: "/opt/code/askpass.sh",
  };
  const own = {
    CODEX_HOME: "/c",
    CLAUDE_CONFIG_DIR: "/d",
    CLAUDE_CODE_MAX_OUTPUT_TOKENS: "9",
    GEMINI_CLI_HOME: "/g",
    GEMINI_CLI_SYSTEM_SETTINGS_PATH: "/s",
    OPENCODE_CONFIG: "/o",
    OPENCODE_PERMISSION: "{}",
    EDITOR: "vi",
    GH_PAGER: "less",
  };
  expect(Object.keys(env({ ...stale, ...own })).sort()).toEqual([...Object.keys(own), ...Object.keys(env({}))].sort());
  // Without an agent around them these are the person's.
  const plain = { NO_COLOR: "1", PAGER: "cat", GIT_EDITOR: "true", GIT_ASKPASS: "/usr/bin/ksshaskpass", AGENT: "1" };
  expect(env(plain)).toMatchObject(plain);
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

it("on Windows the search path keeps the name that the system gives it, and is there once", () => {
  const windows = (base: NodeJS.ProcessEnv, request: Record<string, string | null>) =>
    childEnvironment(base, request, { ...OPTIONS, platform: "win32" });
  const added = windows({ Path: "/opt/signalbox/node_modules/.bin:/tools" }, {});
  expect(added.Path).toBe("/tools");
  expect(added).not.toHaveProperty("PATH");
  expect(windows({ Path: "/tools" }, { PATH: "/mine" })).toMatchObject({ Path: "/mine" });
  expect(windows({ Path: "/tools" }, { PATH: "/mine" })).not.toHaveProperty("PATH");
  expect(windows({ Secret: "x" }, { SECRET: null })).not.toHaveProperty("Secret");
});

it("what a desktop's launcher set for us would make another app take our name and icon", () => {
  const base = {
    CHROME_DESKTOP: "signalbox.desktop",
    GIO_LAUNCHED_DESKTOP_FILE: "/usr/share/applications/signalbox.desktop",
    GIO_LAUNCHED_DESKTOP_FILE_PID: "1",
    DESKTOP_STARTUP_ID: "x",
    XDG_ACTIVATION_TOKEN: "x",
    ELECTRON_NO_ATTACH_CONSOLE: "1",
    XDG_CURRENT_DESKTOP: "GNOME",
  };
  expect(Object.keys(env(base)).sort()).toEqual(
    ["COLORTERM", "TERM", "TERM_PROGRAM", "TERM_PROGRAM_VERSION", "XDG_CURRENT_DESKTOP"].sort(),
  );
  expect(serverEnvironment({ ...base, NODE_OPTIONS: "x", SIGNALBOX_HOME: "x" }, { A: "1" })).toEqual({
    XDG_CURRENT_DESKTOP: "GNOME",
    A: "1",
  });
});

it("MCP servers get nothing of an AppImage's folder either, and keep what lies beside it", () => {
  const base = {
    APPDIR: "/tmp/.mount_x",
    APPIMAGE: "/a",
    LD_LIBRARY_PATH: "/tmp/.mount_x/usr/lib:/opt/lib",
    PATH: "/tmp/.mount_x:/tmp/.mount_xy/bin:/usr/bin",
    QT_PLUGIN_PATH: "/tmp/.mount_x/plugins",
    GSETTINGS_SCHEMA_DIR: "/tmp/.mount_x/schemas:",
  };
  expect(serverEnvironment(base, {})).toEqual({ LD_LIBRARY_PATH: "/opt/lib", PATH: "/tmp/.mount_xy/bin:/usr/bin" });
});

it("a person's shell keeps its own npm settings and colours; one that npm runs has npm's", () => {
  const shell = (base: NodeJS.ProcessEnv) => childEnvironment(base, {}, { ...OPTIONS, shell: true });
  expect(shell({ npm_config_registry: "https://corp", FORCE_COLOR: "1" })).toMatchObject({
    npm_config_registry: "https://corp",
    FORCE_COLOR: "1",
  });
  expect(shell({ npm_config_registry: "x", FORCE_COLOR: "1", npm_execpath: "/npm" })).not.toHaveProperty(
    "npm_config_registry",
  );
});
