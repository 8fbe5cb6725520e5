/** Owns the field for a folder: typed with suggestions of what is there, chosen natively, or one of the recent ones. */
import { Autocomplete } from "@base-ui/react/autocomplete";
import { Folder } from "lucide-react";
import { useEffect, useState } from "react";
import { useServices } from "../shell/services.ts";
import { useApp } from "../stores/app-store.ts";
import styles from "./new-session.module.css";
import { shortFolder } from "./session-groups.ts";

interface FolderProps {
  value: string;
  recent: readonly string[];
  onChange: (folder: string) => void;
}

/** Suggestions shown at most; a folder may have thousands. */
const MAX_SUGGESTIONS = 50;

export function FolderField({ value, recent, onChange }: FolderProps) {
  const { host } = useServices();
  const home = useApp((store) => store.app?.home_dir ?? "");
  const [open, setOpen] = useState(false);
  const folders = useSubfolders(value, open);
  const typed = value.slice(value.lastIndexOf("/") + 1).toLowerCase();
  const below = folders
    .filter((path) => nameOf(path).toLowerCase().startsWith(typed))
    .map((path) => shortFolder(path, home));
  const others = recent.map((path) => shortFolder(path, home)).filter((path) => !below.includes(path));
  const items = [...(typed === "" || value === "~" ? others : []), ...below].slice(0, MAX_SUGGESTIONS);

  return (
    <div className={styles.field}>
      <label className={styles.label} htmlFor="folder">
        Folder
      </label>
      <Autocomplete.Root
        items={items}
        value={shortFolder(value, home)}
        onValueChange={onChange}
        open={open && items.length > 0}
        onOpenChange={setOpen}
        mode="none"
        openOnInputClick
      >
        <div className={styles.folder}>
          <Folder aria-hidden size={15} strokeWidth={1.75} className={styles.cardIcon} />
          <Autocomplete.Input id="folder" className={styles.folderInput} spellCheck={false} autoCapitalize="off" />
          {host.chooseFolder !== undefined && (
            <button
              type="button"
              className={styles.choose}
              onClick={() => void host.chooseFolder?.().then((path) => path !== null && onChange(path))}
            >
              Choose…
            </button>
          )}
        </div>
        <Autocomplete.Portal>
          <Autocomplete.Positioner sideOffset={4} align="start" className={styles.positioner}>
            <Autocomplete.Popup className={styles.suggestions}>
              <Autocomplete.List>
                {(path: string) => (
                  <Autocomplete.Item key={path} value={path} className={styles.suggestion}>
                    {path}
                  </Autocomplete.Item>
                )}
              </Autocomplete.List>
            </Autocomplete.Popup>
          </Autocomplete.Positioner>
        </Autocomplete.Portal>
      </Autocomplete.Root>
    </div>
  );
}

const nameOf = (path: string): string => path.slice(path.lastIndexOf("/") + 1);

/** The folders in the folder that is being typed; none while it does not exist. */
function useSubfolders(value: string, wanted: boolean): string[] {
  const { client } = useServices();
  const [folders, setFolders] = useState<string[]>([]);
  const parent = value.includes("/") ? value.slice(0, value.lastIndexOf("/") + 1) : value === "" ? "" : "~";
  useEffect(() => {
    if (!wanted || parent === "") return;
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
