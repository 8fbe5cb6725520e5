/** Notices of the system in a plain browser: it gathers what happens to sessions in a short span and shows what is decided. */
import {
  decideNotices,
  decideTold,
  FINISHED_AFTER_MS,
  type Notice,
  type NoticeCause,
  noticeCause,
  toldCauses,
} from "../../shared/notices/decide-notices.ts";
import type { AppState, SessionView } from "../../shared/protocol/app-frames.ts";
import type { DesktopSettings } from "../../shared/protocol/desktop-settings.ts";
import type { InboxHead } from "../../shared/protocol/inbox-api.ts";

/** What happens within this span is announced together. */
const GATHER_MS = 1_000;
export const WATCHED_SECONDS = FINISHED_AFTER_MS / 1_000;

export interface PageNoticesOptions {
  /** Whether the person looks at this page. */
  focused: () => boolean;
  /** Undefined while the person wants none, or the browser allows none. */
  settings: () => DesktopSettings["notifications"] | undefined;
  show: (notice: Notice, onClick: () => void) => void;
  open: (notice: Notice) => void;
  now: () => Date;
  later: (work: () => void, ms: number) => void;
}

export interface PageNotices {
  /** With each state of the app. The first one is no news. */
  see(app: Pick<AppState, "sessions" | "inbox">): void;
}

export function createPageNotices(options: PageNoticesOptions): PageNotices {
  let known: ReadonlyMap<string, SessionView> | undefined;
  let inbox: AppState["inbox"];
  let causes: NoticeCause[] = [];
  /** What agents told their person. */
  let told: InboxHead[] = [];
  let waiting = false;
  const announced = new Map<string, number>();

  function show(): void {
    const due = causes;
    const toldNow = told;
    causes = [];
    told = [];
    waiting = false;
    const settings = options.settings();
    if (settings === undefined) return;
    const now = options.now();
    const facts = { focused: options.focused(), settings, now, announced, inbox: inbox?.heads ?? [] };
    for (const notice of decideTold(toldNow, facts)) options.show(notice, () => options.open(notice));
    for (const notice of decideNotices(due, facts)) {
      const covered = notice.session === undefined ? due.map(({ session }) => session.id) : [notice.session];
      for (const id of covered) announced.set(id, now.getTime());
      options.show(notice, () => options.open(notice));
    }
  }

  return {
    see({ sessions, inbox: waits }) {
      const headsBefore = inbox?.heads ?? [];
      inbox = waits;
      const before = known;
      known = new Map(sessions.map((session) => [session.id, session]));
      for (const id of announced.keys()) if (!known.has(id)) announced.delete(id);
      if (before === undefined || options.settings() === undefined || options.focused()) return;
      for (const session of sessions) {
        const cause = before.get(session.id) === session ? undefined : noticeCause(before.get(session.id), session);
        if (cause === undefined) continue;
        causes.push(cause);
      }
      told.push(...toldCauses(headsBefore, inbox?.heads ?? []));
      if (waiting || causes.length + told.length === 0) return;
      waiting = true;
      options.later(show, GATHER_MS);
    },
  };
}
