/** Owns the environment of a program in a terminal: the person's own, without what leads to us or describes another terminal. */
import { delimiter, dirname, join } from "node:path";

/** Ours to say, and said again below for this terminal. */
const TERMINAL = { TERM: "xterm-256color", COLORTERM: "truecolor", TERM_PROGRAM: "Signalbox" };

/** What npm, Electron or a build tool around us added for this process alone. */
const OURS =
  /^(SIGNALBOX_|npm_|ELECTRON_)|^(NODE_OPTIONS|NODE_CHANNEL_FD|NODE_CHANNEL_SERIALIZATION_MODE|INIT_CWD|FORCE_COLOR)$/i;
const AGENTS = /^(CLAUDECODE|CLAUDE_CODE_ENTRYPOINT|CLAUDE_CODE_SSE_PORT)$/;
/** What another terminal says about itself; a program would believe it to be this one. */
const OTHER_TERMINAL =
  /^(TERM_PROGRAM_VERSION|TERM_SESSION_ID|TERMCAP|COLUMNS|LINES|WINDOWID|TMUX|TMUX_PANE|STY|WINDOW|VTE_VERSION|WT_SESSION|WT_PROFILE_ID|LC_TERMINAL|LC_TERMINAL_VERSION|KONSOLE_\w+|KITTY_\w+|ITERM_\w+|ALACRITTY_\w+|GHOSTTY_\w+|WEZTERM_\w+|ZELLIJ\w*|VSCODE_\w+)$/;

export interface ChildEnvironmentOptions {
  /** The version shown as TERM_PROGRAM_VERSION. */
  version: string;
  /** The folder of this program, whose node_modules/.bin is nobody else's business. */
  programFolder: string;
}

/** `request` wins over everything; null removes a variable. */
export function childEnvironment(
  base: NodeJS.ProcessEnv,
  request: Readonly<Record<string, string | null>>,
  options: ChildEnvironmentOptions,
): Record<string, string> {
  const env: Record<string, string> = {};
  const underNpm = base.npm_execpath !== undefined || base.npm_package_json !== undefined;
  for (const [name, value] of Object.entries(base)) {
    if (value === undefined || OURS.test(name) || AGENTS.test(name) || OTHER_TERMINAL.test(name)) continue;
    // npm sets these to itself where the person has not.
    if (underNpm && (name === "COLOR" || name === "NODE")) continue;
    env[name] = value;
  }
  if (base.APPDIR !== undefined) removeAppImage(env, base.APPDIR);
  Object.assign(env, TERMINAL, { TERM_PROGRAM_VERSION: options.version });
  if (env.PATH !== undefined) env.PATH = personalPath(env.PATH, npmFolders(base, options.programFolder));
  for (const [name, value] of Object.entries(request)) {
    if (value === null) delete env[name];
    else env[name] = value;
  }
  return env;
}

const LISTS = ["PATH", "XDG_DATA_DIRS", "LD_LIBRARY_PATH", "GSETTINGS_SCHEMA_DIR"];

/** An AppImage's launcher puts its own folder before the system's, for itself alone. */
function removeAppImage(env: Record<string, string>, folder: string): void {
  for (const name of ["APPIMAGE", "APPDIR", "ARGV0", "OWD"]) delete env[name];
  for (const name of LISTS) {
    const kept = env[name]
      ?.split(delimiter)
      .filter((entry) => !entry.startsWith(folder))
      .join(delimiter);
    if (kept === undefined || kept === "") delete env[name];
    else env[name] = kept;
  }
}

/** The folders for whose scripts npm prepends `node_modules/.bin`: the package's and all above it. */
function npmFolders(base: NodeJS.ProcessEnv, programFolder: string): Set<string> {
  const folders = new Set([join(programFolder, "node_modules", ".bin")]);
  if (base.npm_package_json === undefined) return folders;
  let folder = dirname(base.npm_package_json);
  for (;;) {
    folders.add(join(folder, "node_modules", ".bin"));
    const above = dirname(folder);
    if (above === folder) return folders;
    folder = above;
  }
}

/** PATH without what npm put before it: otherwise the Node that runs Signalbox would hide the person's. */
function personalPath(path: string, added: ReadonlySet<string>): string {
  const kept = path.split(delimiter).filter((entry) => {
    const folder = entry.length > 1 ? entry.replace(/[/\\]+$/, "") : entry;
    return !added.has(folder) && !/[/\\]@npmcli[/\\]run-script[/\\]lib[/\\]node-gyp-bin$/.test(folder);
  });
  return kept.join(delimiter);
}
