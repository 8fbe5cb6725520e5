/** Owns the system notifications while the app runs: it gathers what happens in a short span and shows what is decided. */
import type { AppFrame, SessionView } from "../../../shared/protocol/app-frames.ts";
import type { DesktopSettings } from "../../../shared/protocol/desktop-settings.ts";
import type { ElectronApi, Notice as SystemNotice } from "../electron-api.ts";
import type { ShellAction } from "../shell-action.ts";
import { decideNotices, type NoticeCause, noticeCause } from "./decide-notices.ts";

/** What happens within this span is announced together. */
const GATHER_MS = 1_000;

export interface NoticeOptions {
  electron: Pick<ElectronApi, "Notification">;
  sessions: readonly SessionView[];
  focused: () => boolean;
  settings: () => DesktopSettings["notifications"];
  run: (action: ShellAction) => void;
  /** Span of gathering, in milliseconds. */
  gatherMs?: number;
}

export interface RunningNotices {
  apply(change: AppFrame): void;
  dispose(): void;
}

export function runNotices(options: NoticeOptions): RunningNotices {
  const known = new Map(options.sessions.map((session) => [session.id, session]));
  const announced = new Map<string, number>();
  // A notification that nothing refers to may be collected before it is clicked.
  const open = new Set<SystemNotice>();
  let causes: NoticeCause[] = [];
  let timer: NodeJS.Timeout | undefined;

  function show(): void {
    timer = undefined;
    const due = causes;
    causes = [];
    const now = new Date();
    const focused = options.focused();
    for (const notice of decideNotices(due, { focused, settings: options.settings(), now, announced })) {
      const { session } = notice;
      const covered = session === undefined ? due.map((cause) => cause.session.id) : [session];
      for (const id of covered) announced.set(id, now.getTime());
      const shown = new options.electron.Notification({ title: notice.title, body: notice.body });
      open.add(shown);
      shown.on("close", () => open.delete(shown));
      shown.on("click", () => {
        open.delete(shown);
        options.run(session === undefined ? { do: "show" } : { do: "open-session", session });
      });
      shown.show();
    }
  }

  function note(session: SessionView): void {
    const cause = noticeCause(known.get(session.id), session);
    known.set(session.id, session);
    // What happens before a person's eyes is not announced when they look away a moment later.
    if (cause === undefined || options.focused() || !options.electron.Notification.isSupported()) return;
    causes.push(cause);
    timer ??= setTimeout(show, options.gatherMs ?? GATHER_MS);
  }

  return {
    apply(change) {
      if (change.type === "session") note(change.session);
      if (change.type === "session_removed") {
        known.delete(change.id);
        announced.delete(change.id);
      }
      if (change.type === "snapshot") for (const session of change.app.sessions) note(session);
    },
    dispose() {
      clearTimeout(timer);
      for (const notice of open) notice.close();
    },
  };
}
