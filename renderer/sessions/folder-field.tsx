/** The field for a folder: typed with suggestions of what is there, chosen natively, or one of the recent ones. */
import { Folder } from "lucide-react";
import { type KeyboardEvent, useEffect, useRef, useState } from "react";
import { visible } from "../../shared/text/visible.ts";
import { isInputMethod } from "../keys/input-method.ts";
import form from "../parts/form.module.css";
import { useServices } from "../shell/services.ts";
import { useApp } from "../stores/app-store.ts";
import styles from "./folder-field.module.css";
import { shortFolder } from "./session-groups.ts";
import { completeFolder, folderAbove, suggestFolders } from "./suggest-folders.ts";

interface FolderProps {
  value: string;
  recent: readonly string[];
  onChange: (folder: string) => void;
  /** The machine whose folders they are, where that is another one. */
  machine?: string | undefined;
}

export function FolderField({ value, recent, onChange, machine }: FolderProps) {
  const { host } = useServices();
  const here = useApp((store) => store.app?.home_dir ?? "");
  // Where its person lives there is not known.
  const home = machine === undefined ? here : "";
  const [open, setOpen] = useState(false);
  const [at, setAt] = useState(-1);
  /** What is chosen leads into it, until the field is left. */
  const [browsing, setBrowsing] = useState(false);
  const input = useRef<HTMLInputElement>(null);
  /** Only what a person has begun is completed: who merely passes leaves with Tab. */
  const typedHere = useRef(false);
  const typed = shortFolder(value, home);
  const below = useSubfolders(value, open, machine).map((path) => shortFolder(path, home));
  const above = browsing ? folderAbove(typed) : undefined;
  const suggested = suggestFolders(typed, below, browsing ? [] : recent.map((path) => shortFolder(path, home)));
  const items = open ? [...(above === undefined ? [] : [above]), ...suggested] : [];
  const shown = items.length > 0;

  function choose(path: string): void {
    onChange(browsing && !path.endsWith("/") ? `${path}/` : path);
    setAt(-1);
    setOpen(browsing);
  }

  function close(): void {
    setOpen(false);
    setBrowsing(false);
    setAt(-1);
  }

  /** What the typed beginning of a name becomes; a folder that is there is left alone. */
  const completed = (): string | undefined => (open ? completeFolder(typed, below) : undefined);
  const isThere = typed.endsWith("/") || typed === "~" || below.includes(typed);

  /**
   * Enter takes the suggestion that the arrows reached, or completes a name that is only begun; else it belongs to the form.
   * Tab completes as in a shell, and leaves the field when nothing is left to complete.
   */
  function onKeyDown(event: KeyboardEvent): void {
    if (isInputMethod(event)) return;
    const current = items[at];
    if (event.key === "ArrowDown" && !open) setOpen(true);
    else if (event.key === "ArrowDown" && shown) setAt((at + 1) % items.length);
    else if (event.key === "ArrowUp" && shown) setAt((at - 1 + items.length) % items.length);
    else if (event.key === "Enter" && shown && current !== undefined) choose(current);
    else if (event.key === "Enter" && !isThere && completed() !== undefined) onChange(completed() ?? typed);
    else if (event.key === "Tab" && !event.shiftKey && current !== undefined) choose(current);
    else if (event.key === "Tab" && !event.shiftKey && typedHere.current && completed() !== undefined)
      onChange(completed() ?? typed);
    else if (event.key === "Escape" && shown) close();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  function browse(): void {
    if (host.chooseFolder === undefined || machine !== undefined) {
      input.current?.focus();
      if (!typed.endsWith("/")) onChange(`${typed}/`);
      setBrowsing(true);
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
            typedHere.current = true;
            setAt(-1);
            setOpen(true);
          }}
          onKeyDown={onKeyDown}
          onBlur={close}
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
              {path === above ? `Up: ${visible(path)}` : visible(path)}
            </div>
          ))}
        </div>
      </div>
    </div>
  );
}

/** The folders in the folder that is being typed; none while it does not exist. */
function useSubfolders(value: string, wanted: boolean, machine: string | undefined): string[] {
  const { client } = useServices();
  const [folders, setFolders] = useState<string[]>([]);
  const parent = value.includes("/") ? value.slice(0, value.lastIndexOf("/") + 1) : "~";
  useEffect(() => {
    if (!wanted) return;
    let gone = false;
    void client.folders(parent, machine).then((answer) => {
      if (gone) return;
      const base = answer.ok ? answer.value.path.replace(/\/$/, "") : "";
      setFolders(
        answer.ok ? answer.value.folders.map((name) => (name.startsWith("/") ? name : `${base}/${name}`)) : [],
      );
    });
    return () => {
      gone = true;
    };
  }, [client, parent, wanted, machine]);
  return folders;
}
