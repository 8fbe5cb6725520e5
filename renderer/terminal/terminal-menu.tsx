/** The menu of a right click in a terminal, of its menu key and of a long touch. */
import { ContextMenu as Base } from "@base-ui/react/context-menu";
import { type ReactNode, useRef, useState } from "react";
import menu from "../parts/menu.module.css";
import { MenuItem, MenuLine } from "../parts/menu.tsx";
import { runCommand } from "../shell/command-bus.ts";
import { useKeys } from "../shell/use-shortcuts.ts";
import { useWatching } from "../stores/app-store.ts";
import type { LiveTerminal } from "./live-terminal.ts";
import styles from "./terminal.module.css";

interface TerminalMenuProps {
  live: LiveTerminal | undefined;
  children: ReactNode;
}

export function TerminalMenu({ live, children }: TerminalMenuProps) {
  const watching = useWatching();
  /** Find has been chosen, and takes the focus itself once the menu has closed. */
  const finding = useRef(false);
  const [selected, setSelected] = useState(false);
  const [copyKeys, findKeys, bottomKeys] = [useKeys("copy-selection"), useKeys("find"), useKeys("scroll-bottom")];
  return (
    <Base.Root
      onOpenChange={(open) => {
        if (!open) return;
        finding.current = false;
        setSelected(live?.terminal.hasSelection() === true);
      }}
      onOpenChangeComplete={(open) => {
        if (!open && finding.current) runCommand("find");
      }}
    >
      <Base.Trigger
        className={styles.menuPlace}
        // A program that follows the pointer has the right button; Shift takes it back, as with selecting.
        onContextMenuCapture={(event) => {
          if (live === undefined || event.shiftKey || live.terminal.modes.mouseTrackingMode === "none") return;
          event.preventDefault();
          event.stopPropagation();
        }}
      >
        {children}
      </Base.Trigger>
      <Base.Portal>
        <Base.Positioner className={menu.positioner}>
          <Base.Popup
            className={menu.popup}
            aria-label="Terminal"
            finalFocus={() => (finding.current ? false : (live?.terminal.textarea ?? null))}
          >
            <MenuItem keys={copyKeys} disabled={!selected} onClick={() => live?.copySelection()}>
              Copy
            </MenuItem>
            <MenuItem disabled={watching} onClick={() => void live?.pasteClipboard()}>
              Paste
            </MenuItem>
            <MenuItem onClick={() => live?.terminal.selectAll()}>Select all</MenuItem>
            <MenuLine />
            <MenuItem
              keys={findKeys}
              onClick={() => {
                finding.current = true;
              }}
            >
              Find…
            </MenuItem>
            <MenuItem keys={bottomKeys} onClick={() => live?.terminal.scrollToBottom()}>
              Go to the newest line
            </MenuItem>
            <MenuItem onClick={() => live?.terminal.clear()}>Clear</MenuItem>
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}
