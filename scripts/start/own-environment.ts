/** What of npm's environment, and of another Electron app's, is taken away again, so that the app runs and agents see the person's own. */
import { delimiter, dirname, join } from "node:path";

/** With these Electron runs our code as plain Node, or says nothing on Windows. A terminal of another Electron app may hand them on. */
const ELECTRON_SWITCHES = /^ELECTRON_(?:RUN_AS_NODE|NO_ATTACH_CONSOLE|NO_ASAR)$/i;

/**
 * A copy without npm's variables and without the folders that npm puts first on PATH. Only the leading run of such
 * folders goes: the same folder further back is there by the person's wish.
 */
export function ownEnvironment(env: NodeJS.ProcessEnv, root: string): NodeJS.ProcessEnv {
  const own: NodeJS.ProcessEnv = {};
  const byNpm = env.npm_execpath !== undefined;
  for (const [key, value] of Object.entries(env)) {
    if (/^npm_/i.test(key) || ELECTRON_SWITCHES.test(key)) continue;
    if (byNpm && (key === "INIT_CWD" || key === "NODE" || key === "COLOR")) continue;
    own[key] = byNpm && key.toUpperCase() === "PATH" && value !== undefined ? withoutNpmFolders(value, root) : value;
  }
  return own;
}

function withoutNpmFolders(path: string, root: string): string {
  const added = new Set(ancestors(root).map((folder) => join(folder, "node_modules", ".bin")));
  const entries = path.split(delimiter);
  const first = entries.findIndex((entry) => !added.has(entry) && !/[\\/]node-gyp-bin$/.test(entry));
  return entries.slice(first === -1 ? entries.length : first).join(delimiter);
}

function ancestors(folder: string): string[] {
  const parent = dirname(folder);
  return parent === folder ? [folder] : [folder, ...ancestors(parent)];
}
