/** A screen twin as a test uses it: what it told, and promises of its snapshots. */
import type { Snapshot } from "../../main/daemon/terminal/screen/screen-messages.ts";
import { createScreenTwin } from "../../main/daemon/terminal/screen/screen-twin.ts";
import { FIXTURE_SIZE } from "./terminal-fixtures.ts";

export function openTwin({ cols, rows } = FIXTURE_SIZE) {
  const told: string[] = [];
  const screen = createScreenTwin({
    cols,
    rows,
    onAnswer: (text) => told.push(`answers ${JSON.stringify(text)}`),
    onTitle: (title) => told.push(`title ${title}`),
    onNotice(notice) {
      const kind = notice.kind === "notification" ? "says" : notice.kind;
      const text = "text" in notice && notice.text !== undefined ? ` ${notice.text}` : "";
      told.push(`${kind}${text}${"begins" in notice ? " begins" : ""}`);
    },
    onProgress: (progress) =>
      told.push(progress === undefined ? "no bar" : `${progress.state} ${progress.percent ?? "-"}`),
  });
  return {
    ...screen,
    told,
    add: (bytes: Uint8Array) => screen.write(bytes, () => {}),
    /** Resolves when the bytes are on the screen. */
    write(bytes: Uint8Array) {
      screen.write(bytes, () => {});
      return new Promise<Snapshot>((resolve) => screen.snapshot(resolve));
    },
    snapshot: () => new Promise<Snapshot>((resolve) => screen.snapshot(resolve)),
  };
}
