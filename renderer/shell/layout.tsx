/** Owns the arrangement of the panels in the three forms of the window. */
import { lazy, memo, type RefObject, Suspense, useEffect, useMemo, useRef } from "react";
import { Group, Panel, type PanelImperativeHandle, useDefaultLayout, usePanelRef } from "react-resizable-panels";
import type { SessionView } from "../../shared/protocol/app-frames.ts";
import { ActivityPanel } from "../activity/activity-panel.tsx";
import { PanelSeparator } from "../parts/panel-separator.tsx";
import { SessionList } from "../sessions/session-list.tsx";
import { SessionRail } from "../sessions/session-rail.tsx";
import { BadPath, NothingSelected, UnknownSession } from "../states/no-session.tsx";
import { useSession } from "../stores/app-store.ts";
import { useTurnStarts } from "../stores/use-turn-starts.ts";
import { useView } from "../stores/view-store.ts";
import { Terminals } from "../terminal/terminals.tsx";
import styles from "./layout.module.css";
import { NarrowLayout } from "./narrow-layout.tsx";
import { useServices } from "./services.ts";
import { useKeys } from "./use-shortcuts.ts";
import type { Width } from "./use-width.ts";

export const loadCallDrawer = () =>
  import("../detail/call-drawer.tsx").then(({ CallDrawer }) => ({ default: CallDrawer }));
const CallDrawer = lazy(loadCallDrawer);

export function Layout({ width }: { width: Width }) {
  const id = useView((view) => view.session);
  const session = useSession(id);
  if (width === "narrow")
    return <NarrowLayout session={session} middle={session === undefined ? <Middle /> : undefined} />;
  return (
    <div className={styles.body}>
      {width === "middle" && <SessionRail />}
      <Panels key={width} width={width} shown={session !== undefined} />
      {session !== undefined && <TurnStarts session={session.id} />}
      {session !== undefined && <Drawer session={session} />}
    </div>
  );
}

function TurnStarts({ session }: { session: string }) {
  const { streams } = useServices();
  useTurnStarts(
    session,
    useMemo(() => streams.open(session), [streams, session]),
  );
  return null;
}

export function Drawer({ session }: { session: SessionView }) {
  const { streams } = useServices();
  const call = useView((view) => view.call);
  const store = useMemo(() => streams.open(session.id), [streams, session.id]);
  if (call === undefined) return null;
  return (
    <Suspense>
      <CallDrawer key={call} store={store} session={session.id} id={call} />
    </Suspense>
  );
}

/** Another session changes what is in the panels, not the panels. */
const Panels = memo(function Panels({ width, shown }: { width: Width; shown: boolean }) {
  const collapsed = useView((view) => view.collapsed);
  const activity = usePanelRef();
  useWaterfallWidth(activity, width);
  const newKeys = useKeys("new-session");
  const showSessions = width === "wide" && !collapsed.sessions;
  const showActivity = shown && !collapsed.activity;
  const panels = [showSessions && "sessions", "terminal", showActivity && "activity"].filter((name) => name !== false);
  const saved = useDefaultLayout({ id: `signalbox.layout.${width}`, panelIds: panels, storage: safeStorage });
  return (
    <Group
      orientation="horizontal"
      className={styles.panels}
      {...(saved.defaultLayout === undefined ? {} : { defaultLayout: saved.defaultLayout })}
      onLayoutChanged={saved.onLayoutChanged}
    >
      {showSessions && (
        <>
          <Panel id="sessions" defaultSize={220} minSize={160} maxSize={420} groupResizeBehavior="preserve-pixel-size">
            <SessionList newKeys={newKeys} />
          </Panel>
          <PanelSeparator label="Resize sessions" before="sessions" />
        </>
      )}
      <Panel id="terminal" minSize={320}>
        <ShownTerminals />
      </Panel>
      {showActivity && (
        <>
          <PanelSeparator label="Resize activity" before="terminal" />
          <Panel
            id="activity"
            defaultSize={width === "wide" ? 380 : 320}
            minSize={260}
            maxSize="60%"
            groupResizeBehavior="preserve-pixel-size"
            panelRef={activity}
          >
            <ShownActivity />
          </Panel>
        </>
      )}
    </Group>
  );
});

function ShownTerminals() {
  const session = useSession(useView((view) => view.session));
  return session === undefined ? <Middle /> : <Terminals session={session} />;
}

function ShownActivity() {
  const { streams } = useServices();
  const id = useSession(useView((view) => view.session))?.id;
  const store = useMemo(() => (id === undefined ? undefined : streams.open(id)), [streams, id]);
  return store === undefined ? null : <ActivityPanel key={id} store={store} />;
}

/** Share of the window that a waterfall needs to be read. */
const WATERFALL_WIDTH = "48%";

/** A waterfall widens the activity; the list takes it back to its usual width. */
function useWaterfallWidth(panel: RefObject<PanelImperativeHandle | null>, width: Width): void {
  const waterfall = useView((view) => view.waterfall);
  const before = useRef(waterfall);
  useEffect(() => {
    if (before.current === waterfall) return;
    before.current = waterfall;
    panel.current?.resize(waterfall ? WATERFALL_WIDTH : width === "wide" ? 380 : 320);
  }, [panel, waterfall, width]);
}

function Middle() {
  const id = useView((view) => view.session);
  const badPath = useView((view) => view.badPath);
  return (
    <main className={styles.middle} data-region="terminal">
      {badPath !== undefined ? <BadPath /> : id === undefined ? <NothingSelected /> : <UnknownSession id={id} />}
    </main>
  );
}

/** Storage may be blocked; the panels then have their usual sizes. */
const safeStorage = {
  getItem(key: string): string | null {
    try {
      return localStorage.getItem(key);
    } catch {
      return null;
    }
  },
  setItem(key: string, value: string): void {
    try {
      localStorage.setItem(key, value);
    } catch {
      // The sizes last as long as the page.
    }
  },
};
