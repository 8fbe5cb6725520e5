/** The keys that enlarge the page on Windows and Linux, where no menu bar registers them; on macOS the menu does. */

export interface KeyInput {
  type: string;
  /** The key's place on the keyboard, whatever the layout writes there. */
  code: string;
  control: boolean;
  shift: boolean;
  alt: boolean;
  meta: boolean;
}

export type Zoom = "in" | "out" | "reset";

const KEYS: Readonly<Record<string, Zoom>> = {
  Equal: "in",
  NumpadAdd: "in",
  Minus: "out",
  NumpadSubtract: "out",
  Digit0: "reset",
  Numpad0: "reset",
};

/** Ctrl+Shift with plus, minus and 0: with plain Ctrl they are the terminal's. */
export function zoomOf(input: KeyInput, platform: NodeJS.Platform): Zoom | undefined {
  if (platform === "darwin" || input.type !== "keyDown") return undefined;
  if (!input.control || !input.shift || input.alt || input.meta) return undefined;
  return Object.hasOwn(KEYS, input.code) ? KEYS[input.code] : undefined;
}

/** Chromium's levels: each is 1.2 times the one before. As the menu's own roles step, from a third to three times the size. */
const STEP = 0.5;
const LIMIT = 6;

export function zoomLevel(level: number, zoom: Zoom): number {
  if (zoom === "reset") return 0;
  return Math.max(-LIMIT, Math.min(LIMIT, level + (zoom === "in" ? STEP : -STEP)));
}
