/** Owns the middle of the window: a session's head, its terminal, and what is said about them. */
import { Columns2, Ellipsis, Search, SquareTerminal } from "lucide-react";
import { useCallback, useEffect, useLayoutEffect, useRef, useState } from "react";
import type { SessionView } from "../../shared/protocol/app-frames.ts";
import { oneLine } from "../../shared/text/visible.ts";
import { IconButton } from "../parts/button.tsx";
import { useKeptFocus } from "../parts/keep-focus.ts";
import { shortFolder } from "../sessions/session-groups.ts";
import { SessionMenu } from "../sessions/session-menu.tsx";
import { onCommand } from "../shell/command-bus.ts";
import { useApp } from "../stores/app-store.ts";
import { FindBar } from "./find-bar.tsx";
import type { TerminalStatus } from "./live-terminal.ts";
import styles from "./terminal.module.css";
import { TerminalBanner } from "./terminal-banner.tsx";
import { TerminalView, useLiveTerminal, useTerminalGround, useTerminalStatus } from "./terminal-view.tsx";
import { useCallMarks } from "./use-call-marks.ts";
import { useReattach } from "./use-reattach.ts";

const icon = { "aria-hidden": true, size: 15, strokeWidth: 1.75 } as const;

/** Not to be keyed by its session: what is the same for all of them stays when another one is shown. */
interface PaneProps {
  session: SessionView;
  /** Absent where there is no room for two. */
  onSplit?: () => void;
  split?: boolean;
  /** The other half of a split view: it takes no focus and no commands. */
  quiet?: boolean;
}

export function TerminalPane({ session, onSplit, split = false, quiet = false }: PaneProps) {
  const home = useApp((store) => store.app?.home_dir ?? "");
  const live = useLiveTerminal(session.id);
  const status = useTerminalStatus(live);
  const ground = useTerminalGround();
  const [finding, setFinding] = useState(false);
  const [findingIn, setFindingIn] = useState(session.id);
  // Another session begins without.
  if (findingIn !== session.id) {
    setFindingIn(session.id);
    setFinding(false);
  }

  const said = useRef<HTMLDivElement>(null);
  useKeptFocus(
    said,
    useCallback(() => live?.focus(), [live]),
  );
  useReattach(session, live, status);
  // Before the focus comes to the terminal of a program that is started again.
  const { state } = session.terminal;
  useLayoutEffect(() => live?.follow(state), [live, state]);
  useCallMarks(session.id, live);
  useEffect(() => (quiet ? undefined : onCommand("find", () => setFinding(true))), [quiet]);

  const closeFind = () => {
    setFinding(false);
    live?.focus();
  };

  return (
    <section className={styles.pane} aria-label="Terminal" data-region="terminal">
      <header className={styles.head}>
        <SquareTerminal {...icon} className={styles.headIcon} />
        <h2 className={styles.agent}>{split ? oneLine(session.label, 60) : oneLine(session.agent_name, 60)}</h2>
        <span className={styles.folder} title={session.cwd}>
          {oneLine(shortFolder(session.cwd, home), 120)}
        </span>
        <span className={styles.tools}>
          <IconButton label="Find in terminal" onClick={() => (finding ? closeFind() : setFinding(true))}>
            <Search {...icon} />
          </IconButton>
          {onSplit !== undefined && (
            <IconButton
              label={split ? "Show one session" : "Show two sessions side by side"}
              pressed={split}
              onClick={onSplit}
            >
              <Columns2 {...icon} />
            </IconButton>
          )}
          <SessionMenu
            session={session}
            trigger={
              <IconButton label="Session actions">
                <Ellipsis {...icon} />
              </IconButton>
            }
          />
        </span>
      </header>
      <div ref={said}>
        <TerminalBanner session={session} status={status} />
      </div>
      <div className={styles.body} style={{ backgroundColor: ground }}>
        {finding && live !== undefined && <FindBar live={live} onClose={closeFind} />}
        <TerminalView key={session.id} live={live} dimmed={status?.link.state === "waiting"} quiet={quiet} />
        {isAwaited(session, status) && <p className={styles.connecting}>Connecting to the terminal…</p>}
        {status?.linkTarget !== undefined && (
          <p className={styles.linkTarget}>{oneLine(status.linkTarget, 300)} · Ctrl+click to open</p>
        )}
      </div>
    </section>
  );
}

/** A lost connection, a program that has ended, and one that could not be started are told above. */
function isAwaited({ terminal }: SessionView, status: TerminalStatus | undefined): boolean {
  if (terminal.state !== "running" && terminal.state !== "starting") return false;
  return (
    status === undefined || (!status.begun && (status.link.state === "connecting" || status.link.state === "open"))
  );
}
