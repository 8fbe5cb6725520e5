/** The page about the daemon: its state, where it was looked for, and how to look again. */
import { visible } from "../../shared/text/visible.ts";
import { Button } from "../parts/button.tsx";
import { retryDaemon, startDaemon } from "../shell/actions.ts";
import { attemptText, daemonLine, daemonSentence, daemonTone } from "../shell/daemon-text.ts";
import { Dot } from "../shell/dot.tsx";
import { useServices } from "../shell/services.ts";
import { useApp } from "../stores/app-store.ts";
import { CallsOfAgents } from "./calls-of-agents.tsx";
import controls from "./controls.module.css";
import { SettingRow } from "./controls.tsx";
import { Doctor } from "./doctor.tsx";
import styles from "./pages.module.css";

export function DaemonSettings() {
  const services = useServices();
  const daemon = useApp((store) => store.app?.daemon);
  const servers = useApp((store) => store.app?.servers.length ?? 0);
  if (daemon === undefined) return null;
  return (
    <>
      <SettingRow
        label="Daemon"
        hint={daemon.state === "connected" ? daemonLine(daemon, servers) : daemonSentence(daemon, 0)}
      >
        {() => (
          <span className={controls.buttons}>
            <Dot tone={daemonTone(daemon)} />
            <Button onClick={() => void retryDaemon(services)}>Look again</Button>
            {daemon.state !== "connected" && (
              <Button onClick={() => void startDaemon(services)}>Start built-in daemon</Button>
            )}
          </span>
        )}
      </SettingRow>
      {daemon.state === "refused" && (
        <p className={styles.text} data-setting="">
          The daemon doesn't accept this app's key. If it belongs to another program, end it there; if it is Signalbox's
          own from another home folder, <code>signalbox stop</code> ends it. Then look again.
        </p>
      )}
      {daemon.attempts.map((attempt) => (
        <SettingRow key={attempt.path} label={visible(attempt.path)} hint={visible(attemptText(attempt))}>
          {() => null}
        </SettingRow>
      ))}
      <CallsOfAgents />
      <Doctor />
      <p className={styles.text}>
        Other discovery files are named with <code>--discovery</code> or <code>SIGNALBOX_DISCOVERY</code>.
      </p>
    </>
  );
}
