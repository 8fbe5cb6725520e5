/** The bar at the top: where one is, the way to everything, and whether all is well. */
import { Bell, ChevronDown, EllipsisVertical, Eye, Menu as MenuIcon, Search, Settings } from "lucide-react";
import { oneLine } from "../../shared/text/visible.ts";
import { InboxButton } from "../inbox/inbox-button.tsx";
import { IconButton, join, Kbd } from "../parts/button.tsx";
import { SessionMenu } from "../sessions/session-menu.tsx";
import { useSession, useSessions, useWatching } from "../stores/app-store.ts";
import { openOverlay, useView } from "../stores/view-store.ts";
import { runCommand } from "./command-bus.ts";
import { DaemonChip } from "./daemon-chip.tsx";
import { Mark } from "./mark.tsx";
import { useServices } from "./services.ts";
import styles from "./title-bar.module.css";
import type { Width } from "./use-width.ts";

interface TitleBarProps {
  width: Width;
  paletteKeys: string | undefined;
  settingsKeys: string | undefined;
}

export function TitleBar({ width, paletteKeys, settingsKeys }: TitleBarProps) {
  const { host } = useServices();
  const session = useSession(useView((view) => view.session));
  const needsYou = useSessions().filter((other) => other.status.state === "needs_you").length;
  const hasSessions = useSessions().length > 0;
  const label = session === undefined ? undefined : oneLine(session.label, 80);
  const narrow = width === "narrow";
  const watching = useWatching() && <Watching narrow={width !== "wide"} />;
  const bell = needsYou > 0 && (
    <button
      type="button"
      className={narrow ? styles.needsNarrow : styles.needs}
      onClick={() => runCommand("next-needs-you")}
    >
      {!narrow && <Bell aria-hidden size={14} strokeWidth={1.75} />}
      <span>
        {needsYou}
        <span className={narrow ? "visually-hidden" : undefined}> {needsYou === 1 ? "needs" : "need"} you</span>
      </span>
    </button>
  );

  if (narrow) {
    return (
      <header className={styles.bar} data-desktop={host.kind === "desktop" || undefined}>
        <IconButton label="Show sessions" onClick={() => useView.setState({ sessionsOpen: true })}>
          <MenuIcon aria-hidden size={18} strokeWidth={1.75} />
        </IconButton>
        <button type="button" className={styles.switcher} onClick={() => useView.setState({ sessionsOpen: true })}>
          <span className={styles.label}>{label ?? "Signalbox"}</span>
          {hasSessions && <ChevronDown aria-hidden size={15} strokeWidth={1.75} />}
        </button>
        <span className={styles.right}>
          {watching}
          {bell}
          <InboxButton narrow />
          <DaemonChip narrow />
          <IconButton label="Search or run a command" onClick={() => openOverlay("palette")}>
            <Search aria-hidden size={16} strokeWidth={1.75} />
          </IconButton>
          {session === undefined ? (
            <IconButton label="Settings" onClick={() => openOverlay("settings")}>
              <Settings aria-hidden size={16} strokeWidth={1.75} />
            </IconButton>
          ) : (
            <SessionMenu
              session={session}
              trigger={
                <IconButton label="Session actions">
                  <EllipsisVertical aria-hidden size={16} strokeWidth={1.75} />
                </IconButton>
              }
            />
          )}
        </span>
      </header>
    );
  }
  return (
    <header className={styles.bar} data-desktop={host.kind === "desktop" || undefined}>
      <span className={styles.left}>
        <span className={join(styles.brand, width === "wide" && hasSessions && styles.brandWide)}>
          <Mark />
          {(width === "wide" || session === undefined) && <span className={styles.product}>Signalbox</span>}
        </span>
        {session !== undefined && (
          <span className={styles.where}>
            <strong className={styles.label}>{label}</strong>
            {session.calls.running > 0 && <span className={styles.count}> · {session.calls.running} running</span>}
          </span>
        )}
      </span>
      <button type="button" className={styles.search} onClick={() => openOverlay("palette")}>
        <Search aria-hidden size={14} strokeWidth={1.75} />
        <span className={styles.searchText}>Search or run a command</span>
        {paletteKeys !== undefined && <Kbd>{paletteKeys}</Kbd>}
      </button>
      <span className={styles.right}>
        {watching}
        <DaemonChip narrow={false} />
        {bell}
        <InboxButton narrow={false} />
        <IconButton label="Settings" keys={settingsKeys} onClick={() => openOverlay("settings")}>
          <Settings aria-hidden size={16} strokeWidth={1.75} />
        </IconButton>
      </span>
    </header>
  );
}

/** Where one may only look, that is said all the time. */
function Watching({ narrow }: { narrow: boolean }) {
  return (
    <span
      className={styles.watching}
      title="This device has view-only access: it changes nothing, and what you type isn't sent."
    >
      <Eye aria-hidden size={14} strokeWidth={1.75} />
      <span className={narrow ? "visually-hidden" : undefined}>Watching only</span>
    </span>
  );
}
