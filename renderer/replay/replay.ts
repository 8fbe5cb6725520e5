/** The page of an exported replay: one clock that moves the terminal and its calls together. Its types are stripped, so it imports nothing at run time. */
import type { ITerminalAddon, Terminal as Xterm } from "@xterm/xterm";

/** Put on the page by the two scripts before this one. */
declare const Terminal: typeof Xterm;
declare const UnicodeGraphemesAddon: { UnicodeGraphemesAddon: new () => ITerminalAddon };

/** `[milliseconds, state, progress, total, message]`. */
type Change = [ms: number, state: string, progress: number | null, total: number | null, message: string | null];
interface ReplayCall {
  tool: string;
  server: string | null;
  ms: number;
  changes: Change[];
}
/** Something of a call's result: a picture with its base64, anything else by its name and size alone. */
interface Media {
  call: number;
  what: string;
  bytes: number;
  data?: string;
}
type Step = [ms: number, code: string, data: string];

/** What is written to the terminal at once on the way to a moment. */
const WRITE_CHARACTERS = 1_000_000;

function element<T extends HTMLElement>(id: string, type: new () => T): T {
  const found = document.getElementById(id);
  if (!(found instanceof type)) throw new Error(`the page has no ${id}`);
  return found;
}
const embedded = (id: string): string => document.getElementById(id)?.textContent ?? "";

const calls: ReplayCall[] = JSON.parse(embedded("calls"));
const [header = "{}", ...lines] = embedded("cast").trim().split("\n");
const { term } = JSON.parse(header) as { term: { cols: number; rows: number } };
let length = 0;
const steps = lines.map((line): Step => {
  const [seconds, code, data] = JSON.parse(line) as [number, string, string];
  length += seconds * 1000;
  return [length, code, data];
});
for (const call of calls) length = Math.max(length, call.ms, call.changes.at(-1)?.[0] ?? 0);

const terminal = new Terminal({
  ...{ cols: term.cols, rows: term.rows, scrollback: 10_000, disableStdin: true, allowProposedApi: true },
  ...{ fontFamily: 'ui-monospace, "DejaVu Sans Mono", monospace', fontSize: 13, theme: { background: "#0b0d10" } },
  linkHandler: { activate() {} },
});
terminal.loadAddon(new UnicodeGraphemesAddon.UnicodeGraphemesAddon());
terminal.open(element("terminal", HTMLElement));

const slider = element("position", HTMLInputElement);
const playButton = element("play", HTMLButtonElement);
const speed = element("speed", HTMLSelectElement);
slider.max = String(Math.ceil(length));

/** The moment that is wanted, and how many steps the terminal shows. */
let now = 0;
let shown = 0;
let drawing = false;
let playing = false;

/** Going back means from the beginning; whoever drags on meanwhile is caught up with at the end. */
async function drawTerminal(): Promise<void> {
  if (drawing) return;
  drawing = true;
  for (;;) {
    const last = steps[shown - 1];
    if (last !== undefined && last[0] > now) {
      shown = 0;
      terminal.reset();
      terminal.resize(term.cols, term.rows);
    }
    let text = "";
    let size: RegExpExecArray | null = null;
    for (let step = steps[shown]; step !== undefined && step[0] <= now; step = steps[shown]) {
      shown += 1;
      if (step[1] === "o") text += step[2];
      if (step[1] === "r") size = /^(\d+)x(\d+)$/.exec(step[2]);
      if (size !== null || text.length > WRITE_CHARACTERS) break;
    }
    if (text === "" && size === null) break;
    await new Promise<void>((resolve) => terminal.write(text, resolve));
    if (size !== null) terminal.resize(Number(size[1]), Number(size[2]));
  }
  drawing = false;
}

const clock = (ms: number): string => {
  const seconds = Math.floor(ms / 1000);
  const two = (value: number) => String(value).padStart(2, "0");
  const minutes = `${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
  return seconds < 3600 ? minutes : `${Math.floor(seconds / 3600)}:${minutes}`;
};

const list = element("list", HTMLOListElement);
const rows = calls.map((call) => {
  const row = document.createElement("li");
  const button = document.createElement("button");
  const [name, note] = [document.createElement("b"), document.createElement("span")];
  const bar = document.createElement("progress");
  name.textContent = call.server === null ? call.tool : `${call.server} · ${call.tool}`;
  bar.setAttribute("aria-label", call.tool);
  button.append(name, note, bar);
  button.addEventListener("click", () => seek(call.ms));
  row.append(button);
  list.append(row);
  return { row, note, bar };
});

for (const line of embedded("media").trim().split("\n")) {
  if (line === "") continue;
  const { call, what, bytes, data }: Media = JSON.parse(line);
  const { row } = rows[call] ?? {};
  if (row === undefined) continue;
  if (data === undefined) {
    const words = document.createElement("p");
    words.textContent = `Not in this file: ${what}, ${bytes.toLocaleString("en-US")} bytes`;
    row.append(words);
    continue;
  }
  const picture = document.createElement("img");
  picture.alt = `Result of ${calls[call]?.tool ?? "the tool"}`;
  picture.loading = "lazy";
  picture.src = `data:${what};base64,${data}`;
  row.append(picture);
}

/** The last change that had happened by now. */
function changeAt(changes: Change[]): Change | undefined {
  let [low, high] = [0, changes.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((changes[middle]?.[0] ?? 0) <= now) low = middle + 1;
    else high = middle;
  }
  return changes[low - 1];
}

function drawCalls(): void {
  for (const [index, call] of calls.entries()) {
    const { row, note, bar } = rows[index] ?? {};
    const change = call.ms <= now ? changeAt(call.changes) : undefined;
    if (row === undefined || note === undefined || bar === undefined) continue;
    row.hidden = change === undefined;
    if (change === undefined) continue;
    const [ms, state, progress, total, message] = change;
    const open = state === "running" || state === "queued";
    const lasted = ((open ? now : ms) - call.ms) / 1000;
    const count = progress === null || total === null ? "" : ` · ${progress}/${total}`;
    row.dataset.state = state;
    row.dataset.open = String(open);
    note.textContent = `${state} · ${lasted.toFixed(1)} s${count}${message === null ? "" : ` · ${message}`}`;
    // A total that nobody told shows no share of it.
    if (state === "finished") bar.value = bar.max = 1;
    else if (progress !== null && total !== null && total > 0) {
      bar.max = total;
      bar.value = Math.min(progress, total);
    } else if (open) bar.removeAttribute("value");
    else bar.value = 0;
  }
}

function seek(ms: number): void {
  now = Math.min(Math.max(0, ms), length);
  slider.value = String(Math.round(now));
  slider.setAttribute("aria-valuetext", `${clock(now)} of ${clock(length)}`);
  element("time", HTMLElement).textContent = `${clock(now)} / ${clock(length)}`;
  drawCalls();
  void drawTerminal();
}

function play(on: boolean): void {
  playing = on;
  playButton.textContent = on ? "Pause" : "Play";
  if (!on) return;
  if (now >= length) seek(0);
  let before = performance.now();
  const tick = (at: number): void => {
    if (!playing) return;
    seek(now + Math.max(0, at - before) * Number(speed.value));
    before = at;
    if (now >= length) play(false);
    else requestAnimationFrame(tick);
  };
  requestAnimationFrame(tick);
}

slider.addEventListener("input", () => seek(Number(slider.value)));
playButton.addEventListener("click", () => play(!playing));
seek(0);
