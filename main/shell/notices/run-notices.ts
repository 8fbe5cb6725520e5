/** The system notifications while the app runs: it gathers what happens in a short span and shows what is decided. */

import {
  decideNotices,
  decideTold,
  type Notice,
  type NoticeCause,
  noticeCause,
  toldCauses,
} from "../../../shared/notices/decide-notices.ts";
import type { AppFrame, SessionView } from "../../../shared/protocol/app-frames.ts";
import type { DesktopSettings } from "../../../shared/protocol/desktop-settings.ts";
import type { InboxHead } from "../../../shared/protocol/inbox-api.ts";
import { reasonOf } from "../../../shared/text/reason-of.ts";
import type { ElectronApi, Notice as SystemNotice } from "../electron-api.ts";
import type { ShellAction } from "../shell-action.ts";

/** What happens within this span is announced together. */
const GATHER_MS = 1_000;

export interface NoticeOptions {
  electron: Pick<ElectronApi, "Notification">;
  sessions: readonly SessionView[];
  /** What waits in the inbox now, oldest first. */
  inbox: () => readonly InboxHead[];
  focused: () => boolean;
  settings: () => DesktopSettings["notifications"];
  run: (action: ShellAction) => void;
  /** The system did not show one. */
  onFailed: (reason: string) => void;
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
  let heads = options.inbox();
  let told: InboxHead[] = [];
  let timer: NodeJS.Timeout | undefined;

  function show(): void {
    timer = undefined;
    const due = causes;
    causes = [];
    const toldNow = told;
    told = [];
    const now = new Date();
    const focused = options.focused();
    const facts = { focused, settings: options.settings(), now, announced, inbox: options.inbox() };
    for (const notice of decideTold(toldNow, facts)) {
      const { entry } = notice;
      tryToPresent(notice, () => options.run(entry === undefined ? { do: "show" } : { do: "open-entry", entry }));
    }
    for (const notice of decideNotices(due, facts)) {
      const { session, entry } = notice;
      const covered = session === undefined ? due.map((cause) => cause.session.id) : [session];
      for (const id of covered) announced.set(id, now.getTime());
      const click = (): void => {
        if (entry !== undefined) options.run({ do: "open-entry", entry });
        else options.run(session === undefined ? { do: "show" } : { do: "open-session", session });
      };
      tryToPresent(notice, click);
    }
  }

  /** A notification service that is broken costs the notice, not the app. */
  function tryToPresent(notice: Notice, click: () => void): void {
    try {
      present(notice, click);
    } catch (error) {
      options.onFailed(reasonOf(error));
    }
  }

  function present({ title, body, entry, refusable }: Notice, click: () => void): void {
    // Systems without buttons show none.
    const actions = refusable === true ? { actions: [{ type: "button" as const, text: "Refuse" }] } : {};
    const shown = new options.electron.Notification({ title, body, ...actions });
    open.add(shown);
    shown.on("close", () => open.delete(shown));
    shown.on("failed", (_event, reason) => {
      open.delete(shown);
      options.onFailed(reason);
    });
    shown.on("click", () => {
      open.delete(shown);
      click();
    });
    shown.on("action", () => {
      open.delete(shown);
      if (entry !== undefined) options.run({ do: "refuse-entry", entry });
    });
    shown.show();
  }

  function note(session: SessionView): void {
    const cause = noticeCause(known.get(session.id), session);
    known.set(session.id, session);
    // What happens before a person's eyes is not announced when they look away a moment later.
    if (cause === undefined || options.focused() || !options.electron.Notification.isSupported()) return;
    causes.push(cause);
    gather();
  }

  function noteInbox(now: readonly InboxHead[]): void {
    const news = toldCauses(heads, now);
    heads = now;
    if (news.length === 0 || options.focused() || !options.electron.Notification.isSupported()) return;
    told.push(...news);
    gather();
  }

  function gather(): void {
    timer ??= setTimeout(show, options.gatherMs ?? GATHER_MS);
  }

  return {
    apply(change) {
      if (change.type === "inbox") noteInbox(change.inbox.heads);
      if (change.type === "session") note(change.session);
      if (change.type === "session_removed") {
        known.delete(change.id);
        announced.delete(change.id);
      }
      if (change.type === "snapshot") noteInbox(change.app.inbox?.heads ?? []);
      if (change.type === "snapshot") for (const session of change.app.sessions) note(session);
    },
    dispose() {
      clearTimeout(timer);
      for (const notice of open) notice.close();
    },
  };
}
