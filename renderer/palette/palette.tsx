/** The palette: one field that leads to every session, call, command and setting. */
import { Dialog } from "@base-ui/react/dialog";
import { Search } from "lucide-react";
import { type KeyboardEvent, useDeferredValue, useEffect, useMemo, useRef, useState } from "react";
import { formatSecond } from "../activity/elapsed.ts";
import { isInputMethod } from "../keys/input-method.ts";
import { Kbd } from "../parts/button.tsx";
import { StateIcon } from "../parts/state-icon.tsx";
import { useEarlyText } from "../shell/early-keys.ts";
import { useServices } from "../shell/services.ts";
import { useApp, useSessions, useWatching } from "../stores/app-store.ts";
import { namesCalls } from "../stores/filters.ts";
import { changeSettings, useSettings } from "../stores/settings-store.ts";
import { closeOverlay, useView } from "../stores/view-store.ts";
import {
  callEntries,
  commandEntries,
  type Entry,
  findEntries,
  sessionEntries,
  settingEntries,
  withFound,
} from "./entries.ts";
import styles from "./palette.module.css";
import { useSearch } from "./use-search.ts";

const MAX_RECENT = 8;

export function Palette() {
  const { host, streams } = useServices();
  const own = useSettings((settings) => settings.keys);
  const recent = useSettings((settings) => settings.recentCommands);
  const sessions = useSessions();
  const home = useApp((store) => store.app?.home_dir ?? "");
  const session = useView((view) => view.session);
  const watching = useWatching();
  const [query, setQuery] = useState("");
  const takeEarlyText = useEarlyText(setQuery);
  const [at, setAt] = useState(0);
  const deferred = useDeferredValue(query);
  const input = useRef<HTMLInputElement>(null);
  const list = useRef<HTMLDivElement>(null);

  // Read anew for each text only where it chooses among the calls.
  const asked = namesCalls(deferred) ? deferred : "";
  const all = useMemo(
    () => [
      ...commandEntries(host.platform, own, recent, watching),
      ...sessionEntries(sessions, home),
      ...settingEntries(),
      ...callEntries(session === undefined ? undefined : streams.open(session), asked),
    ],
    [host.platform, own, recent, watching, sessions, home, session, streams, asked],
  );
  const found = useSearch(deferred.trim(), session);
  const shown = useMemo(() => withFound(findEntries(all, deferred.trim()), found), [all, deferred, found]);
  const current = Math.min(at, Math.max(0, shown.length - 1));

  useEffect(() => {
    if (current < shown.length)
      list.current?.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: "nearest" });
  }, [current, shown]);

  function choose(entry: Entry | undefined): void {
    if (entry === undefined) return;
    if (entry.group === "Commands") {
      changeSettings({ recentCommands: [entry.id, ...recent.filter((id) => id !== entry.id)].slice(0, MAX_RECENT) });
    }
    entry.run();
  }

  /** What Enter means: what was typed, also while the list has not caught up with it. */
  function meant(): Entry | undefined {
    if (deferred === query) return shown[current];
    // What chooses among the calls is not known for this text yet.
    return namesCalls(query) ? undefined : findEntries(all, query.trim())[at];
  }

  function onKeyDown(event: KeyboardEvent): void {
    if (isInputMethod(event)) return;
    if (event.key === "ArrowDown") setAt((current + 1) % Math.max(1, shown.length));
    else if (event.key === "ArrowUp") setAt((current - 1 + shown.length) % Math.max(1, shown.length));
    else if (event.key === "Enter") choose(meant());
    else return;
    event.preventDefault();
  }

  return (
    <Dialog.Root open onOpenChange={(open) => !open && closeOverlay()}>
      <Dialog.Portal>
        <Dialog.Backdrop className={styles.scrim} />
        <Dialog.Popup className={styles.popup} initialFocus={input} aria-label="Search or run a command">
          <div className={styles.field}>
            <Search aria-hidden size={16} strokeWidth={1.75} />
            <input
              ref={input}
              className={styles.input}
              role="combobox"
              aria-expanded="true"
              aria-controls="palette-list"
              aria-activedescendant={shown[current] === undefined ? undefined : `palette-${current}`}
              aria-label="Search or run a command"
              placeholder="Search sessions, calls and commands"
              value={query}
              spellCheck={false}
              onFocus={takeEarlyText}
              onChange={(event) => {
                setQuery(event.target.value);
                setAt(0);
              }}
              onKeyDown={onKeyDown}
            />
          </div>
          <div ref={list} id="palette-list" role="listbox" aria-label="Results" className={styles.list}>
            {shown.map((entry, index) => (
              <Row
                key={entry.id}
                entry={entry}
                index={index}
                heading={shown[index - 1]?.group !== entry.group}
                current={index === current}
                onChoose={choose}
              />
            ))}
          </div>
          {shown.length === 0 && <p className={styles.none}>Nothing matches “{query}”.</p>}
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

interface RowProps {
  entry: Entry;
  index: number;
  heading: boolean;
  current: boolean;
  onChoose: (entry: Entry) => void;
}

function Row({ entry, index, heading, current, onChoose }: RowProps) {
  return (
    <>
      {heading && (
        <div role="presentation" className={styles.group}>
          {entry.group}
        </div>
      )}
      <div
        id={`palette-${index}`}
        role="option"
        tabIndex={-1}
        aria-selected={current}
        className={styles.row}
        onClick={() => onChoose(entry)}
      >
        {entry.tone !== undefined && <StateIcon tone={entry.tone} />}
        <span className={styles.name}>{entry.name}</span>
        <span className={styles.detail}>{entry.detail}</span>
        {entry.at !== undefined && <span className={styles.at}>{formatSecond(entry.at)}</span>}
        {entry.keys !== undefined && <Kbd>{entry.keys}</Kbd>}
      </div>
    </>
  );
}
