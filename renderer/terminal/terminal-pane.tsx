/** The middle of the window: a session's head, its terminal, and what is said about them. */
import { ArrowDown, Columns2, Ellipsis, Search, SquareTerminal, X } from "lucide-react";
import { lazy, Suspense, useCallback, useEffect, useLayoutEffect, useRef, useState } from "react";
import { EDITORS } from "../../shared/links/editor-address.ts";
import type { SessionView } from "../../shared/protocol/app-frames.ts";
import { oneLine, visible } from "../../shared/text/visible.ts";
import { loadCode } from "../gateway/load-code.ts";
import { InboxStrip } from "../inbox/inbox-strip.tsx";
import type { CommandId } from "../keys/commands.ts";
import { IconButton } from "../parts/button.tsx";
import { useKeptFocus } from "../parts/keep-focus.ts";
import { PortChip } from "../preview/port-chip.tsx";
import { shortFolder } from "../sessions/session-groups.ts";
import { SessionMenu } from "../sessions/session-menu.tsx";
import { onCommand } from "../shell/command-bus.ts";
import { useServices } from "../shell/services.ts";
import { useKeys } from "../shell/use-shortcuts.ts";
import { useApp } from "../stores/app-store.ts";
import { useSettings } from "../stores/settings-store.ts";
import { leavePane } from "../stores/view-store.ts";
import { ClipboardOffer } from "./clipboard-offer.tsx";
import { DropPlace } from "./drop-place.tsx";
// At once: what is typed while its code was on its way would go to the program.
import { FindBar } from "./find-bar.tsx";
import { type LinkTarget, showPlace } from "./link-target.ts";
import type { LiveTerminal, TerminalStatus } from "./live-terminal.ts";
import styles from "./terminal.module.css";
import { TerminalBanner } from "./terminal-banner.tsx";
import { TerminalMenu } from "./terminal-menu.tsx";
import { TerminalView, useLiveTerminal, useTerminalGround, useTerminalStatus } from "./terminal-view.tsx";
import { useReattach } from "./use-reattach.ts";

/** Few pastes ask, and dialogs are much code. */
const PasteQuestion = lazy(() =>
  loadCode(() => import("./paste-question.tsx")).then(({ PasteQuestion }) => ({ default: PasteQuestion })),
);

const icon = { "aria-hidden": true, size: 15, strokeWidth: 1.75 } as const;

/** Not to be keyed by its session: what is the same for all of them stays when another one is shown. */
interface PaneProps {
  session: SessionView;
  /** Absent where there is no room for two. */
  onSplit?: () => void;
  split?: boolean;
  /** One of the other panes: it takes no focus and no commands. */
  quiet?: boolean;
}

export function TerminalPane({ session, onSplit, split = false, quiet = false }: PaneProps) {
  const mac = useServices().host.platform === "darwin";
  const editor = useSettings((settings) => EDITORS[settings.editor]);
  const home = useApp((store) => store.app?.home_dir ?? "");
  const live = useLiveTerminal(session.id);
  const status = useTerminalStatus(live);
  const ground = useTerminalGround();
  const bottomKeys = useKeys("scroll-bottom");
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
  useEffect(() => (quiet ? undefined : onCommand("find", () => setFinding(true))), [quiet]);
  useEffect(() => {
    if (quiet || live === undefined) return;
    const stops = Object.entries(terminalCommands(live)).map(([id, run]) => onCommand(id as CommandId, run));
    return () => {
      for (const stop of stops) stop();
    };
  }, [quiet, live]);

  const closeFind = () => {
    setFinding(false);
    live?.focus();
  };

  return (
    <section className={styles.pane} aria-label="Terminal" data-region="terminal">
      <header className={styles.head}>
        <SquareTerminal {...icon} className={styles.headIcon} />
        <h2 className={styles.agent}>{split ? oneLine(session.label, 60) : oneLine(session.agent_name, 60)}</h2>
        <span className={styles.folder} title={visible(session.cwd)}>
          {oneLine(shortFolder(session.cwd, home), 120)}
        </span>
        <PortChip session={session} />
        <span className={styles.tools}>
          <IconButton label="Find in terminal" onClick={() => (finding ? closeFind() : setFinding(true))}>
            <Search {...icon} />
          </IconButton>
          {onSplit !== undefined && (
            <IconButton label="Show another session side by side" onClick={onSplit}>
              <Columns2 {...icon} />
            </IconButton>
          )}
          {split && (
            <IconButton label={`Close the pane of ${oneLine(session.label, 40)}`} onClick={() => leavePane(session.id)}>
              <X {...icon} />
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
        <InboxStrip session={session.id} />
        <ClipboardOffer session={session} live={live} text={status?.clipboard} dropped={status?.clipboardDropped} />
      </div>
      <div className={styles.body} style={{ backgroundColor: ground }}>
        {finding && live !== undefined && <FindBar live={live} onClose={closeFind} />}
        <TerminalMenu live={live}>
          <TerminalView key={session.id} live={live} dimmed={status?.link.state === "waiting"} quiet={quiet} />
        </TerminalMenu>
        <DropPlace live={live} handing={status?.handing} />
        {status?.scrolledUp === true && (
          <button
            type="button"
            className={styles.newest}
            title={bottomKeys}
            onClick={() => {
              live?.terminal.scrollToBottom();
              live?.focus();
            }}
          >
            <ArrowDown {...icon} size={13} />
            Newest
          </button>
        )}
        {status?.pasting !== undefined && (
          <Suspense>
            <PasteQuestion
              text={status.pasting}
              onAnswer={(answer) => {
                live?.answerPaste(answer);
                live?.focus();
              }}
            />
          </Suspense>
        )}
        {isAwaited(session, status) && <p className={styles.connecting}>Connecting to the terminal…</p>}
        {status?.linkTarget !== undefined && (
          <p className={styles.linkTarget}>
            {linkText(status.linkTarget, `${mac ? "⌘" : "Ctrl"}+click to open`, editor)}
          </p>
        )}
      </div>
    </section>
  );
}

function linkText(target: LinkTarget, how: string, editor: string): string {
  switch (target.to) {
    case "web":
      return `${oneLine(target.address, 300)} · ${how}`;
    case "file":
      return `${oneLine(showPlace(target.place), 300)} · ${how} in ${editor}`;
    case "nowhere":
      return `${oneLine(target.address, 300)} · is not opened: it is no web address and no file here`;
  }
}

/** What the keys and the palette do to the terminal that has the commands. */
const terminalCommands = (live: LiveTerminal): Partial<Record<CommandId, () => void>> => ({
  "copy-selection": () => live.copySelection(),
  "paste-clipboard": () => void live.pasteClipboard(),
  "select-all": () => live.terminal.selectAll(),
  "clear-terminal": () => live.terminal.clear(),
  "scroll-top": () => live.terminal.scrollToTop(),
  "scroll-bottom": () => live.terminal.scrollToBottom(),
  "previous-prompt": () => live.step("prompt", -1),
  "next-prompt": () => live.step("prompt", 1),
  "previous-call": () => live.step("call", -1),
  "next-call": () => live.step("call", 1),
});

/** A lost connection, a program that has ended, and one that could not be started are told above. */
function isAwaited({ terminal }: SessionView, status: TerminalStatus | undefined): boolean {
  if (terminal.state !== "running" && terminal.state !== "starting") return false;
  return (
    status === undefined || (!status.begun && (status.link.state === "connecting" || status.link.state === "open"))
  );
}
