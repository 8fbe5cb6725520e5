/** Owns one session's terminal in the page: xterm, its socket, flow control and size. React never sees a byte. */
import "@xterm/xterm/css/xterm.css";
import { FitAddon } from "@xterm/addon-fit";
import { SearchAddon } from "@xterm/addon-search";
import { UnicodeGraphemesAddon } from "@xterm/addon-unicode-graphemes";
import { Terminal } from "@xterm/xterm";
import { parseJson } from "../../shared/protocol/schema.ts";
import { type TerminalServerFrame, terminalServerFrameSchema } from "../../shared/protocol/terminal-frames.ts";
import { type LinkState, openReconnectingSocket, type ReconnectingSocket } from "../gateway/reconnecting-socket.ts";
import type { Connection, Host } from "../host/host.ts";
import { accelerator } from "./accelerator.ts";
import { createAcknowledger } from "./acknowledge.ts";
import { type CallMarks, createCallMarks } from "./call-marks.ts";
import { NEWLINE_IN_PROMPT, withCtrl } from "./terminal-keys.ts";
import { terminalOptions } from "./terminal-options.ts";
import { createWholeCharacters } from "./whole-characters.ts";

export interface TerminalStatus {
  link: LinkState;
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
  /** Draws with the graphics card, or with the browser again. */
  accelerate(on: boolean): void;
  focus(): void;
  status(): TerminalStatus;
  subscribe(listener: () => void): () => void;
  /** Types as if the person did. */
  type(data: string): void;
  holdCtrl(held: boolean): void;
  reconnectNow(): void;
  dispose(): void;
}

const encoder = new TextEncoder();

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
  let ctrlHeld = false;
  /** Another viewer owns the size until we type. */
  let foreignSize = false;

  const whole = createWholeCharacters();
  const ack = createAcknowledger((bytes) => send(JSON.stringify({ type: "ack", bytes })));
  /** Opened with the first showing, when the size is known. */
  let socket: ReconnectingSocket | undefined;
  const send = (data: string | Uint8Array<ArrayBuffer>): boolean => socket?.send(data) ?? false;
  const connect = (): ReconnectingSocket =>
    openReconnectingSocket({
      connection,
      path: () => `/ws/terminal?session_id=${encodeURIComponent(session)}&cols=${terminal.cols}&rows=${terminal.rows}`,
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
        }
        set({ link });
      },
    });

  function receive(frame: TerminalServerFrame): void {
    switch (frame.type) {
      case "ready":
        set({ exit: undefined, error: undefined });
        return;
      case "snapshot":
        terminal.reset();
        whole.reset();
        resizeTo(frame.cols, frame.rows);
        terminal.write(frame.data, () => opened && fitTerminal());
        return;
      case "resized":
        foreignSize = frame.cols !== terminal.cols || frame.rows !== terminal.rows;
        resizeTo(frame.cols, frame.rows);
        return;
      case "exit":
        set({ exit: { code: frame.code, signal: frame.signal } });
        return;
      case "error":
        set({ error: { code: frame.code, message: frame.message } });
        return;
    }
  }

  /** A size that came from the other side is not sent back. */
  function resizeTo(cols: number, rows: number): void {
    if (cols !== terminal.cols || rows !== terminal.rows) terminal.resize(cols, rows);
    set({ cols: terminal.cols, rows: terminal.rows });
  }

  function fitTerminal(): void {
    if (foreignSize || !element.isConnected || element.clientWidth === 0) return;
    const size = fitter.proposeDimensions();
    if (size === undefined || Number.isNaN(size.cols) || Number.isNaN(size.rows)) return;
    const cols = Math.max(2, size.cols);
    const rows = Math.max(1, size.rows);
    const changed = cols !== terminal.cols || rows !== terminal.rows;
    resizeTo(cols, rows);
    if (changed || !announced) announced = send(JSON.stringify({ type: "resize", cols, rows }));
  }
  let announced = false;

  function type(data: string): void {
    if (foreignSize) {
      foreignSize = false;
      fitTerminal();
    }
    const bytes = encoder.encode(ctrlHeld ? withCtrl(data) : data);
    if (!send(bytes)) set({ refused: status.refused + 1 });
  }

  terminal.onData(type);
  terminal.onBinary((data) => {
    if (!send(Uint8Array.from(data, (character) => character.charCodeAt(0)))) set({ refused: status.refused + 1 });
  });
  terminal.attachCustomKeyEventHandler((event) => {
    // A shortcut of the page was taken before the terminal could see it.
    if (event.defaultPrevented) return false;
    if (event.key === "Enter" && event.shiftKey && !event.ctrlKey && !event.altKey && !event.metaKey) {
      if (event.type === "keydown") {
        event.preventDefault();
        type(NEWLINE_IN_PROMPT);
      }
      return false;
    }
    return true;
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
        opened = true;
      }
      fitTerminal();
      socket ??= connect();
    },
    fit: fitTerminal,
    accelerate: accelerator(terminal),
    focus: () => terminal.focus(),
    status: () => status,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    type,
    holdCtrl(held) {
      ctrlHeld = held;
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
