/** Owns the field for a folder: typed with suggestions of what is there, chosen natively, or one of the recent ones. */
import { Folder } from "lucide-react";
import { type KeyboardEvent, useEffect, useRef, useState } from "react";
import form from "../parts/form.module.css";
import { useServices } from "../shell/services.ts";
import { useApp } from "../stores/app-store.ts";
import styles from "./folder-field.module.css";
import { shortFolder } from "./session-groups.ts";
import { suggestFolders } from "./suggest-folders.ts";

interface FolderProps {
  value: string;
  recent: readonly string[];
  onChange: (folder: string) => void;
}

export function FolderField({ value, recent, onChange }: FolderProps) {
  const { host } = useServices();
  const home = useApp((store) => store.app?.home_dir ?? "");
  const [open, setOpen] = useState(false);
  const [at, setAt] = useState(-1);
  const input = useRef<HTMLInputElement>(null);
  const typed = shortFolder(value, home);
  const below = useSubfolders(value, open).map((path) => shortFolder(path, home));
  const items = open
    ? suggestFolders(
        typed,
        below,
        recent.map((path) => shortFolder(path, home)),
      )
    : [];
  const shown = items.length > 0;

  function choose(path: string): void {
    onChange(path);
    setAt(-1);
    setOpen(false);
  }

  /** Enter takes the suggestion that the arrows reached; without one it belongs to the form. */
  function onKeyDown(event: KeyboardEvent): void {
    const current = items[at];
    if (event.key === "ArrowDown" && !open) setOpen(true);
    else if (event.key === "ArrowDown" && shown) setAt((at + 1) % items.length);
    else if (event.key === "ArrowUp" && shown) setAt((at - 1 + items.length) % items.length);
    else if (event.key === "Enter" && shown && current !== undefined) choose(current);
    else if (event.key === "Escape" && shown) setOpen(false);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  function browse(): void {
    if (host.chooseFolder === undefined) {
      input.current?.focus();
      setOpen(true);
    } else void host.chooseFolder().then((path) => path !== null && onChange(path));
  }

  return (
    <div className={form.field}>
      <label className={form.label} htmlFor="folder">
        Folder
      </label>
      <div className={styles.folder}>
        <Folder aria-hidden size={15} strokeWidth={1.75} className={styles.icon} />
        <input
          ref={input}
          id="folder"
          className={styles.folderInput}
          role="combobox"
          aria-expanded={shown}
          aria-controls="folder-suggestions"
          aria-autocomplete="list"
          aria-activedescendant={at < 0 ? undefined : `folder-${at}`}
          spellCheck={false}
          autoCapitalize="off"
          autoComplete="off"
          value={typed}
          onChange={(event) => {
            onChange(event.target.value);
            setAt(-1);
            setOpen(true);
          }}
          onKeyDown={onKeyDown}
          onBlur={() => setOpen(false)}
        />
        <button
          type="button"
          className={styles.choose}
          onPointerDown={(event) => event.preventDefault()}
          onClick={browse}
        >
          Choose…
        </button>
        <div id="folder-suggestions" role="listbox" aria-label="Folders" hidden={!shown} className={styles.suggestions}>
          {items.map((path, index) => (
            <div
              key={path}
              id={`folder-${index}`}
              role="option"
              tabIndex={-1}
              aria-selected={index === at}
              className={styles.suggestion}
              onPointerDown={(event) => event.preventDefault()}
              onClick={() => choose(path)}
            >
              {path}
            </div>
          ))}
        </div>
      </div>
    </div>
  );
}

/** The folders in the folder that is being typed; none while it does not exist. */
function useSubfolders(value: string, wanted: boolean): string[] {
  const { client } = useServices();
  const [folders, setFolders] = useState<string[]>([]);
  const parent = value.includes("/") ? value.slice(0, value.lastIndexOf("/") + 1) : "~";
  useEffect(() => {
    if (!wanted) return;
    let gone = false;
    void client.folders(parent).then((answer) => {
      if (gone) return;
      const base = answer.ok ? answer.value.path.replace(/\/$/, "") : "";
      setFolders(
        answer.ok ? answer.value.folders.map((name) => (name.startsWith("/") ? name : `${base}/${name}`)) : [],
      );
    });
    return () => {
      gone = true;
    };
  }, [client, parent, wanted]);
  return folders;
}
