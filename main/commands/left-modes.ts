/** Knows from what a program prints which modes it has left a terminal in, and gives what takes them back. */

export interface LeftModes {
  /** What the terminal is given, in any pieces. */
  see(bytes: Uint8Array): void;
  /**
   * Takes back what is still on, and forgets it. Empty when the program has left nothing. `usual`: also what programs usually turn on,
   * of one that is left while it runs: it may have done so before anything was seen.
   */
  restore(usual?: boolean): string;
  /** Puts it on again, around a snapshot of the screen, which carries less. To be asked before `restore`. */
  again(): { before: string; after: string };
}

/**
 * On by default in every terminal, or in many that would lose it (what Meta and the wheel send, sixel's colours): these are left by being off.
 */
const ON = new Set([2, 7, 8, 25, 1007, 1034, 1035, 1036, 1070]);
/** The same for ANSI modes: off, SRM shows all that is typed a second time. */
const ANSI_ON = new Set([12]);
/** Full-screen buffers; leaving one restores what was there before, so that comes last. */
const SCREENS = [47, 1047, 1049];
/** Cursor and mouse keys, focus, pastes, colour scheme and size reports, held drawing. */
const USUAL = [1, 9, 1000, 1002, 1003, 1004, 1005, 1006, 1015, 1016, 2004, 2026, 2031, 2048];
/** No mode's number: held drawing, asked for in the older way. */
const HELD = -1;
/** Say where the cursor is to be, or are actions: they are no state to come back to. */
const NO_STATE = new Set([1048]);
/** A program that sets more modes than there are is no longer kept count of. */
const MAX_MODES = 256;
/** A longer control sequence, or a longer beginning of a string, means nothing that is looked for. */
const MAX_SEQUENCE = 128;

const [BEL, SO, CAN, SUB, ESC] = [0x07, 0x0e, 0x18, 0x1a, 0x1b];

/** The flags that a program has pushed, and those that it set above them. */
interface Keys {
  stack: number[];
  set: number | undefined;
}
const noKeys = (): Keys => ({ stack: [], set: undefined });
/** Terminals keep no more either. */
const MAX_STACK = 32;

/** What is on or off as a whole, and what takes it back. */
const TAKEN_BACK = {
  printer: "\u001b[4i",
  "auto print": "\u001b[?4i",
  keypad: "\u001b>",
  charset: "\u001b(B\u001b)B\u000f",
  coding: "\u001b%G",
  // These two move the cursor.
  margins: "\u001b7\u001b[s\u001b8",
  region: "\u001b7\u001b[r\u001b8",
  protected: '\u001b[0"q',
  "status line": "\u001b[0$}",
  link: "\u001b]8;;\u001b\\",
  progress: "\u001b]9;4;0\u001b\\",
  pointer: "\u001b]22;\u001b\\",
  state: "\u001b]7501;state=clear\u001b\\",
  cursor: "\u001b[0 q",
  pen: "\u001b[0m",
} as const;
type Flag = keyof typeof TAKEN_BACK;

export function createLeftModes(): LeftModes {
  let state: "text" | "escape" | "csi" | "string" = "text";
  let sequence = "";
  /** Private and ANSI modes that are not what they are by default. */
  let priv = new Map<number, boolean>();
  let ansi = new Map<number, boolean>();
  /** The kitty keyboard's stacks, of the normal screen and of the full one. */
  let keys = { normal: noKeys(), full: noKeys() };
  /** xterm's key resources (modifyOtherKeys is 4) and their formats, by what sets each. */
  let modifiers = new Map<string, number>();
  let colours = new Set<string>();
  let titles = 0;
  let titleModes = new Set<string>();
  let flags = new Set<Flag>();

  const screen = () => (SCREENS.some((mode) => priv.get(mode) === true) ? keys.full : keys.normal);

  function setMode(mode: number, on: boolean): void {
    if (NO_STATE.has(mode)) return;
    if (on === ON.has(mode)) priv.delete(mode);
    else if (priv.size < MAX_MODES) priv.set(mode, on);
  }

  function mark(flag: Flag, on: boolean): void {
    if (on) flags.add(flag);
    else flags.delete(flag);
  }

  function onCsi(text: string): void {
    const [, prefix = "", parameters = "", middle = "", final = ""] =
      /^([<=>?]?)([\d;:]*)([\x20-\x2f]*)([\x40-\x7e])$/.exec(text) ?? [];
    const first = Number.parseInt(parameters, 10);
    const numbers = parameters.split(";").map((part) => Number.parseInt(part, 10));
    switch (prefix + middle + final) {
      case "?h":
      case "?l":
        for (const mode of numbers) if (Number.isFinite(mode)) setMode(mode, final === "h");
        break;
      case "h":
      case "l":
        for (const mode of numbers) {
          if (!Number.isFinite(mode)) continue;
          if ((final === "h") === ANSI_ON.has(mode)) ansi.delete(mode);
          else if (ansi.size < MAX_MODES) ansi.set(mode, final === "h");
        }
        break;
      case ">u": {
        const { stack } = screen();
        if (stack.length >= MAX_STACK) stack.shift();
        stack.push(Number.isFinite(first) ? first : 0);
        break;
      }
      case "<u": {
        const { stack } = screen();
        stack.splice(Math.max(0, stack.length - (Number.isFinite(first) ? Math.max(1, first) : 1)));
        screen().set = undefined;
        break;
      }
      case "=u":
        screen().set = first > 0 ? first : undefined;
        break;
      case ">m":
      case ">f": {
        if (!Number.isFinite(first)) modifiers.clear();
        else if (numbers[1] === undefined || !Number.isFinite(numbers[1])) modifiers.delete(`${first}${final}`);
        else if (modifiers.size < MAX_MODES) modifiers.set(`${first}${final}`, numbers[1]);
        break;
      }
      case ">n":
        if (Number.isFinite(first)) modifiers.delete(`${first}m`);
        break;
      case " q":
        mark("cursor", first > 0);
        break;
      case "r":
        mark("region", parameters.replace(";", "") !== "");
        break;
      case "m":
        mark("pen", parameters !== "" && !/^0*$/.test(parameters.split(";").at(-1) ?? ""));
        break;
      case '"q':
        mark("protected", first === 1);
        break;
      case "$}":
        mark("status line", first > 0);
        break;
      case "i":
      case "?i":
        if (first === 4 || first === 5) mark(prefix === "?" ? "auto print" : "printer", first === 5);
        break;
      case "s":
        // With parameters left and right margins; without, the place of the cursor.
        if (parameters !== "") flags.add("margins");
        break;
      case ">t":
        for (const mode of numbers)
          if (Number.isFinite(mode) && titleModes.size < MAX_MODES) titleModes.add(String(mode));
        break;
      case ">T":
        if (parameters === "") titleModes.clear();
        for (const mode of numbers) titleModes.delete(String(mode));
        break;
      case "t":
        if (first === 22) titles += 1;
        else if (first === 23) titles = Math.max(0, titles - 1);
        break;
      case "!p":
        softReset();
    }
  }

  /** DECSTR. */
  function softReset(): void {
    ansi.delete(4);
    for (const mode of [1, 6, 7, 25, 66]) priv.delete(mode);
    for (const flag of ["charset", "region", "keypad", "pen", "protected"] as const) flags.delete(flag);
  }

  function onString(text: string): void {
    // Held drawing, as before ?2026.
    const held = /^P=([12])s/.exec(text)?.[1];
    if (held !== undefined) setMode(HELD, held === "1");
    const [, number = "", rest = ""] = /^\](\d+)(?:;([\s\S]*))?$/.exec(text) ?? [];
    if (["4", "5", "10", "11", "12", "13", "14", "17", "19"].includes(number)) {
      if (rest !== "" && !/^(?:\d+;)?\?$/.test(rest)) colours.add(number);
    } else if (/^1(0[45]|1[0-9])$/.test(number)) {
      if (rest === "") colours.delete(String(Number(number) - 100));
    } else if (number === "8") mark("link", rest.replace(/^[^;]*;/, "") !== "");
    else if (number === "9" && rest.startsWith("4")) mark("progress", !/^4;0?(?:;|$)/.test(rest));
    else if (number === "22") mark("pointer", rest !== "");
    else if (number === "7501" && !rest.startsWith("?")) mark("state", !/(?:^|:)state=clear(?::|$)/.test(rest));
  }

  function onEscape(byte: number): void {
    const char = String.fromCharCode(byte);
    if (char === "[") state = "csi";
    else if (char === "]" || char === "P" || char === "X" || char === "^" || char === "_") {
      state = "string";
      sequence = char;
    } else if (byte >= 0x20 && byte <= 0x2f) sequence += char;
    else {
      if (sequence === "" && char === "=") flags.add("keypad");
      else if (sequence === "" && char === ">") flags.delete("keypad");
      else if (sequence === "" && char === "c") forget();
      else if (sequence !== "" && "()*+-./".includes(sequence)) {
        if (sequence === "(") mark("charset", char !== "B");
        else if (char !== "B") flags.add("charset");
      } else if (sequence === "%") mark("coding", char !== "G");
      // Another set from here on.
      else if (sequence === "" && "no|}~".includes(char)) flags.add("charset");
      state = "text";
    }
  }

  /** RIS, or all taken back. */
  function forget(): void {
    priv = new Map();
    ansi = new Map();
    titleModes = new Set();
    keys = { normal: noKeys(), full: noKeys() };
    modifiers = new Map();
    colours = new Set();
    titles = 0;
    flags = new Set();
  }

  function step(byte: number): void {
    if (byte === ESC) {
      if (state === "string") onString(sequence);
      state = "escape";
      sequence = "";
    } else if (byte === CAN || byte === SUB) state = "text";
    else if (state === "escape") onEscape(byte);
    else if (state === "string") {
      if (byte === BEL) {
        onString(sequence);
        state = "text";
      } else if (sequence.length < MAX_SEQUENCE) sequence += String.fromCharCode(byte);
    } else if (byte >= 0x20) {
      if (sequence.length < MAX_SEQUENCE) sequence += String.fromCharCode(byte);
      if (byte >= 0x40 && byte <= 0x7e) {
        state = "text";
        onCsi(sequence);
      }
    }
  }

  return {
    see(bytes) {
      const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      for (let at = 0; at < view.length; at += 1) {
        if (state === "text") {
          // SO uses another character set; all else in text changes no mode.
          const found = view.indexOf(ESC, at);
          const next = found === -1 ? view.length : found;
          if (!flags.has("charset") && view.subarray(at, next).includes(SO)) flags.add("charset");
          if (found === -1) return;
          at = next;
        }
        step(view[at] ?? 0);
      }
    },
    restore(usual = false) {
      if (usual) {
        for (const mode of USUAL) priv.set(mode, true);
        for (const mode of [7, 25]) priv.set(mode, false);
        ansi.set(4, true);
        modifiers.set("4m", 0);
        for (const flag of ["keypad", "cursor", "pen"] as const) flags.add(flag);
        const now = screen();
        now.set ??= 0;
      }
      const full = SCREENS.filter((mode) => priv.get(mode) === true);
      const modes = [...priv].filter(([mode]) => !SCREENS.includes(mode));
      const pop = ({ stack, set }: Keys) =>
        (set === undefined ? "" : "\u001b[=0u") + (stack.length > 0 ? `\u001b[<${stack.length}u` : "");
      const off = modes.filter(([, on]) => on).map(([mode]) => mode);
      const on = modes.filter(([, now]) => !now).map(([mode]) => mode);
      // One by one: terminals that take only some parameters, or stop at one that they do not know, miss none.
      const each = (before: string, numbers: readonly number[], final: string) =>
        numbers.map((number) => `\u001b[${before}${number}${final}`).join("");
      const ofAnsi = (now: boolean) => [...ansi].filter(([, is]) => is === now).map(([mode]) => mode);
      const parts = [
        // Shown at once from here on, what follows included.
        off.includes(HELD) ? "\u001bP=2s\u001b\\" : "",
        off.includes(HELD) || off.includes(2026) ? "\u001b[?2026l" : "",
        pop(full.length > 0 ? keys.full : keys.normal),
        ...[...modifiers.keys()].map((name) => `\u001b[>${name}`),
        each(
          "?",
          off.filter((mode) => mode !== HELD && mode !== 2026),
          "l",
        ),
        each("?", on, "h"),
        each("", ofAnsi(true), "l"),
        each("", ofAnsi(false), "h"),
        ...(Object.keys(TAKEN_BACK) as Flag[]).map((flag) => (flags.has(flag) ? TAKEN_BACK[flag] : "")),
        ...[...titleModes].map((mode) => `\u001b[>${mode}T`),
        ...[...colours].map((number) => `\u001b]${100 + Number(number)}\u001b\\`),
        "\u001b[23;0t".repeat(Math.min(titles, 10)),
        ...full.map((mode) => `\u001b[?${mode}l`),
        full.length > 0 ? pop(keys.normal) : "",
      ];
      forget();
      return parts.join("");
    },
    again() {
      const push = ({ stack, set }: Keys) =>
        stack.map((value) => `\u001b[>${value}u`).join("") + (set === undefined ? "" : `\u001b[=${set}u`);
      const full = SCREENS.some((mode) => priv.get(mode) === true);
      // Not what the snapshot sets at its own place, nor what would hold back all that is drawn.
      const held = [HELD, 2026, 6];
      const on = [...priv].filter(([mode, on]) => on && !SCREENS.includes(mode) && !held.includes(mode));
      return {
        before: push(keys.normal),
        after: [
          full ? push(keys.full) : "",
          ...[...modifiers].map(([name, value]) => `\u001b[>${name.slice(0, -1)};${value}${name.at(-1)}`),
          on.length > 0 ? `\u001b[?${on.map(([mode]) => mode).join(";")}h` : "",
        ].join(""),
      };
    },
  };
}
