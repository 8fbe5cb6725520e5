/** The arrangement of the panels in the three forms of the window. */

import { lazy, memo, type RefObject, Suspense, useEffect, useLayoutEffect, useMemo, useRef } from "react";
import { Group, Panel, type PanelImperativeHandle, useDefaultLayout, usePanelRef } from "react-resizable-panels";
import type { SessionView } from "../../shared/protocol/app-frames.ts";
import { ActivityPanel } from "../activity/activity-panel.tsx";
import { loadCode } from "../gateway/load-code.ts";
import { PanelSeparator } from "../parts/panel-separator.tsx";
import { SessionList } from "../sessions/session-list.tsx";
import { SessionRail } from "../sessions/session-rail.tsx";
import { BadPath, NothingSelected, UnknownSession } from "../states/no-session.tsx";
import { useSession } from "../stores/app-store.ts";
import { useSettings } from "../stores/settings-store.ts";
import { useView } from "../stores/view-store.ts";
import { TerminalPane } from "../terminal/terminal-pane.tsx";
import { Terminals } from "../terminal/terminals.tsx";
import styles from "./layout.module.css";
import { Drawer, PreviewPanel } from "./lazy-panels.tsx";
import { useServices } from "./services.ts";
import { useKeys } from "./use-shortcuts.ts";
import { useTurnStarts } from "./use-turn-starts.ts";
import type { Width } from "./use-width.ts";

const NarrowLayout = lazy(() =>
  loadCode(() => import("./narrow-layout.tsx")).then(({ NarrowLayout }) => ({ default: NarrowLayout })),
);

export function Layout({ width }: { width: Width }) {
  const id = useView((view) => view.session);
  const session = useSession(id);
  const alone = useView((view) => view.alone);
  if (alone && session !== undefined) return <Alone session={session} />;
  if (width === "narrow")
    return (
      <Suspense>
        <NarrowLayout session={session} middle={session === undefined ? <Middle /> : undefined} />
      </Suspense>
    );
  return (
    <div className={styles.body} data-body>
      {width === "middle" && <SessionRail />}
      <Panels key={width} width={width} shown={session !== undefined} />
      {session !== undefined && <TurnStarts session={session.id} />}
      {session !== undefined && <Drawer session={session} />}
    </div>
  );
}

/** A window for one session: its terminal, and what is said about it. */
function Alone({ session }: { session: SessionView }) {
  return (
    <div className={styles.body}>
      <div className={styles.alone}>
        <TerminalPane session={session} />
      </div>
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

/** Another session changes what is in the panels, not the panels. */
const Panels = memo(function Panels({ width, shown }: { width: Width; shown: boolean }) {
  const collapsed = useView((view) => view.collapsed);
  const activity = usePanelRef();
  useWaterfallWidth(activity);
  const newKeys = useKeys("new-session");
  const showSessions = width === "wide" && !collapsed.sessions;
  const previewing = useView((view) => view.preview !== undefined);
  const showPreviewed = shown && previewing && !collapsed.activity;
  const showActivity = shown && !previewing && !collapsed.activity;
  const panels = [
    showSessions && "sessions",
    "terminal",
    showPreviewed && "preview",
    showActivity && "activity",
  ].filter((name) => name !== false);
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
      {showPreviewed && (
        <>
          <PanelSeparator label="Resize preview" before="terminal" />
          <Panel id="preview" defaultSize="55%" minSize={300} maxSize="80%">
            <ShownPreview />
          </Panel>
        </>
      )}
      {showActivity && (
        <>
          <PanelSeparator label="Resize activity" before="terminal" />
          <Panel
            id="activity"
            defaultSize={usualActivity()}
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
  const place = useRef<HTMLDivElement>(null);
  useRoomForDetail(place);
  return store === undefined ? null : (
    <div ref={place} className={styles.activity}>
      <ActivityPanel key={id} store={store} />
    </div>
  );
}

/** A call's detail stands left of the activity: its list stays in view (call-drawer.module.css). */
function useRoomForDetail(activity: RefObject<HTMLElement | null>): void {
  useLayoutEffect(() => {
    const element = activity.current;
    const body = element?.closest<HTMLElement>("[data-body]");
    if (element === null || body === null || body === undefined) return;
    const observer = new ResizeObserver(() =>
      body.style.setProperty("--activity-width", `${element.offsetWidth + 1}px`),
    );
    observer.observe(element);
    return () => {
      observer.disconnect();
      body.style.removeProperty("--activity-width");
    };
  }, [activity]);
}

function ShownPreview() {
  const session = useSession(useView((view) => view.session));
  const port = useView((view) => view.preview);
  const visit = useView((view) => view.previewVisit);
  if (session === undefined || port === undefined) return null;
  return (
    <Suspense>
      <PreviewPanel key={`${session.id} ${port} ${visit}`} session={session} number={port} back="activity" />
    </Suspense>
  );
}

/** Share of the window that a waterfall needs to be read; it gets it where the terminal keeps its columns. */
const WATERFALL_SHARE = 0.48;
const COLUMNS = 80;
/** Of a font's size, as JetBrains Mono has it. */
const COLUMN_WIDTH = 0.6;
/** The terminal's margins and scroll bar, and the lines between panels. */
const BESIDE_COLUMNS = 40;

const usualActivity = (): number => (window.innerWidth >= 1100 ? 380 : 320);

function waterfallWidth(): number {
  const sessions = document.querySelector<HTMLElement>('[data-region="sessions"]')?.offsetWidth ?? 0;
  const columns = COLUMNS * COLUMN_WIDTH * useSettings.getState().fontSize + BESIDE_COLUMNS;
  return Math.max(
    usualActivity(),
    Math.min(WATERFALL_SHARE * window.innerWidth, window.innerWidth - sessions - columns),
  );
}

/** A waterfall widens the activity; the list takes it back to its usual width. */
function useWaterfallWidth(panel: RefObject<PanelImperativeHandle | null>): void {
  const waterfall = useView((view) => view.waterfall);
  const before = useRef(waterfall);
  useEffect(() => {
    if (before.current === waterfall) return;
    before.current = waterfall;
    panel.current?.resize(waterfall ? waterfallWidth() : usualActivity());
  }, [panel, waterfall]);
}

function Middle() {
  const id = useView((view) => view.session);
  const badPath = useView((view) => view.badPath);
  return (
    <div className={styles.middle} data-region="terminal">
      {badPath !== undefined ? <BadPath /> : id === undefined ? <NothingSelected /> : <UnknownSession id={id} />}
    </div>
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
