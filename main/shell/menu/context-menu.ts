/** The menu of a right click in the page, as a pure function: Electron has none of its own. */
import type { ContextMenuParams, MenuItemConstructorOptions } from "electron";

export interface ContextPlace {
  isEditable: boolean;
  selectionText: string;
  editFlags: Pick<ContextMenuParams["editFlags"], "canCut" | "canCopy" | "canPaste" | "canSelectAll">;
  /** Address of the link under the pointer; empty when there is none. */
  linkURL: string;
}

/** Empty where nothing can be done. Keys are not shown: outside macOS plain Ctrl is the terminal's. */
export function contextMenu(
  place: ContextPlace,
  open: (address: string) => void,
  copyText: (text: string) => void,
): MenuItemConstructorOptions[] {
  const { isEditable, selectionText, editFlags, linkURL } = place;
  const role = (name: "cut" | "copy" | "paste" | "selectAll", enabled: boolean): MenuItemConstructorOptions => ({
    role: name,
    enabled,
    registerAccelerator: false,
  });
  const link: MenuItemConstructorOptions[] = /^https?:/i.test(linkURL)
    ? [
        { label: "Open Link…", click: () => open(linkURL) },
        { label: "Copy Link", click: () => copyText(linkURL) },
      ]
    : [];
  const edit = isEditable
    ? [
        role("cut", editFlags.canCut),
        role("copy", editFlags.canCopy),
        role("paste", editFlags.canPaste),
        { type: "separator" } as const,
        role("selectAll", editFlags.canSelectAll),
      ]
    : selectionText.trim() === ""
      ? []
      : [role("copy", editFlags.canCopy)];
  return [...link, ...(link.length > 0 && edit.length > 0 ? [{ type: "separator" } as const] : []), ...edit];
}
