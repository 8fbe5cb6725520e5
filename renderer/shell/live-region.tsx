/** What a screen reader is told by itself: changes of state, politely, never percentages. */
import { useEffect, useState } from "react";
import type { SessionView } from "../../shared/protocol/app-frames.ts";
import { type InboxHead, isTold } from "../../shared/protocol/inbox-api.ts";
import { oneLine } from "../../shared/text/visible.ts";
import { portName } from "../preview/port-text.ts";
import { sessionWord } from "../sessions/session-tone.ts";
import { useApp } from "../stores/app-store.ts";
import { daemonSentence } from "./daemon-text.ts";

export function LiveRegion() {
  const [said, setSaid] = useState({ count: 0, text: "" });
  useEffect(
    () =>
      useApp.subscribe((now, before) => {
        const news = changes(before.app?.sessions ?? [], now.app?.sessions ?? []);
        news.push(...asked(before.app?.inbox?.heads ?? [], now.app?.inbox?.heads ?? []));
        const daemon = now.app?.daemon;
        if (daemon !== undefined && before.app !== undefined && daemon.state !== before.app.daemon.state) {
          news.push(daemon.state === "connected" ? "Daemon connected." : daemonSentence(daemon, 0));
        }
        if (news.length > 0) setSaid(({ count }) => ({ count: count + 1, text: news.slice(0, 3).join(" ") }));
      }),
    [],
  );
  return (
    <div className="visually-hidden" role="status" aria-live="polite">
      {/* Another element each time: the same words said twice are two announcements. */}
      <span key={said.count}>{said.text}</span>
    </div>
  );
}

/** With what is asked, or how it ended: that decides whether one goes there. */
function stateSentence(session: SessionView): string {
  const word = sessionWord(session);
  const { state, evidence } = session.status;
  if (state !== "needs_you" && state !== "failed") return `${word}.`;
  const why = oneLine(evidence, 120);
  return /[.?!…]$/.test(why) ? `${word}: ${why}` : `${word}: ${why}.`;
}

/** What began to wait for a person. That a session needs one is said beside it, in fewer words. */
export function asked(before: readonly InboxHead[], now: readonly InboxHead[]): string[] {
  if (before === now) return [];
  const known = new Set(before.map(({ id }) => id));
  return now.flatMap(({ id, kind, from, title, text }) => {
    if (known.has(id)) return [];
    const verb = isTold(kind) ? "tells you" : "asks";
    return [
      `Inbox: ${oneLine(from, 60)} ${verb}: ${title === undefined ? "" : `${oneLine(title, 60)}: `}${oneLine(text, 120)}`,
    ];
  });
}

/** Sessions whose state changed, and calls that failed in them. */
export function changes(before: readonly SessionView[], now: readonly SessionView[]): string[] {
  if (before === now) return [];
  const known = new Map(before.map((session) => [session.id, session]));
  return now.flatMap((session) => {
    const old = known.get(session.id);
    if (old === undefined || old === session) return [];
    const label = oneLine(session.label, 60);
    const said: string[] = [];
    if (old.status.state !== session.status.state) said.push(`${label}: ${stateSentence(session)}`);
    if (session.calls.failed > old.calls.failed) said.push(`${label}: a call failed.`);
    const heard = new Set((old.ports ?? []).filter(({ health }) => health === "up").map(({ port }) => port));
    for (const port of session.ports ?? []) {
      if (port.health === "up" && port.ours === true && !heard.has(port.port)) {
        said.push(`${label}: ${portName(port)} can be opened.`);
      }
    }
    return said;
  });
}
