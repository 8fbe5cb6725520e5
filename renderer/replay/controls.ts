/** The controls of a replay: play, the position with a mark at each call, the time, speed, idle time and the keys. */
import { icon, make } from "./dom.ts";
import { KEY_WORDS } from "./keys.ts";

const SPEEDS = [0.5, 1, 2, 4, 16, 64];
/** More marks than this could not be told from each other. */
const MAX_MARKS = 400;

export interface Controls {
  element: HTMLElement;
  /** Marks at shares of the whole, from 0 to 1, which is so many played milliseconds long. */
  setMarks(marks: readonly { at: number; bad: boolean }[], length: number): void;
  draw(state: { played: number; says: string; idle: string }): void;
  setPlaying(on: boolean): void;
  speed(): number;
  changeSpeed(by: 1 | -1): void;
  showKeys(): void;
}

export function createControls(told: {
  onPlay(): void;
  onPosition(played: number): void;
  onSkipIdle(on: boolean): void;
}): Controls {
  const play = make("button", { type: "button", class: "play", "aria-label": "Play" }, icon("play"));
  play.addEventListener("click", told.onPlay);
  const marks = make("div", { class: "marks", "aria-hidden": "true" });
  const slider = make("input", { type: "range", min: "0", step: "1", value: "0", "aria-label": "Position" });
  slider.addEventListener("input", () => told.onPosition(Number(slider.value)));
  const idle = make("span", { class: "idle" });
  const time = make("span", { class: "time" });
  const speed = make("select", { "aria-label": "Speed" });
  for (const value of SPEEDS)
    speed.append(make("option", { value: String(value), selected: value === 1 }, `${value}×`));
  const skip = make("input", { type: "checkbox", checked: true });
  skip.addEventListener("change", () => told.onSkipIdle(skip.checked));
  const keys = keysDialog();
  const help = make("button", { type: "button", class: "help", "aria-label": "Keys", title: "Keys (?)" }, "?");
  help.addEventListener("click", () => keys.showModal());
  const element = make(
    "footer",
    {},
    play,
    make("div", { class: "position" }, marks, slider),
    idle,
    time,
    speed,
    make("label", { class: "skip" }, skip, "Skip idle time"),
    help,
    keys,
  );
  return {
    element,
    setMarks(all, length) {
      slider.max = String(Math.ceil(length));
      const places = new Map<number, boolean>();
      for (const { at, bad } of all) {
        const place = Math.round(at * MAX_MARKS);
        places.set(place, bad || places.get(place) === true);
      }
      marks.replaceChildren(
        ...[...places].map(([place, bad]) => {
          const mark = make("i", { class: bad ? "bad" : undefined });
          mark.style.left = `${(place / MAX_MARKS) * 100}%`;
          return mark;
        }),
      );
    },
    draw(state) {
      slider.value = String(Math.round(state.played));
      slider.style.setProperty("--played", `${(state.played / (Number(slider.max) || 1)) * 100}%`);
      slider.setAttribute("aria-valuetext", state.says.replace("/", "of"));
      time.textContent = state.says;
      if (idle.textContent !== state.idle) idle.textContent = state.idle;
    },
    setPlaying(on) {
      play.setAttribute("aria-label", on ? "Pause" : "Play");
      play.replaceChildren(icon(on ? "pause" : "play"));
    },
    speed: () => Number(speed.value),
    changeSpeed(by) {
      const place = SPEEDS.indexOf(Number(speed.value)) + by;
      speed.value = String(SPEEDS[Math.min(SPEEDS.length - 1, Math.max(0, place))]);
    },
    showKeys: () => keys.showModal(),
  };
}

function keysDialog(): HTMLDialogElement {
  const list = make("dl");
  for (const [name, what] of KEY_WORDS) list.append(make("dt", {}, make("kbd", {}, name)), make("dd", {}, what));
  const close = make("button", { type: "button" }, "Close");
  const dialog = make("dialog", { "aria-label": "Keys" }, make("h2", {}, "Keys"), list, close);
  close.addEventListener("click", () => dialog.close());
  return dialog;
}

export const clock = (ms: number): string => {
  const seconds = Math.floor(ms / 1000);
  const two = (value: number) => String(value).padStart(2, "0");
  const minutes = `${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
  return seconds < 3600 ? minutes : `${Math.floor(seconds / 3600)}:${minutes}`;
};
