/** The signed-in page as a whole. */

import { lazy, Suspense, useEffect } from "react";
import { oneLine } from "../../shared/text/visible.ts";
import { loadCode } from "../gateway/load-code.ts";
import { markIcon } from "../notices/mark-icon.ts";
import { LinkBanner } from "../states/link-banner.tsx";
import { useApp, useSession, useWatching } from "../stores/app-store.ts";
import { followLastSession } from "../stores/last-session.ts";
import { useView } from "../stores/view-store.ts";
import styles from "./layout.module.css";
import { Layout } from "./layout.tsx";
import { loadCallDrawer } from "./lazy-panels.tsx";
import { LiveRegion } from "./live-region.tsx";
import { SandboxNote } from "./sandbox-note.tsx";
import { useServices } from "./services.ts";
import { StatusBar } from "./status-bar.tsx";
import { TitleBar } from "./title-bar.tsx";
import { useCommands } from "./use-commands.ts";
import { useKeys } from "./use-shortcuts.ts";
import { useWidth } from "./use-width.ts";

const loadOverlays = () => loadCode(() => import("./overlays.tsx"));
const Overlays = lazy(loadOverlays);
const Toasts = lazy(() => loadCode(() => import("./toasts.tsx")).then(({ Toasts }) => ({ default: Toasts })));
/** Seen once, by whoever has no session yet. */
const FirstRun = lazy(() =>
  loadCode(() => import("../sessions/first-run.tsx")).then(({ FirstRun }) => ({ default: FirstRun })),
);
/** Once the page stands, what is opened most is fetched, so that it opens at once the first time too. */
const PRELOAD_MS = 1_000;

export function App() {
  useCommands();
  const width = useWidth();
  const alone = useView((view) => view.alone);
  const ready = useApp((store) => store.app !== undefined);
  const empty = useApp((store) => store.app?.sessions.length === 0);
  const nothing = useView((view) => view.session === undefined && view.badPath === undefined);
  const watching = useWatching();
  const overlay = useView((view) => view.overlay);
  const paletteKeys = useKeys("palette");
  const settingsKeys = useKeys("settings");
  const { terminals } = useServices();
  useEffect(followLastSession, []);
  const { host } = useServices();
  useEffect(() => (host.desktop === undefined ? noticesLater() : undefined), [host]);
  useEffect(() => {
    const timer = setTimeout(() => void preload(terminals.prepare()), PRELOAD_MS);
    return () => clearTimeout(timer);
  }, [terminals]);
  return (
    <div className={styles.app}>
      {!alone && <TitleBar width={width} paletteKeys={paletteKeys} settingsKeys={settingsKeys} />}
      <LinkBanner />
      <SandboxNote />
      <main className={styles.main}>
        {!ready ? (
          <div className={styles.body} />
        ) : empty && nothing && !watching ? (
          <div className={styles.body}>
            <Suspense>
              <FirstRun />
            </Suspense>
          </div>
        ) : (
          <>
            <Heading />
            <Layout width={width} />
          </>
        )}
      </main>
      {width !== "narrow" && !alone && <StatusBar />}
      {overlay !== undefined && (
        <Suspense>
          <Overlays overlay={overlay} />
        </Suspense>
      )}
      <WindowTitle />
      <LiveRegion />
      <Suspense>
        <Toasts />
      </Suspense>
    </div>
  );
}

/** What the page is about, for those who go by headings; the title bar says it to the eye. */
function Heading() {
  const session = useSession(useView((view) => view.session));
  return <h1 className="visually-hidden">{session === undefined ? "Signalbox" : oneLine(session.label, 80)}</h1>;
}

/** Gives the function that stops them, also before they have begun. */
function noticesLater(): () => void {
  let stop: (() => void) | undefined;
  let over = false;
  loadCode(() => import("../notices/start-notices.ts")).then(
    ({ startNotices }) => {
      if (!over) stop = startNotices();
    },
    () => {},
  );
  return () => {
    over = true;
    stop?.();
  };
}

/** One after the other: over a slow line nothing may hold up the terminal. What fails is fetched anew when it is opened. */
async function preload(terminal: Promise<void>): Promise<void> {
  await terminal;
  for (const load of [loadOverlays, loadCallDrawer]) await load().catch(() => {});
}

/** The window's title names the session, and how many need the person. By itself, so that another session draws no more than it must. */
function WindowTitle() {
  const session = useSession(useView((view) => view.session));
  const waiting = useApp(
    (store) => store.app?.sessions.filter((other) => other.status.state === "needs_you").length ?? 0,
  );
  const label = session === undefined ? "" : `${oneLine(session.label, 80)} – `;
  useEffect(() => {
    document.title = `${waiting > 0 ? `(${waiting}) ` : ""}${label}Signalbox`;
    markIcon(waiting > 0);
  }, [waiting, label]);
  return null;
}
