/** Owns one session's terminal in the page: xterm, its socket, flow control and size. React never sees a byte. */
import "@xterm/xterm/css/xterm.css";
import { FitAddon } from "@xterm/addon-fit";
import { SearchAddon } from "@xterm/addon-search";
import { UnicodeGraphemesAddon } from "@xterm/addon-unicode-graphemes";
import { Terminal } from "@xterm/xterm";
import type { SessionView } from "../../shared/protocol/app-frames.ts";
import { parseJson } from "../../shared/protocol/schema.ts";
import { type TerminalServerFrame, terminalServerFrameSchema } from "../../shared/protocol/terminal-frames.ts";
import { CLOSE } from "../../shared/protocol/wire.ts";
import { type LinkState, openReconnectingSocket, type ReconnectingSocket } from "../gateway/reconnecting-socket.ts";
import type { Connection, Host } from "../host/host.ts";
import { mayOnlyWatch } from "../stores/app-store.ts";
import type { Settings } from "../stores/settings-store.ts";
import type { ThemeName } from "../theme/terminal-theme.ts";
import { createAcknowledger } from "./acknowledge.ts";
import { type CallMarks, createCallMarks } from "./call-marks.ts";
import { createHeldInput } from "./held-input.ts";
import { keepStyles } from "./keep-styles.ts";
import { createTerminalInput } from "./terminal-input.ts";
import { createLooks } from "./terminal-looks.ts";
import { terminalOptions } from "./terminal-options.ts";
import { createTerminalSize, type Size } from "./terminal-size.ts";
import { tellColours } from "./told-colours.ts";
import { createWholeCharacters } from "./whole-characters.ts";
import { drawWholePictures } from "./whole-pictures.ts";

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
  linkTarget: string | undefined;
}

export interface LiveTerminal {
  readonly terminal: Terminal;
  readonly search: SearchAddon;
  readonly marks: CallMarks;
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
  /** For the next key; `used` is called when that has come. */
  holdCtrl(held: boolean, used?: () => void): void;
  reconnectNow(): void;
  dispose(): void;
}

export function createLiveTerminal(session: string, connection: Connection, host: Host): LiveTerminal {
  const terminal = new Terminal(terminalOptions());
  const fitter = new FitAddon();
  const search = new SearchAddon();
  terminal.loadAddon(fitter);
  terminal.loadAddon(search);
  terminal.loadAddon(new UnicodeGraphemesAddon());
  const element = document.createElement("div");
  element.style.height = "100%";

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
  };
  const set = (change: Partial<TerminalStatus>): void => {
    status = { ...status, ...change };
    for (const listener of listeners) listener();
  };

  let opened = false;
  const look = createLooks(terminal);

  const whole = createWholeCharacters();
  const ack = createAcknowledger((bytes) => send(JSON.stringify({ type: "ack", bytes })));
  /** The size in the address of the connection that is being opened. */
  let asked: Size = { cols: terminal.cols, rows: terminal.rows };
  /** Opened with the first showing, when the size is known. */
  let socket: ReconnectingSocket | undefined;
  const send = (data: string | Uint8Array<ArrayBuffer>): boolean => socket?.send(data) ?? false;
  const connect = (): ReconnectingSocket =>
    openReconnectingSocket({
      connection,
      path() {
        asked = size.asks({ cols: terminal.cols, rows: terminal.rows });
        return `/ws/terminal?session_id=${encodeURIComponent(session)}&cols=${asked.cols}&rows=${asked.rows}`;
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
        terminal.reset();
        whole.reset();
        size.theirs(frame);
        terminal.write(frame.data, () => opened && size.layout());
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
      return { cols: Math.max(2, fitting.cols), rows: Math.max(1, fitting.rows) };
    },
    apply({ cols, rows }) {
      if (cols !== terminal.cols || rows !== terminal.rows) terminal.resize(cols, rows);
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
    send: (bytes, byPerson) => !mayOnlyWatch() && (byPerson ? held.pass(bytes) : send(bytes)),
    onRefused: () => set({ refused: status.refused + 1 }),
    onPerson: () => size.typed(),
  });
  terminal.options.linkHandler = {
    activate(event, target) {
      if (event.ctrlKey || event.metaKey) void host.openExternal(target);
    },
    hover: (_event, target) => set({ linkTarget: target }),
    leave: () => set({ linkTarget: undefined }),
  };

  return {
    terminal,
    search,
    marks: createCallMarks(terminal),
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
    fit: size.layout,
    adopt(theme, settings) {
      if (!look(theme, settings)) return;
      tellColours(terminal, send);
      size.layout();
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
    holdCtrl: input.holdCtrl,
    reconnectNow: () => socket?.reconnectNow(),
    dispose() {
      socket?.dispose();
      terminal.dispose();
      element.remove();
      listeners.clear();
    },
  };
}
