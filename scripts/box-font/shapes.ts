/** The measures of the box-drawing font and the few shapes that its characters are made of. */

export type Point = readonly [x: number, y: number];
/** A closed outline: straight to a point, or along a cubic curve with two control points. */
export type Outline = readonly (Point | readonly [Point, Point, Point])[];
export type Shape = readonly Outline[];

/** Units an em. The widths and the line are JetBrains Mono's, beside which the characters stand. */
export const EM = 1000;
export const ADVANCE = 600;
export const ASCENT = 1020;
export const DESCENT = -300;
export const CENTRE = ADVANCE / 2;
/** The middle of a row, whatever the line height is: half of what is added stands above, half below. */
export const MIDDLE = (ASCENT + DESCENT) / 2;
/** Height of a row at the line height that the settings begin with. Only eighths and diagonals depend on it. */
export const ROW = (ASCENT - DESCENT) * 1.1;
/** Beyond every row: what reaches its edge goes on to here, and the row cuts it off. */
export const FAR = { top: MIDDLE + 2000, bottom: MIDDLE - 2000 };
/** Half a pixel of usual text over the edges, so that neighbours meet where a cell is not a whole number of pixels. */
export const WIDTH = { left: -36, right: ADVANCE + 36 };
export const LIGHT = 76;
export const HEAVY = 160;

export const bar = (left: number, bottom: number, right: number, top: number): Outline => [
  [left, bottom],
  [right, bottom],
  [right, top],
  [left, top],
];

/** A quarter of a ring around a point, from the direction `x` to the direction `y` (each -1 or 1). */
export function quarter([cx, cy]: Point, radius: number, x: number, y: number): Outline {
  // How far control points of a quarter of a circle stand out.
  const k = 0.5523;
  const [outer, inner] = [radius + LIGHT / 2, radius - LIGHT / 2];
  const ring: Outline = [
    [cx + x * outer, cy],
    [
      [cx + x * outer, cy + y * outer * k],
      [cx + x * outer * k, cy + y * outer],
      [cx, cy + y * outer],
    ],
    [cx, cy + y * inner],
    [
      [cx + x * inner * k, cy + y * inner],
      [cx + x * inner, cy + y * inner * k],
      [cx + x * inner, cy],
    ],
  ];
  return ring;
}
