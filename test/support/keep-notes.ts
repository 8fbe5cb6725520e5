/** Sees to it that the page's short notes, and what can be taken back with them, stay until a test has seen them: a busy machine spends their seconds elsewhere. */
import type { Page } from "@playwright/test";

/** To be called before the page is opened. Timers of notes (3 to 10 seconds) go off after ten minutes. */
export const keepNotes = (page: Page): Promise<unknown> =>
  page.addInitScript(() => {
    const later = window.setTimeout.bind(window);
    const patient = (handler: TimerHandler, ms = 0, ...args: unknown[]): number =>
      later(handler, ms >= 3_000 && ms <= 10_000 ? 600_000 : ms, ...args);
    Reflect.set(window, "setTimeout", patient);
  });
