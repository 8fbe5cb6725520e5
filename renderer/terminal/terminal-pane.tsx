/** Owns the middle of the window: a session's head, its terminal, and what is said about them. */
import {
  Columns2,
  Download,
  Ellipsis,
  Link as LinkIcon,
  Pencil,
  RotateCw,
  Search,
  SquareTerminal,
  Trash2,
} from "lucide-react";
import { useEffect, useState } from "react";
import { deepLink } from "../../shared/links/deep-link.ts";
import type { SessionView } from "../../shared/protocol/app-frames.ts";
import { CLOSE } from "../../shared/protocol/wire.ts";
import { oneLine } from "../../shared/text/visible.ts";
import { IconButton } from "../parts/button.tsx";
import { Menu, MenuItem, MenuLine } from "../parts/menu.tsx";
import { type SessionDialogKind, SessionDialogs } from "../sessions/session-dialogs.tsx";
import { shortFolder } from "../sessions/session-groups.ts";
import { copyText, restartSession } from "../shell/actions.ts";
import { onCommand } from "../shell/command-bus.ts";
import { exportSession } from "../shell/export-session.ts";
import { useServices } from "../shell/services.ts";
import { useApp } from "../stores/app-store.ts";
import { FindBar } from "./find-bar.tsx";
import type { LiveTerminal, TerminalStatus } from "./live-terminal.ts";
import styles from "./terminal.module.css";
import { TerminalBanner } from "./terminal-banner.tsx";
import { TerminalView, useLiveTerminal, useTerminalStatus } from "./terminal-view.tsx";

const icon = { "aria-hidden": true, size: 15, strokeWidth: 1.75 } as const;

export function TerminalPane({
  session,
  onSplit,
  split,
}: {
  session: SessionView;
  onSplit?: () => void;
  split?: boolean;
}) {
  const services = useServices();
  const home = useApp((store) => store.app?.home_dir ?? "");
  const live = useLiveTerminal(session.id);
  const status = useTerminalStatus(live);
  const [finding, setFinding] = useState(false);
  const [dialog, setDialog] = useState<SessionDialogKind>();
  const name = oneLine(session.agent_name, 60);
  const folder = shortFolder(session.cwd, home);

  useReattach(session, live, status);
  useEffect(() => onCommand("find", () => setFinding(true)), []);

  const closeFind = () => {
    setFinding(false);
    live?.focus();
  };

  return (
    <section className={styles.pane} aria-label="Terminal" data-region="terminal">
      <header className={styles.head}>
        <SquareTerminal {...icon} className={styles.headIcon} />
        <h2 className={styles.agent}>{name}</h2>
        <span className={styles.folder} title={session.cwd}>
          {oneLine(folder, 120)}
        </span>
        <span className={styles.tools}>
          <IconButton label="Find in terminal" onClick={() => (finding ? closeFind() : setFinding(true))}>
            <Search {...icon} />
          </IconButton>
          {onSplit !== undefined && (
            <IconButton label="Show two sessions side by side" pressed={split ?? false} onClick={onSplit}>
              <Columns2 {...icon} />
            </IconButton>
          )}
          <Menu
            trigger={
              <IconButton label="Session actions">
                <Ellipsis {...icon} />
              </IconButton>
            }
          >
            <MenuItem icon={<Pencil {...icon} />} onClick={() => setDialog("rename")}>
              Rename…
            </MenuItem>
            <MenuItem
              icon={<LinkIcon {...icon} />}
              onClick={() => void copyText(deepLink({ session: session.id }), "Link")}
            >
              Copy link
            </MenuItem>
            <MenuItem
              icon={<Download {...icon} />}
              onClick={() => void exportSession(services.client, session, "jsonl")}
            >
              Export events (JSONL)
            </MenuItem>
            <MenuItem icon={<RotateCw {...icon} />} onClick={() => void restartSession(services, session.id)}>
              Restart program
            </MenuItem>
            <MenuLine />
            <MenuItem icon={<Trash2 {...icon} />} danger onClick={() => setDialog("delete")}>
              Delete session…
            </MenuItem>
          </Menu>
        </span>
      </header>
      <TerminalBanner session={session} status={status} />
      <div className={styles.body}>
        {finding && live !== undefined && <FindBar live={live} onClose={closeFind} />}
        <TerminalView live={live} dimmed={status?.link.state === "waiting"} />
        {status?.linkTarget !== undefined && (
          <p className={styles.linkTarget}>{oneLine(status.linkTarget, 300)} · Ctrl+click to open</p>
        )}
      </div>
      <SessionDialogs kind={dialog} session={session} onClose={() => setDialog(undefined)} />
    </section>
  );
}

/** Waiting before the next attempt at a terminal that is said to run but was not found. */
const REATTACH_MS = 1_000;

/** A terminal that was gone when the page attached may have been started again by somebody else. */
function useReattach(session: SessionView, live: LiveTerminal | undefined, status: TerminalStatus | undefined): void {
  const lost = status?.link.state === "closed" && status.link.code === CLOSE.noSuchSession;
  const runs = session.terminal.state === "running";
  useEffect(() => {
    if (!lost || !runs) return;
    const timer = setTimeout(() => live?.reconnectNow(), REATTACH_MS);
    return () => clearTimeout(timer);
  }, [lost, runs, live]);
}
