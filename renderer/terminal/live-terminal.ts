/** One session's terminal in the page: xterm, its socket, flow control and size. React never sees a byte. */
import "@xterm/xterm/css/xterm.css";
import { FitAddon } from "@xterm/addon-fit";
import { SearchAddon } from "@xterm/addon-search";
import { UnicodeGraphemesAddon } from "@xterm/addon-unicode-graphemes";
import { Terminal } from "@xterm/xterm";
import type { SessionView } from "../../shared/protocol/app-frames.ts";
import { parseJson } from "../../shared/protocol/schema.ts";
import { type TerminalServerFrame, terminalServerFrameSchema } from "../../shared/protocol/terminal-frames.ts";
import { CLOSE } from "../../shared/protocol/wire.ts";
import type { GatewayClient } from "../gateway/gateway-client.ts";
import type { GatewayGate } from "../gateway/gateway-gate.ts";
import { type LinkState, openReconnectingSocket, type ReconnectingSocket } from "../gateway/reconnecting-socket.ts";
import type { Host } from "../host/host.ts";
import { copyText } from "../shell/actions.ts";
import { mayOnlyWatch, runningAgent } from "../stores/app-store.ts";
import { changeSettings, type Settings, useSettings } from "../stores/settings-store.ts";
import { toastFault } from "../stores/toasts.ts";
import type { ThemeName } from "../theme/terminal-theme.ts";
import { createAcknowledger } from "./acknowledge.ts";
import { type CallMarks, createCallMarks } from "./call-marks.ts";
import { asOneLine, createClipboardInput, type PasteAnswer, readClipboard } from "./clipboard-input.ts";
import { createHandFiles, type HandFiles, type Handing } from "./hand-files.ts";
import { createHeldInput } from "./held-input.ts";
import { keepStyles } from "./keep-styles.ts";
import { type Place, placeOf, resizeInPlace, returnTo } from "./kept-place.ts";
import { createKnownPaths } from "./known-paths.ts";
import type { LinkTarget } from "./link-target.ts";
import { openPlace } from "./open-place.ts";
import { followOptionKey } from "./option-key.ts";
import { pasteText } from "./paste-text.ts";
import { clipboardText } from "./program-clipboard.ts";
import { createScaledLetters } from "./scaled-letters.ts";
import { createTerminalInput } from "./terminal-input.ts";
import { isCtrlC } from "./terminal-keys.ts";
import { createTerminalLinks, type TerminalLinks } from "./terminal-links.ts";
import { createLooks } from "./terminal-looks.ts";
import { terminalOptions } from "./terminal-options.ts";
import { createTerminalSize, type Size } from "./terminal-size.ts";
import { tellColours } from "./told-colours.ts";
import { createWholeCharacters } from "./whole-characters.ts";
import { drawWholePictures } from "./whole-pictures.ts";

const NOTHING_SELECTED = {
  code: "nothing-selected",
  message: "Nothing is selected in the terminal.",
  hint: "Select with the mouse; where a program follows the pointer, hold Shift (Option on a Mac).",
};

const CLIPBOARD_CLOSED = {
  code: "clipboard",
  message: "The browser didn't give the clipboard.",
  hint: "Press Ctrl+Shift+V (⌘V on a Mac) in the terminal instead.",
};
const COPY_REFUSED = { code: "clipboard", message: "The browser didn't allow copying." };
const WHOLE_SCREEN = {
  code: "whole-screen",
  message: "The program uses the whole screen.",
  hint: "Its prompts and calls stand in no lines that stay. The activity list has its calls.",
};
const noneThere = (kind: "call" | "prompt", by: 1 | -1) => ({
  code: "none-there",
  message: `There is no ${by === 1 ? "later" : "earlier"} ${kind} in this terminal.`,
  ...(kind === "prompt" && {
    hint: "Prompts are found when the shell marks them (OSC 133), as fish, nushell and the shell integrations of editors do.",
  }),
});

// Tab goes to the program, so the way out is said.
Terminal.strings.promptLabel = "Terminal input. F6 leads out of it.";

export interface TerminalStatus {
  link: LinkState;
  /** Something of it has come: until then an empty screen says nothing. */
  begun: boolean;
  cols: number;
  rows: number;
  exit: { code: number | null; signal: string | null } | undefined;
  error: { code: string; message: string } | undefined;
  /** Counts the keys that were refused because there was no connection. */
  refused: number;
  /** The target under the pointer, of a link whose text may say otherwise. */
  linkTarget: LinkTarget | undefined;
  /** The newest line is below what is shown. */
  scrolledUp: boolean;
  /** Several lines that a person pastes, and that a question is about. */
  pasting: string | undefined;
  /** A file that is on its way to the program. */
  handing: Handing | undefined;
  /** What the program wants to have in the clipboard and a person has not decided about. */
  clipboard: string | undefined;
  /** Why a copy of the program was dropped, until a person has seen it: once in the life of a terminal for each reason. */
  clipboardDropped: "off" | "unreadable" | undefined;
}

export interface LiveTerminal {
  readonly terminal: Terminal;
  readonly search: SearchAddon;
  readonly marks: CallMarks;
  readonly links: TerminalLinks;
  /** Moves the terminal into an element; it can be in one place only. */
  show(parent: HTMLElement): void;
  fit(): void;
  /** Looks as the settings and the theme want it. */
  adopt(theme: ThemeName, settings: Settings): void;
  focus(): void;
  /** The gateway says what has become of the session's program. */
  follow(state: SessionView["terminal"]["state"]): void;
  status(): TerminalStatus;
  subscribe(listener: () => void): () => void;
  /** Types as if the person did. */
  type(data: string): void;
  /** Puts text into the program's prompt and sends nothing: Enter is the person's. */
  paste(text: string): void;
  /** For the next key; `used` is called when that has come. */
  holdCtrl(held: boolean, used?: () => void): void;
  /** Puts what is selected into the clipboard. */
  copySelection(): void;
  /** Pastes what the clipboard holds, where the browser gives it. */
  pasteClipboard(): Promise<void>;
  answerPaste(answer: PasteAnswer): void;
  readonly files: HandFiles;
  /** Goes to the nearest prompt or call above or below, or says that there is none. */
  step(kind: "call" | "prompt", by: 1 | -1): void;
  /** A person has seen that a copy was dropped. */
  dismissDropped(): void;
  /** Gives the program what it wants to have in the clipboard, or not. */
  decideClipboard(copy: boolean): void;
  reconnectNow(): void;
  dispose(): void;
}

export function createLiveTerminal(
  session: string,
  gate: GatewayGate,
  host: Host,
  client: GatewayClient,
): LiveTerminal {
  const terminal = new Terminal(terminalOptions());
  const fitter = new FitAddon();
  const search = new SearchAddon();
  terminal.loadAddon(fitter);
  terminal.loadAddon(search);
  terminal.loadAddon(new UnicodeGraphemesAddon());
  const element = document.createElement("div");
  element.style.height = "100%";

  const marks = createCallMarks(terminal);
  const listeners = new Set<() => void>();
  let status: TerminalStatus = {
    link: { state: "connecting" },
    begun: false,
    cols: terminal.cols,
    rows: terminal.rows,
    exit: undefined,
    error: undefined,
    refused: 0,
    linkTarget: undefined,
    scrolledUp: false,
    pasting: undefined,
    handing: undefined,
    clipboard: undefined,
    clipboardDropped: undefined,
  };
  const set = (change: Partial<TerminalStatus>): void => {
    status = { ...status, ...change };
    for (const listener of listeners) listener();
  };

  let opened = false;
  /** Where the person reads, while a snapshot is being written. */
  let reading: Place | undefined;
  /** What is drawn comes from a recording. */
  let recorded = false;
  const look = createLooks(terminal);
  const letters = createScaledLetters(terminal, element);
  const setOptionKey = followOptionKey(terminal, element);

  const whole = createWholeCharacters();
  const ack = createAcknowledger((bytes) => send(JSON.stringify({ type: "ack", bytes })));
  /** The size in the address of the connection that is being opened. */
  let asked: Size = { cols: terminal.cols, rows: terminal.rows };
  /** Opened with the first showing, when the size is known. */
  let socket: ReconnectingSocket | undefined;
  const send = (data: string | Uint8Array<ArrayBuffer>): boolean => socket?.send(data) ?? false;
  const connect = (): ReconnectingSocket =>
    openReconnectingSocket({
      gate,
      path() {
        asked = size.asks({ cols: terminal.cols, rows: terminal.rows });
        return `/ws/terminal?session_id=${encodeURIComponent(session)}&cols=${asked.cols}&rows=${asked.rows}${status.begun ? "" : "&recorded=1"}`;
      },
      onText(text) {
        const frame = parseJson(terminalServerFrameSchema, text);
        if (frame.ok) receive(frame.value);
        else console.warn(`A terminal frame was not understood: ${frame.reason}`);
      },
      onBytes(bytes) {
        const { byteLength } = bytes;
        ack.received(byteLength);
        terminal.write(whole.next(new Uint8Array(bytes)), () => ack.drawn(byteLength));
      },
      onLink(link) {
        if (link.state === "open") {
          ack.reset();
          whole.reset();
          size.connected(asked);
          tellColours(terminal, send);
          size.layout();
          set({ refused: 0 });
        }
        set({ link });
        // Nobody else looks at a recording: drawn, it takes the size that it is shown at.
        if (recorded && (link.state === "waiting" || link.state === "closed")) {
          recorded = false;
          terminal.write("", () => size.typed());
        }
        // Gone for good, or back only later. One that was not found may be on its way.
        if (link.state === "waiting" || (link.state === "closed" && link.code !== CLOSE.noSuchSession)) forget();
      },
    });

  function receive(frame: TerminalServerFrame): void {
    switch (frame.type) {
      case "ready":
        set({ begun: true, exit: undefined, error: undefined });
        held.deliver();
        return;
      case "snapshot":
        reading = placeOf(terminal) ?? reading;
        terminal.reset();
        whole.reset();
        marks.clear();
        size.theirs(frame);
        // The lines are counted at this size: they are found before the terminal takes its own.
        terminal.write(frame.data, () => {
          marks.restore(frame);
          if (opened) size.layout();
          if (reading !== undefined) returnTo(terminal, reading);
          reading = undefined;
        });
        return;
      case "recorded":
        terminal.reset();
        whole.reset();
        marks.clear();
        marks.restore(frame);
        size.theirs(frame);
        set({ begun: true });
        recorded = true;
        return;
      case "mark":
        marks.set(frame.offset);
        return;
      case "resized":
        size.theirs(frame);
        return;
      case "exit":
        set({ exit: { code: frame.code, signal: frame.signal } });
        forget();
        return;
      case "error":
        if (frame.code === "read-only") set({ refused: status.refused + 1 });
        // A daemon that was started before this page's version; nothing that a person could do.
        else if (frame.code === "bad-frame") console.warn(frame.message);
        else set({ error: { code: frame.code, message: frame.message } });
        return;
    }
  }

  const size = createTerminalSize({
    mayAsk: () => !mayOnlyWatch(),
    propose() {
      if (!element.isConnected || element.clientWidth === 0) return undefined;
      const fitting = fitter.proposeDimensions();
      if (fitting === undefined || Number.isNaN(fitting.cols) || Number.isNaN(fitting.rows)) return undefined;
      // What fits is what fits in the usual letters, whatever is drawn now.
      const scale = (terminal.options.fontSize ?? letters.usual()) / letters.usual();
      return {
        cols: Math.max(2, Math.floor(fitting.cols * scale)),
        rows: Math.max(1, Math.floor(fitting.rows * scale)),
      };
    },
    apply({ cols, rows }) {
      if (cols !== terminal.cols || rows !== terminal.rows) resizeInPlace(terminal, cols, rows);
      letters.fit(size.isForeign());
      if (status.cols !== cols || status.rows !== rows) set({ cols, rows });
    },
    tell: (wanted) => void send(JSON.stringify({ type: "resize", ...wanted })),
  });

  const held = createHeldInput({
    there: () => status.link.state === "open" && status.begun && status.exit === undefined,
    send,
  });
  const forget = (): void => {
    if (held.forget()) set({ refused: status.refused + 1 });
  };
  const input = createTerminalInput({
    terminal,
    element,
    send(bytes, origin) {
      if (mayOnlyWatch()) return false;
      if (origin === "person") return held.pass(bytes);
      if (origin === "wheel") send(JSON.stringify({ type: "wheel" }));
      return send(bytes);
    },
    onRefused: () => set({ refused: status.refused + 1 }),
    onPerson: () => size.typed(),
    takes(event) {
      if (host.platform === "darwin" || !useSettings.getState().ctrlCCopies) return false;
      if (!isCtrlC(event) || !terminal.hasSelection()) return false;
      if (event.type === "keydown") {
        copySelection();
        // The next one interrupts.
        terminal.clearSelection();
      }
      return true;
    },
  });
  terminal.onBell(() => {
    const here = document.hasFocus() && element.contains(document.activeElement);
    if (here && !mayOnlyWatch() && status.exit === undefined) send(JSON.stringify({ type: "heard" }));
  });
  const links = createTerminalLinks(terminal, {
    open: (address) => void host.openExternal(address),
    openFile: (place) => void openPlace(host, client, session, place),
    known: createKnownPaths(async (paths) => {
      // Who may only watch opens nothing.
      if (mayOnlyWatch()) return undefined;
      const answer = await client.paths(session, paths);
      return answer.ok ? answer.value.paths : undefined;
    }),
    onTarget: (linkTarget) => set({ linkTarget }),
  });
  function copySelection(): void {
    const text = terminal.getSelection() || (document.getSelection()?.toString() ?? "");
    if (text === "") toastFault(NOTHING_SELECTED);
    else void copyText(text, "Selection");
  }
  const pasting = createClipboardInput({
    terminal,
    element,
    onAsk: (text) => set({ pasting: text }),
    onFiles: (list) => void files.hand(list),
  });
  const files = createHandFiles({
    session,
    client,
    agent: () => runningAgent(session),
    watching: mayOnlyWatch,
    paste: (text) => input.type(pasteText(text, terminal.modes.bracketedPasteMode)),
    type: input.type,
    onChange: (handing) => set({ handing }),
  });
  async function pasteClipboard(): Promise<void> {
    try {
      const held = await readClipboard();
      if (held.files.length > 0) void files.hand(held.files);
      else pasting.paste(held.text);
    } catch {
      toastFault(CLIPBOARD_CLOSED);
    }
    terminal.focus();
  }
  terminal.onRender(() => {
    const { viewportY, baseY } = terminal.buffer.active;
    const scrolledUp = viewportY < baseY;
    if (scrolledUp !== status.scrolledUp) set({ scrolledUp });
  });
  // Once a selection is made, not while it grows.
  element.addEventListener("mouseup", () => {
    if (!useSettings.getState().copyOnSelect) return;
    setTimeout(() => {
      const text = terminal.getSelection();
      if (text !== "") void navigator.clipboard.writeText(text).catch(() => toastFault(COPY_REFUSED));
    });
  });
  const toldDropped = new Set<string>();
  function tellDropped(why: "off" | "unreadable"): void {
    if (toldDropped.has(why)) return;
    toldDropped.add(why);
    set({ clipboardDropped: why });
  }
  terminal.parser.registerOscHandler(52, (data) => {
    const text = clipboardText(data);
    const wanted = useSettings.getState().programClipboard;
    if (text === undefined || wanted === "never") {
      // A question, and an empty text, are nothing that was to be copied.
      if (!/;\??$/.test(data)) tellDropped(wanted === "never" ? "off" : "unreadable");
      return true;
    }
    // A page that nobody looks at may not write.
    if (wanted === "allow" && element.isConnected && document.hasFocus()) void copyText(text, "Text of the program");
    else set({ clipboard: text });
    return true;
  });

  return {
    terminal,
    search,
    marks,
    links,
    files,
    show(parent) {
      parent.append(element);
      if (!opened) {
        terminal.open(element);
        drawWholePictures(terminal);
        opened = true;
      }
      keepStyles(element);
      size.layout();
      socket ??= connect();
    },
    fit() {
      size.layout();
      letters.fit(size.isForeign());
    },
    adopt(theme, settings) {
      setOptionKey(settings.optionIsMeta);
      if (!look(theme, settings)) return;
      letters.adopt();
      tellColours(terminal, send);
      size.layout();
      letters.fit(size.isForeign());
    },
    focus: () => terminal.focus(),
    follow(state) {
      if (state === "starting") held.expect();
      else if (state !== "running") forget();
    },
    status: () => status,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    type: input.type,
    paste: (text) => input.type(pasteText(text, terminal.modes.bracketedPasteMode)),
    holdCtrl: input.holdCtrl,
    copySelection,
    pasteClipboard,
    answerPaste(answer) {
      const { pasting: text } = status;
      set({ pasting: undefined });
      if (text === undefined || answer === "cancel") return;
      if (answer === "never-ask") changeSettings({ warnPaste: false });
      pasting.pasteNow(answer === "one-line" ? asOneLine(text) : text);
    },
    step(kind, by) {
      const colour = getComputedStyle(document.documentElement).getPropertyValue("--accent-tint").trim();
      if (marks.step(kind, by, colour)) return;
      toastFault(terminal.buffer.active.type === "alternate" ? WHOLE_SCREEN : noneThere(kind, by));
    },
    dismissDropped: () => set({ clipboardDropped: undefined }),
    decideClipboard(copy) {
      const { clipboard } = status;
      set({ clipboard: undefined });
      if (copy && clipboard !== undefined) void copyText(clipboard, "Text of the program");
    },
    reconnectNow: () => socket?.reconnectNow(),
    dispose() {
      socket?.dispose();
      terminal.dispose();
      element.remove();
      listeners.clear();
    },
  };
}
