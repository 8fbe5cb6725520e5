/** How lengths of time and moments are written. */

/** `40 ms`, `9.4 s`, `3m 52s`, `1h 04m`. Negative lengths, which clocks that differ produce, are 0. */
export function formatElapsed(ms: number): string {
  const length = Math.max(0, ms);
  if (length < 1_000) return `${Math.round(length)} ms`;
  if (length < 59_950) return `${(length / 1_000).toFixed(1)} s`;
  const seconds = Math.floor(length / 1_000);
  if (seconds < 3_600) return `${Math.floor(seconds / 60)}m ${String(seconds % 60).padStart(2, "0")}s`;
  return `${Math.floor(seconds / 3_600)}h ${String(Math.floor((seconds % 3_600) / 60)).padStart(2, "0")}m`;
}

/** Running time: tenths of a second from the start, so that it does not flicker through milliseconds. */
export function formatRunning(ms: number): string {
  return ms < 1_000 ? `${(Math.max(0, ms) / 1_000).toFixed(1)} s` : formatElapsed(ms);
}

/** Whole units for lists and sentences: `45 s`, `4 min`, `2 h`. */
export function formatRough(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1_000));
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3_600) return `${Math.floor(seconds / 60)} min`;
  return `${Math.floor(seconds / 3_600)} h`;
}

/** How long ago, as short as a list needs it: `40s`, `4m`, `2h`, `Wed`, `3 Nov`. `then` and `now` in milliseconds. */
export function formatAge(then: number, now: number): string {
  const seconds = Math.max(0, Math.floor((now - then) / 1_000));
  if (Number.isNaN(seconds)) return "";
  if (seconds < 60) return `${seconds}s`;
  if (seconds < 3_600) return `${Math.floor(seconds / 60)}m`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3_600)}h`;
  const date = new Date(then);
  if (seconds < 6 * 86_400) return date.toLocaleDateString("en", { weekday: "short" });
  return date.toLocaleDateString("en", { day: "numeric", month: "short" });
}

/** `just now`, `5m ago`, `on Wed`, `on Nov 12`. */
export const formatAgo = (then: number, now: number): string =>
  now - then < 60_000
    ? "just now"
    : now - then < 86_400_000
      ? `${formatAge(then, now)} ago`
      : `on ${formatAge(then, now)}`;

/** `14:02`; an unreadable moment is an empty string. */
export function formatMinute(iso: string): string {
  const date = new Date(iso);
  return Number.isNaN(date.getTime()) ? "" : `${twoDigits(date.getHours())}:${twoDigits(date.getMinutes())}`;
}

/** `14:03:11`. Written by hand: rows ask for it with every tick, and `toLocaleTimeString` makes a formatter each time. */
export function formatSecond(iso: string): string {
  const minute = formatMinute(iso);
  return minute === "" ? "" : `${minute}:${twoDigits(new Date(iso).getSeconds())}`;
}

/** `14:03:11.204`. */
export function formatMillisecond(iso: string): string {
  const second = formatSecond(iso);
  return second === "" ? "" : `${second}.${String(new Date(iso).getMilliseconds()).padStart(3, "0")}`;
}

const twoDigits = (count: number): string => String(count).padStart(2, "0");
