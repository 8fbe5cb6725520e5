/** The settings page: sections at the left, everything searchable. */
import { type ComponentType, useRef, useState } from "react";
import { OutboxPage } from "../outbox/outbox-page.tsx";
import { Button } from "../parts/button.tsx";
import { Dialog } from "../parts/dialog.tsx";
import { Servers } from "../servers/servers-dialog.tsx";
import { useEarlyText } from "../shell/early-keys.ts";
import { closeOverlay, useView } from "../stores/view-store.ts";
import { About } from "./about.tsx";
import { Accessibility } from "./accessibility.tsx";
import { AgentsPage } from "./agents-page.tsx";
import { Appearance } from "./appearance.tsx";
import { SettingRow } from "./controls.tsx";
import { DaemonSettings } from "./daemon-settings.tsx";
import { Devices } from "./devices.tsx";
import { General } from "./general.tsx";
import { Guarded } from "./guarded.tsx";
import { Notifications } from "./notifications.tsx";
import { PrivacyAndData } from "./privacy.tsx";
import { Programs } from "./programs.tsx";
import { SearchContext } from "./search-context.ts";
import { SECTIONS, type SectionId } from "./sections.ts";
import styles from "./settings.module.css";
import { SettingsAsJson } from "./settings-as-json.tsx";
import { Shortcuts } from "./shortcuts.tsx";
import { TerminalSettings } from "./terminal-settings.tsx";

const CONTENTS: Record<SectionId, ComponentType> = {
  general: General,
  appearance: Appearance,
  terminal: TerminalSettings,
  agents: AgentsPage,
  servers: Servers,
  programs: Programs,
  outbox: OutboxPage,
  daemon: DaemonSettings,
  notifications: Notifications,
  shortcuts: Shortcuts,
  accessibility: Accessibility,
  privacy: PrivacyAndData,
  devices: Devices,
  json: SettingsAsJson,
  about: About,
};

/** Pages of their own kind: a search finds them by their names and words, and leads there. */
const NOT_SEARCHED = new Set<SectionId>(["agents", "servers", "programs", "outbox", "devices", "json"]);

/** What these change is kept by the gateway or the daemon; the others belong to this page or this app. */
const CHANGES_THE_GATEWAY = new Set<SectionId>([
  "agents",
  "servers",
  "programs",
  "outbox",
  "daemon",
  "privacy",
  "devices",
]);

/** Where the sections stand in one row that scrolls, the open one is in sight. */
const reveal = (button: HTMLButtonElement | null): void =>
  button?.scrollIntoView({ block: "nearest", inline: "nearest" });

export function SettingsDialog() {
  const about = useView((view) => view.about);
  const [section, setSection] = useState(() => SECTIONS.find(({ id }) => id === about)?.id ?? "general");
  const [search, setSearch] = useState("");
  const takeEarlyText = useEarlyText(setSearch);
  const field = useRef<HTMLInputElement>(null);
  const words = search.trim();
  const open = (id: SectionId) => {
    setSection(id);
    setSearch("");
  };
  const shown =
    words === "" ? SECTIONS.filter(({ id }) => id === section) : SECTIONS.filter(({ id }) => !NOT_SEARCHED.has(id));

  return (
    <Dialog title="Settings" onClose={closeOverlay} width={860} initialFocus={field}>
      <div className={styles.frame}>
        <nav className={styles.nav} aria-label="Sections of the settings">
          <input
            ref={field}
            type="search"
            className={styles.search}
            placeholder="Search settings"
            aria-label="Search settings"
            value={search}
            onFocus={takeEarlyText}
            onChange={(event) => setSearch(event.target.value)}
          />
          <div className={styles.sections}>
            {SECTIONS.map(({ id, name }) => (
              <button
                key={id}
                type="button"
                ref={id === section ? reveal : null}
                className={styles.navItem}
                aria-current={words === "" && id === section}
                onClick={() => open(id)}
              >
                {name}
              </button>
            ))}
          </div>
        </nav>
        <div key={section} className={styles.content}>
          <SearchContext value={words}>
            {shown.map(({ id, name }) => {
              const Content = CONTENTS[id];
              return (
                <section key={id} className={words === "" ? styles.section : styles.found} aria-label={name}>
                  <h3 className={styles.title}>{name}</h3>
                  {CHANGES_THE_GATEWAY.has(id) ? (
                    <Guarded>
                      <Content />
                    </Guarded>
                  ) : (
                    <Content />
                  )}
                </section>
              );
            })}
            {SECTIONS.filter(({ id }) => words !== "" && NOT_SEARCHED.has(id)).map(({ id, name, words: more }) => (
              <PageLink key={id} name={name} words={more} onOpen={() => open(id)} />
            ))}
            {words !== "" && <p className={styles.nothing}>No settings match “{search}”.</p>}
          </SearchContext>
        </div>
      </div>
    </Dialog>
  );
}

/** A row of the search's answer that leads to a whole page. */
function PageLink({ name, words, onOpen }: { name: string; words: string; onOpen: () => void }) {
  return (
    <SettingRow label={name} also={words}>
      {(ids) => (
        <Button onClick={onOpen} aria-describedby={ids.label}>
          Open
        </Button>
      )}
    </SettingRow>
  );
}
