/** Where the window was on each arrangement of displays, and where it may be put now. */
import type { Display, Rectangle } from "electron";
import { parseJson, z } from "../../../shared/protocol/schema.ts";

const placeSchema = z.object({
  x: z.number().int(),
  y: z.number().int(),
  width: z.number().int().min(100).max(32_768),
  height: z.number().int().min(100).max(32_768),
  maximized: z.boolean(),
});
export type WindowPlace = z.infer<typeof placeSchema>;

const stateSchema = z.object({
  version: z.literal(1),
  /** By arrangement, most recently used last. */
  places: z.array(z.object({ displays: z.string(), place: placeSchema })).max(64),
});
export type WindowState = z.infer<typeof stateSchema>;

/** Arrangements remembered; the one not used for longest goes first. */
const MAX_ARRANGEMENTS = 16;

type Screen = Pick<Display, "bounds" | "workArea" | "scaleFactor">;

/** Names an arrangement by the geometry of its displays: their ids change when they are plugged in again. */
export function arrangement(screens: readonly Screen[]): string {
  const one = ({ bounds, scaleFactor }: Screen) =>
    `${bounds.width}x${bounds.height}@${scaleFactor}+${bounds.x}+${bounds.y}`;
  return screens.map(one).sort().join(" ");
}

/** Reads the kept text. Whatever is wrong with it, the window opens as on the first day. */
export function parseWindowState(text: string | undefined): WindowState {
  const read = text === undefined ? undefined : parseJson(stateSchema, text);
  return read?.ok === true ? read.value : { version: 1, places: [] };
}

/**
 * Where to open: the place kept for this arrangement, shrunk and moved until its title bar can be reached on a
 * display that is there; undefined when none is kept, and Electron then centres the window.
 */
export function placeFor(state: WindowState, screens: readonly Screen[]): WindowPlace | undefined {
  const kept = state.places.find((entry) => entry.displays === arrangement(screens))?.place;
  const screen = kept === undefined ? undefined : nearest(kept, screens);
  if (kept === undefined || screen === undefined) return undefined;
  return { ...inside(kept, screen), maximized: kept.maximized };
}

/** How much of the title bar must be on a display to take hold of it. */
const GRIP = { width: 80, height: 20 };

/**
 * Where a window must go that nobody can reach, as when its display was taken away while it was hidden; undefined when enough of its
 * title bar is on a display.
 */
export function rescuedPlace(bounds: Rectangle, screens: readonly Screen[]): Rectangle | undefined {
  const reachable = screens.some(({ workArea: area }) => {
    const width = Math.min(bounds.x + bounds.width, area.x + area.width) - Math.max(bounds.x, area.x);
    return (
      width >= Math.min(GRIP.width, bounds.width) &&
      bounds.y >= area.y - GRIP.height &&
      bounds.y <= area.y + area.height - GRIP.height
    );
  });
  const screen = reachable ? undefined : nearest(bounds, screens);
  return screen === undefined ? undefined : inside(bounds, screen);
}

function inside(place: Rectangle, { workArea: area }: Screen): Rectangle {
  const width = Math.min(place.width, area.width);
  const height = Math.min(place.height, area.height);
  return {
    x: clamp(place.x, area.x, area.x + area.width - width),
    y: clamp(place.y, area.y, area.y + area.height - height),
    width,
    height,
  };
}

/** The state with this place remembered for this arrangement. */
export function rememberPlace(state: WindowState, screens: readonly Screen[], place: WindowPlace): WindowState {
  const displays = arrangement(screens);
  const others = state.places.filter((entry) => entry.displays !== displays);
  return { version: 1, places: [...others, { displays, place }].slice(-MAX_ARRANGEMENTS) };
}

function nearest(place: Rectangle, screens: readonly Screen[]): Screen | undefined {
  const overlap = ({ workArea: area }: Screen) =>
    Math.max(0, Math.min(place.x + place.width, area.x + area.width) - Math.max(place.x, area.x)) *
    Math.max(0, Math.min(place.y + place.height, area.y + area.height) - Math.max(place.y, area.y));
  return screens.toSorted((a, b) => overlap(b) - overlap(a))[0];
}

const clamp = (value: number, low: number, high: number): number => Math.max(low, Math.min(value, high));
