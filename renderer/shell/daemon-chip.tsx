/** The chip that says whether a daemon was found, and what it opens: where was looked, what is wrong, what to do. */
import { Popover } from "@base-ui/react/popover";
import { memo, useState } from "react";
import { oneLine, visible } from "../../shared/text/visible.ts";
import { formatMinute } from "../activity/elapsed.ts";
import { Button } from "../parts/button.tsx";
import { useApp, useWatching } from "../stores/app-store.ts";
import { useNow } from "../stores/clock.ts";
import { openOverlay } from "../stores/view-store.ts";
import { retryDaemon, startDaemon } from "./actions.ts";
import styles from "./daemon-chip.module.css";
import { attemptText, chipText, countServers, daemonSentence, daemonTone } from "./daemon-text.ts";
import { Dot } from "./dot.tsx";
import { useServices } from "./services.ts";

export const DaemonChip = memo(function DaemonChip({ narrow }: { narrow: boolean }) {
  const services = useServices();
  const daemon = useApp((store) => store.app?.daemon);
  const servers = useApp((store) => store.app?.servers);
  const cutOff = useApp((store) => store.link.state !== "open");
  const watching = useWatching();
  const now = useNow("fast", daemon?.state === "lost");
  const [open, setOpen] = useState(false);
  if (daemon === undefined) return null;
  const count = servers?.length ?? 0;
  const broken = servers?.filter((server) => server.state === "failed").length ?? 0;
  // What was true when the gateway was last heard may not be so any more.
  const text = cutOff ? "not known" : chipText(daemon, count, broken);
  const connected = daemon.state === "connected";
  const tone = cutOff ? "idle" : connected && broken > 0 ? "warn" : daemonTone(daemon);

  /** The dialog takes the place of what opened it. */
  function showServers(): void {
    setOpen(false);
    openOverlay("servers");
  }

  return (
    <Popover.Root open={open} onOpenChange={setOpen}>
      <Popover.Trigger className={narrow ? styles.narrow : styles.chip} aria-label={`Daemon: ${text}`}>
        <Dot tone={tone} />
        {!narrow && <span>Daemon · {text}</span>}
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Positioner align="end" sideOffset={6} className={styles.positioner}>
          <Popover.Popup className={styles.popup}>
            <Popover.Title className={styles.title}>
              <Dot tone={tone} />
              {connected ? (daemon.own ? "Built-in daemon" : "Another program's daemon") : "Daemon"}
            </Popover.Title>
            <Popover.Description className={styles.sentence}>
              {cutOff && "The gateway isn't answering; this is what it said last. "}
              {daemonSentence(daemon, now)}
              {daemon.reason !== undefined && daemon.state !== "mismatch" && ` ${visible(daemon.reason)}`}
            </Popover.Description>
            <dl className={styles.facts}>
              {daemon.url !== undefined && <Fact name="Address" value={daemon.url} />}
              {daemon.pid !== undefined && <Fact name="Process" value={String(daemon.pid)} />}
              {daemon.version !== undefined && <Fact name="Version" value={daemon.version} />}
              <Fact name="Since" value={formatMinute(daemon.since)} />
              {connected && (
                <Fact name="Servers" value={countServers(count) + (broken > 0 ? `, ${broken} not working` : "")} />
              )}
            </dl>
            <BrokenServers onOpen={showServers} />
            {!connected && daemon.attempts.length > 0 && (
              <>
                <h3 className={styles.heading}>Looked in</h3>
                <ul className={styles.attempts}>
                  {daemon.attempts.map((attempt) => (
                    <li key={attempt.path}>
                      <code>{visible(attempt.path)}</code>
                      <span>{visible(attemptText(attempt))}</span>
                    </li>
                  ))}
                </ul>
              </>
            )}
            <div className={styles.actions}>
              <Button disabled={watching} onClick={() => void retryDaemon(services)}>
                {daemon.state === "lost" ? "Reconnect now" : "Retry"}
              </Button>
              {!connected && daemon.state !== "starting" && (
                <Button disabled={watching} onClick={() => void startDaemon(services)}>
                  Start built-in daemon
                </Button>
              )}
              <Button onClick={showServers}>Servers…</Button>
            </div>
          </Popover.Popup>
        </Popover.Positioner>
      </Popover.Portal>
    </Popover.Root>
  );
});

function Fact({ name, value }: { name: string; value: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{visible(value)}</dd>
    </div>
  );
}

/** The servers that do not work, each with the first line of its reason, and what is wrong with their file. */
function BrokenServers({ onOpen }: { onOpen: () => void }) {
  const servers = useApp((store) => store.app?.servers) ?? [];
  const error = useApp((store) => store.app?.servers_error);
  const broken = servers.filter((server) => server.state === "failed");
  if (broken.length === 0 && error === undefined) return null;
  return (
    <>
      <h3 className={styles.heading}>Not working</h3>
      <ul className={styles.attempts}>
        {broken.map((server) => (
          <li key={server.name}>
            <button type="button" className={styles.broken} onClick={onOpen}>
              {oneLine(server.name, 64)}
            </button>
            <span>{oneLine(server.reason?.split("\n")[0] ?? "no reason was given", 160)}</span>
          </li>
        ))}
        {error !== undefined && (
          <li>
            <code>servers.json</code>
            <span>{oneLine(error, 200)}</span>
          </li>
        )}
      </ul>
    </>
  );
}
