/** The environment of a program in a terminal: the person's own, without what leads to us or describes another terminal. */
import { delimiter, dirname, join } from "node:path";
import { variableName } from "../../../agents/variable.ts";

/** Ours to say, and said again below for this terminal. */
const TERMINAL = { TERM: "xterm-256color", COLORTERM: "truecolor", TERM_PROGRAM: "Signalbox" };

/**
 * What is ours, or what Electron, a desktop's launcher or Node set for this process alone: as CHROME_DESKTOP, by which another app would
 * take our name and icon. NODE_OPTIONS changes how a program runs without anybody having asked it to.
 */
const OURS =
  /^(SIGNALBOX_|ELECTRON_)|^(NODE_OPTIONS|NODE_CHANNEL_FD|NODE_CHANNEL_SERIALIZATION_MODE|NODE_UNIQUE_ID|CHROME_DESKTOP|GIO_LAUNCHED_DESKTOP_FILE|GIO_LAUNCHED_DESKTOP_FILE_PID|DESKTOP_STARTUP_ID|XDG_ACTIVATION_TOKEN|ORIGINAL_XDG_CURRENT_DESKTOP)$/i;
/** What npm or a build tool added. In a shell that neither runs it is the person's own. */
const OF_NPM = /^npm_|^(INIT_CWD|FORCE_COLOR)$/i;
/**
 * What an agent tells the programs that it runs, or an editor its agents: of another run, another sandbox, another window. As Claude Code
 * 2.1.332, Codex 0.171, Gemini CLI 0.61 and opencode 1.18 set them; what a person sets by the same beginnings stays.
 */
const OF_AGENTS =
  /^(CLAUDECODE|CLAUDE_(PID|EFFORT|SESSION_ID)|CLAUDE_CODE_(ENTRYPOINT|SSE_PORT|EXECPATH|SESSION_ID|CHILD_SESSION|BRIDGE_\w+)|CODEX_(CI|SANDBOX|SANDBOX_NETWORK_DISABLED|SESSION_ID|THREAD_ID|TOOL_CALL_ID|PERMISSION_PROFILE|MANAGED_\w+|VERSION)|GEMINI_CLI|GEMINI_CLI_(IDE_\w+|SESSION_ID|PROMPT_ID|NO_RELAUNCH)|OPENCODE|OPENCODE_(PID|TERMINAL|CALLER|RUN_ID|PROCESS_ROLE)|AI_AGENT)$/;
/** Around an agent's commands these are its own: nobody pages, edits or sees colours there. */
const IN_AGENTS_COMMANDS = {
  NO_COLOR: "1",
  PAGER: "cat",
  GIT_PAGER: "cat",
  GH_PAGER: "cat",
  GIT_EDITOR: "true",
  AGENT: "1",
};
const AGENTS_COMMAND = ["CLAUDECODE", "CODEX_CI", "GEMINI_CLI", "OPENCODE"];
/** What another terminal says about itself; a program would believe it to be this one. */
const OTHER_TERMINAL =
  /^(TERM_PROGRAM_VERSION|TERM_SESSION_ID|TERM_FEATURES|TERMINAL_EMULATOR|TERMCAP|COLORFGBG|COLUMNS|LINES|WINDOWID|GPG_TTY|TMUX|TMUX_PANE|STY|WINDOW|INSIDE_EMACS|NVIM|VIM|VIMRUNTIME|VIM_TERMINAL|VIM_SERVERNAME|MYVIMRC|VTE_VERSION|GNOME_TERMINAL_\w+|TERMINATOR_\w+|TILIX_ID|XTERM_\w+|WARP_\w+|ZED_TERM|CURSOR_TRACE_ID|ConEmu\w+|WT_SESSION|WT_PROFILE_ID|LC_TERMINAL|LC_TERMINAL_VERSION|KONSOLE_\w+|KITTY_\w+|ITERM_\w+|ALACRITTY_\w+|GHOSTTY_\w+|WEZTERM_\w+|ZELLIJ\w*|VSCODE_\w+)$/;

export interface ChildEnvironmentOptions {
  /** The version shown as TERM_PROGRAM_VERSION. */
  version: string;
  /** The folder of this program, whose node_modules/.bin is nobody else's business. */
  programFolder: string;
  /** `base` is what a person's shell has, not what a process of ours inherited. */
  shell?: boolean;
  platform?: NodeJS.Platform;
}

/** `request` wins over everything; null removes a variable. */
export function childEnvironment(
  base: NodeJS.ProcessEnv,
  request: Readonly<Record<string, string | null>>,
  options: ChildEnvironmentOptions,
): Record<string, string> {
  const env: Record<string, string> = {};
  const underNpm = base.npm_execpath !== undefined || base.npm_package_json !== undefined;
  const inCommand = AGENTS_COMMAND.some((name) => base[name] !== undefined);
  const npm = underNpm || options.shell !== true;
  for (const [name, value] of Object.entries(withoutOurs(base))) {
    if (value === undefined || (npm && OF_NPM.test(name)) || OF_AGENTS.test(name) || OTHER_TERMINAL.test(name))
      continue;
    if (inCommand && Object.entries(IN_AGENTS_COMMANDS).some(([key, set]) => key === name && set === value)) continue;
    // The editor's own program asks for passwords through what is taken out above.
    if (/^(GIT|SSH)_ASKPASS$/.test(name) && base.VSCODE_GIT_IPC_HANDLE !== undefined) continue;
    // npm sets these to itself where the person has not.
    if (underNpm && (name === "COLOR" || name === "NODE")) continue;
    env[name] = value;
  }
  Object.assign(env, TERMINAL, { TERM_PROGRAM_VERSION: options.version });
  const path = variableName(env, "PATH", options.platform);
  if (env[path] !== undefined) env[path] = personalPath(env[path], npmFolders(base, options.programFolder));
  for (const [asked, value] of Object.entries(request)) {
    // Windows would give a program one of two that differ by case alone, and nobody knows which.
    const name = variableName(env, asked, options.platform);
    if (value === null) delete env[name];
    else env[name] = value;
  }
  return env;
}

/** Without what leads to us, and without what an AppImage's launcher set for itself: for whatever we start, in a terminal or not. */
export function withoutOurs(base: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const env = Object.fromEntries(Object.entries(base).filter(([name]) => !OURS.test(name)));
  const mount = base.APPDIR?.replace(/\/+$/, "");
  if (!mount) return env;
  for (const name of ["APPIMAGE", "APPDIR", "ARGV0", "OWD"]) delete env[name];
  // PATH, LD_LIBRARY_PATH, XDG_DATA_DIRS and whatever else its launcher put its own folder before.
  for (const [name, value] of Object.entries(env)) {
    const entries = value?.split(delimiter) ?? [];
    const kept = entries.filter((entry) => entry !== mount && !entry.startsWith(`${mount}/`));
    if (kept.length === entries.length) continue;
    if (kept.join("") === "") delete env[name];
    else env[name] = kept.join(delimiter);
  }
  return env;
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
