/** Starts the notices of this page where no desktop app shows them: what the browser allows, with a sound if it is wanted. */
import type { Notice } from "../../shared/notices/decide-notices.ts";
import { useApp } from "../stores/app-store.ts";
import { useSettings } from "../stores/settings-store.ts";
import { openOverlay, selectSession } from "../stores/view-store.ts";
import { createPageNotices } from "./page-notices.ts";
import { playSound } from "./play-sound.ts";

/** Some browsers, and pages that are not on the loopback address or HTTPS, have none. */
export const mayAsk = (): boolean => "Notification" in window && window.isSecureContext;

/** Gives the function that stops them. */
export function startNotices(): () => void {
  const notices = createPageNotices({
    focused: () => document.visibilityState === "visible" && document.hasFocus(),
    settings: () => {
      const { notices: on, noticesOf } = useSettings.getState();
      return on && mayAsk() && Notification.permission === "granted" ? noticesOf : undefined;
    },
    show,
    open(notice) {
      window.focus();
      if (notice.session !== undefined) selectSession(notice.session);
      if (notice.entry !== undefined) openOverlay("inbox", notice.entry);
    },
    now: () => new Date(),
    later: (work, ms) => setTimeout(work, ms),
  });
  const { app } = useApp.getState();
  if (app !== undefined) notices.see(app);
  return useApp.subscribe(({ app }, before) => {
    if (app !== undefined && app !== before.app) notices.see(app);
  });
}

function show({ title, body, session, entry }: Notice, onClick: () => void): void {
  // Another page of this browser that tells the same replaces it.
  const shown = new Notification(title, { body, tag: `signalbox-${entry ?? session ?? "several"}` });
  shown.addEventListener("click", () => {
    shown.close();
    onClick();
  });
  if (useSettings.getState().noticeSound) playSound();
}
