/** The page of an exported replay: one clock that moves the terminal and its calls together. It stands in the file that it plays. */
import "@xterm/xterm/css/xterm.css";
import "../theme/tokens.css";
import "./replay.css";
import { oneLine } from "../../shared/text/visible.ts";
import { formatMinute, formatRough } from "../activity/elapsed.ts";
import { createCallList } from "./call-list.ts";
import { clock, createControls } from "./controls.ts";
import { icon, make } from "./dom.ts";
import { onKeys } from "./keys.ts";
import { momentsOf, type Recording, readRecording } from "./read-file.ts";
import { drawTerminal } from "./recorded-terminal.ts";
import { chooseTheme } from "./theme-choice.ts";
import { createTimeline } from "./timeline.ts";

/** What one press of an arrow moves, in played milliseconds. */
const STEP_MS = 5_000;

function start(root: HTMLElement): void {
  const recording = readRecording();
  const { file, length } = recording;
  const began = Date.parse(file.began_at);
  const moments = [...momentsOf(recording)];
  let timeline = createTimeline(moments, length, true);
  // A page that opens black tells nobody what it is: it begins with what was printed first.
  const opening = recording.steps.find(([, code]) => code === "o")?.[0] ?? 0;
  let now = opening;
  let playing = false;

  const follow = make("button", { type: "button", class: "tab", "aria-pressed": "true" }, icon("follow", 14), "Follow");
  const setFollow = (on: boolean) => {
    follow.setAttribute("aria-pressed", String(on));
    list.setFollow(on);
  };
  follow.addEventListener("click", () => setFollow(follow.getAttribute("aria-pressed") !== "true"));
  const list = createCallList(recording, began, { onSeek: seek, onFollow: setFollow });
  const controls = createControls({
    onPlay: () => play(!playing),
    onPosition: (played) => seek(timeline.toRecorded(played)),
    onSkipIdle: (on) => setTimeline(on),
  });
  const theme = chooseTheme((name) => terminal.setTheme(name));
  const screen = make("div", { class: "screen" });
  const begin = make(
    "button",
    { type: "button", class: "begin", "aria-label": "Play from the beginning" },
    icon("play", 28),
  );
  begin.addEventListener("click", () => play(true));
  root.replaceChildren(
    header(recording, theme.element),
    make(
      "main",
      {},
      make("section", { class: "terminal", "aria-label": "Terminal" }, screen, begin),
      make(
        "section",
        { class: "activity", "aria-label": "Activity" },
        make("div", { class: "head" }, make("h2", {}, "Activity"), countOf(recording), follow),
        list.element,
      ),
    ),
    controls.element,
  );
  const terminal = drawTerminal(screen, recording);
  theme.apply();

  function setTimeline(skipIdle: boolean): void {
    timeline = createTimeline(moments, length, skipIdle);
    controls.setMarks(
      file.calls.map(({ ms, call }) => ({
        at: timeline.toPlayed(ms) / timeline.length || 0,
        bad: call.state === "failed",
      })),
      timeline.length,
    );
    seek(now);
  }

  function seek(ms: number): void {
    now = Math.min(Math.max(0, ms), length);
    if (now !== opening) begin.remove();
    const idle = playing ? timeline.idleAt(now) : undefined;
    controls.draw({
      played: timeline.toPlayed(now),
      says: `${clock(now)} / ${clock(length)}`,
      idle: idle === undefined ? "" : `Skipping ${formatRough(idle)} without output`,
    });
    list.draw(now);
    terminal.seek(now);
  }

  function play(on: boolean): void {
    playing = on;
    begin.remove();
    controls.setPlaying(on);
    if (!on) {
      seek(now);
      return;
    }
    if (now >= length) seek(0);
    let before = performance.now();
    const tick = (at: number): void => {
      if (!playing) return;
      seek(timeline.toRecorded(timeline.toPlayed(now) + Math.max(0, at - before) * controls.speed()));
      before = at;
      if (now >= length) play(false);
      else requestAnimationFrame(tick);
    };
    requestAnimationFrame(tick);
  }

  const starts = file.calls.map(({ ms }) => ms);
  const errors = file.calls.filter(({ call }) => call.state === "failed").map(({ ms }) => ms);
  const next = (places: readonly number[]) => places.find((ms) => ms > now);
  const goTo = (ms: number | undefined) => ms !== undefined && seek(ms);
  const move = (by: number) => seek(timeline.toRecorded(Math.max(0, timeline.toPlayed(now) + by)));
  onKeys({
    toggle: () => play(!playing),
    back: () => move(-STEP_MS),
    on: () => move(STEP_MS),
    farBack: () => move(-timeline.length / 10),
    farOn: () => move(timeline.length / 10),
    part: (share) => seek(timeline.toRecorded(timeline.length * share)),
    end: () => seek(length),
    previousCall: () => goTo(starts.findLast((ms) => ms < now)),
    nextCall: () => goTo(next(starts)),
    nextError: () => goTo(next(errors)),
    slower: () => controls.changeSpeed(-1),
    faster: () => controls.changeSpeed(1),
    follow: () => follow.click(),
    help: () => controls.showKeys(),
  });
  setTimeline(true);
}

function header({ file, length }: Recording, theme: HTMLElement): HTMLElement {
  const began = new Date(file.began_at);
  const date = began.toLocaleDateString("en-GB", { day: "numeric", month: "long", year: "numeric" });
  const agent = [file.agent, file.agent_version].filter((part) => part !== undefined).join(" ");
  const facts = [agent, file.folder ?? "", `${date}, ${formatMinute(file.began_at)}`, formatRough(length)];
  const about = make("p", { class: "facts" });
  for (const fact of facts) if (fact !== "") about.append(make("span", {}, oneLine(fact, 200)));
  const made = make("span", { class: "made" }, `Recorded with Signalbox ${file.version}`);
  return make("header", {}, make("h1", {}, oneLine(file.title, 200)), about, made, theme);
}

function countOf({ file }: Recording): HTMLElement {
  const failed = file.calls.filter(({ call }) => call.state === "failed").length;
  const calls = `${file.calls.length.toLocaleString("en-US")} ${file.calls.length === 1 ? "call" : "calls"}`;
  return make("span", { class: "count" }, failed === 0 ? calls : `${calls}, ${failed.toLocaleString("en-US")} failed`);
}

const root = document.getElementById("replay");
if (root !== null) start(root);
