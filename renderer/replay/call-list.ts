/** The list of recorded calls: each as it was at the moment that is shown, and those that are still to come, faint. */
import type { Call } from "../../shared/events/call.ts";
import { aboutFrom, callAbout } from "../../shared/events/call-about.ts";
import { cameLate } from "../../shared/events/left-words.ts";
import type { ReplayCall } from "../../shared/protocol/replay-file.ts";
import { oneLine } from "../../shared/text/visible.ts";
import { gapText } from "../activity/gap-text.ts";
import { figures, note, percentOf, progressBar, stateWord } from "../activity/progress-truth.ts";
import { callAt, changesBy } from "./call-at.ts";
import { callDetails } from "./call-details.ts";
import { type IconName, icon, make } from "./dom.ts";
import type { Recording } from "./read-file.ts";

const ICON_OF: Record<Call["state"], IconName> = {
  running: "running",
  finished: "done",
  failed: "failed",
  cancelled: "cancelled",
  queued: "queued",
  delivered: "done",
  discarded: "failed",
  unknown: "unknown",
};
const isBad = (call: Call): boolean => call.state === "failed" || call.state === "discarded";

export interface CallList {
  element: HTMLElement;
  draw(ms: number): void;
  setFollow(on: boolean): void;
}

interface Row {
  replay: ReplayCall;
  item: HTMLElement;
  icon: HTMLElement;
  /** Its state, for those who do not see the icon. */
  word: HTMLElement;
  figures: HTMLElement;
  note: HTMLElement;
  bar: HTMLElement;
  /** What is drawn: how many of its changes had happened, and -1 before the first drawing. */
  drawn: number;
}

/** `onSeek` gets the moment at which a call began; `onFollow` tells that the person scrolled away, or came back. */
export function createCallList(
  recording: Recording,
  began: number,
  told: { onSeek(ms: number): void; onFollow(on: boolean): void },
): CallList {
  const { file } = recording;
  const several = new Set(file.calls.map(({ call }) => call.server)).size > 1;
  const element = make("ol", { "aria-label": "Calls", tabindex: "-1" });
  const rows: Row[] = [];
  const gaps = [...file.gaps].sort((a, b) => a.ms - b.ms);
  const passGaps = (until: number) => {
    for (let next = gaps[0]; next !== undefined && next.ms <= until; next = gaps[0]) {
      gaps.shift();
      element.append(make("li", { class: "gap" }, gapText(next.gap)));
    }
  };
  for (const [index, replay] of file.calls.entries()) {
    passGaps(replay.ms);
    const row = newRow(replay, index);
    rows.push(row);
    element.append(row.item);
  }
  passGaps(Number.POSITIVE_INFINITY);
  if (rows.length === 0) element.append(make("li", { class: "nothing" }, "No tool was called in this session."));

  let follow = true;
  let followed: Element | undefined;
  for (const kind of ["wheel", "touchmove"] as const) {
    element.addEventListener(kind, () => follow && told.onFollow(false), { passive: true });
  }

  function newRow(replay: ReplayCall, index: number): Row {
    const { call } = replay;
    const about = call.about ?? (call.args === undefined ? undefined : callAbout(call.args));
    const parts = {
      icon: make("span", { class: "icon" }),
      word: make("span", { class: "word" }),
      figures: make("span", { class: "figures" }),
      note: make("span", { class: "note" }),
      bar: make("span", { class: "bar", role: "progressbar", "aria-label": `Progress of ${oneLine(call.tool, 80)}` }),
    };
    parts.bar.append(make("span"));
    const name = make(
      "span",
      { class: "name" },
      make("b", { title: oneLine(call.tool, 120) }, oneLine(call.tool, 120)),
      about === undefined
        ? undefined
        : make("span", { class: "about" }, oneLine(aboutFrom(about, file.folder, undefined))),
      several && call.server !== undefined ? make("span", { class: "server" }, oneLine(call.server, 60)) : undefined,
    );
    const to = make(
      "button",
      { type: "button", class: "to" },
      parts.icon,
      name,
      parts.word,
      parts.figures,
      parts.bar,
      parts.note,
    );
    to.addEventListener("click", () => told.onSeek(replay.ms));
    const details = make("div", { class: "details", id: `details-${index}`, hidden: true });
    const more = make(
      "button",
      {
        ...{ type: "button", class: "more", "aria-expanded": "false", "aria-controls": `details-${index}` },
        ...{ "aria-label": `Details of ${oneLine(call.tool, 80)}`, title: "Arguments and result" },
      },
      icon("more", 14),
    );
    more.addEventListener("click", () => {
      const open = details.hidden;
      if (open && details.firstChild === null) details.append(...callDetails(replay, recording.media.get(index) ?? []));
      details.hidden = !open;
      more.setAttribute("aria-expanded", String(open));
    });
    const item = make("li", { class: "call" }, to, more, details);
    return { replay, item, ...parts, drawn: -1 };
  }

  function drawRow(row: Row, ms: number): void {
    const count = changesBy(row.replay, ms);
    const open = count > 0 && row.item.dataset.state === "running";
    if (count === row.drawn && !open) return;
    row.drawn = count;
    const call = callAt(row.replay, ms, began);
    const state = call?.state ?? "later";
    if (row.item.dataset.state !== state) row.icon.replaceChildren(icon(call === undefined ? "later" : iconOf(call)));
    row.item.dataset.state = state;
    row.item.classList.toggle("bad", call !== undefined && isBad(call));
    row.figures.textContent = call === undefined ? "" : figures(call, began + ms);
    row.word.textContent = call === undefined ? "not called yet" : stateWord(call);
    const words = call === undefined ? "" : (note(call, began + ms) ?? "");
    row.note.textContent = words;
    row.note.title = words.length > 60 ? words : "";
    row.note.hidden = words === "";
    const bar = call === undefined ? undefined : progressBar(call);
    row.bar.hidden = bar === undefined;
    row.bar.classList.toggle("indeterminate", bar?.kind === "indeterminate");
    const percent = call === undefined || bar?.kind !== "percent" ? undefined : percentOf(call);
    if (percent === undefined) row.bar.removeAttribute("aria-valuenow");
    else row.bar.setAttribute("aria-valuenow", String(percent));
    const fill = row.bar.firstElementChild;
    if (fill instanceof HTMLElement) fill.style.transform = percent === undefined ? "" : `scaleX(${percent / 100})`;
  }

  return {
    element,
    draw(ms) {
      let current: Row | undefined;
      for (const row of rows) {
        drawRow(row, ms);
        if (row.replay.ms <= ms) current = row;
      }
      if (followed === current?.item) return;
      followed?.removeAttribute("aria-current");
      followed = current?.item;
      followed?.setAttribute("aria-current", "step");
      if (follow) showFollowed();
    },
    setFollow(on) {
      follow = on;
      if (on) showFollowed();
    },
  };

  function showFollowed(): void {
    if (followed === undefined) element.scrollTop = 0;
    else followed.scrollIntoView({ block: "nearest" });
  }
}

const iconOf = (call: Call): IconName => (cameLate(call) ? "unknown" : ICON_OF[call.state]);
