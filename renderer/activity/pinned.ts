/** Which calls are pinned, kept per session with the settings of this page. */
import { changeSettings, useSettings } from "../stores/settings-store.ts";

/** Above these the oldest pins, and the pins of the session that was pinned in the longest ago, are forgotten. */
const MAX_CALLS = 20;
const MAX_SESSIONS = 100;

type Pins = Readonly<Record<string, readonly string[]>>;

/** The pins after one more, or one less. The session comes last; one without pins is left out. */
export function togglePinned(pins: Pins, session: string, call: string): Record<string, string[]> {
  const before = pins[session] ?? [];
  const after = before.includes(call) ? before.filter((id) => id !== call) : [...before, call].slice(-MAX_CALLS);
  const others = Object.entries(pins).filter(([id]) => id !== session);
  const all: [string, readonly string[]][] = after.length === 0 ? others : [...others, [session, after]];
  return Object.fromEntries(all.slice(-MAX_SESSIONS).map(([id, calls]) => [id, [...calls]]));
}

const NONE: readonly string[] = [];

export const usePinnedCalls = (session: string | undefined): readonly string[] =>
  useSettings((settings) => (session === undefined ? NONE : (settings.pinnedCalls[session] ?? NONE)));

export function toggleCallPin(session: string, call: string): void {
  changeSettings({ pinnedCalls: togglePinned(useSettings.getState().pinnedCalls, session, call) });
}
