/** The editors in which a path of a terminal can be opened, and the address by which each of them opens it. */
import { z } from "../protocol/schema.ts";

/** `env`: what `$VISUAL` or `$EDITOR` names, in a session of its own beside the one with the path. */
export const EDITORS = {
  vscode: "VS Code",
  cursor: "Cursor",
  idea: "IntelliJ IDEA",
  webstorm: "WebStorm",
  pycharm: "PyCharm",
  goland: "GoLand",
  env: "$EDITOR",
} as const;
export type EditorId = keyof typeof EDITORS;
export const editorSchema = z.enum(Object.keys(EDITORS) as [EditorId, ...EditorId[]]);

/** A place in a file of the daemon's machine: an absolute path, as it answered with it. */
export const filePlaceSchema = z.object({
  path: z
    .string()
    .max(4_096)
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is refused.
    .regex(/^(?:\/(?!\/)|[A-Za-z]:[\\/])[^\x00-\x1f\x7f]*$/, "an absolute path"),
  line: z.number().int().positive().max(999_999_999).optional(),
  column: z.number().int().positive().max(999_999_999).optional(),
});
export type FilePlace = z.infer<typeof filePlaceSchema>;

/** What the desktop's page may ask to be opened. */
export const editorRequestSchema = filePlaceSchema.extend({ editor: editorSchema.exclude(["env"]) });
export type EditorRequest = z.infer<typeof editorRequestSchema>;

/** A name by which SSH reaches a machine: nothing that could mean something else in an address. */
export const SSH_HOST = /^(?:[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}@)?[A-Za-z0-9][A-Za-z0-9.-]{0,252}$/;

/**
 * Its address there. `host`: the SSH name of the machine with the file, for an editor that runs on another one; those that
 * cannot reach it open the path where they are.
 */
export function editorAddress({ editor, path, line, column }: EditorRequest, host = ""): string {
  const slashes = path.replaceAll("\\", "/");
  const encoded = encodeURI(slashes.startsWith("/") ? slashes : `/${slashes}`).replace(/[?#]/g, encodeURIComponent);
  const place = line === undefined ? "" : `:${line}${column === undefined ? "" : `:${column}`}`;
  switch (editor) {
    case "vscode":
    case "cursor":
      return SSH_HOST.test(host)
        ? `${editor}://vscode-remote/ssh-remote+${encodeURIComponent(host)}${encoded}${place}`
        : `${editor}://file${encoded}${place}`;
    default: {
      const at = line === undefined ? "" : `&line=${line}${column === undefined ? "" : `&column=${column}`}`;
      return `${editor}://open?file=${encodeURIComponent(path)}${at}`;
    }
  }
}
