/** The page that says what this is. */
import { oneLine } from "../../shared/text/visible.ts";
import { useSandboxed } from "../shell/sandbox-note.tsx";
import { useApp } from "../stores/app-store.ts";
import { SettingRow } from "./controls.tsx";
import styles from "./pages.module.css";

declare const __SIGNALBOX_VERSION__: string;

export function About() {
  const app = useApp((store) => store.app);
  const sandboxed = useSandboxed();
  return (
    <>
      <SettingRow
        label="Signalbox"
        hint={`Page ${__SIGNALBOX_VERSION__}, gateway ${oneLine(app?.version ?? "unknown", 40)}`}
      >
        {() => null}
      </SettingRow>
      <SettingRow label="Daemon" hint={oneLine(app?.daemon.version ?? "unknown", 40)}>
        {() => null}
      </SettingRow>
      {sandboxed === false && (
        <SettingRow label="Chromium's sandbox" hint="Off: the app was started with --no-sandbox.">
          {() => null}
        </SettingRow>
      )}
      <p className={styles.text}>
        MIT licence. Typefaces Inter and JetBrains Mono under the SIL Open Font Licence, icons by Lucide under the ISC
        licence.
      </p>
    </>
  );
}
