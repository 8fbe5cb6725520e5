/** The outlines of Unicode's "Box Drawing" and "Block Elements". */
import { lines } from "./arms.ts";
import {
  ADVANCE,
  bar,
  CENTRE,
  FAR,
  HEAVY,
  LIGHT,
  MIDDLE,
  type Outline,
  quarter,
  ROW,
  type Shape,
  WIDTH,
} from "./shapes.ts";

/** Every character of the font with its outlines. */
export function characters(): Map<number, Shape> {
  const all = new Map<number, Shape>();
  for (let character = 0x2500; character <= 0x259f; character += 1) {
    const shape = lines(character) ?? dashes(character) ?? curve(character) ?? block(character);
    if (shape === undefined) throw new Error(`no shape for U+${character.toString(16)}`);
    all.set(character, shape);
  }
  return all;
}

/** Characters in four: light and heavy along the row, light and heavy across it. */
const DASHES: readonly [first: number, pieces: number][] = [
  [0x2504, 3],
  [0x2508, 4],
  [0x254c, 2],
];

function dashes(character: number): Shape | undefined {
  const [first, pieces] = DASHES.find(([from]) => character >= from && character < from + 4) ?? [];
  if (first === undefined || pieces === undefined) return undefined;
  const half = ((character - first) % 2 === 0 ? LIGHT : HEAVY) / 2;
  const along = character - first < 2;
  return Array.from({ length: pieces }, (_, n) => {
    const length = (along ? ADVANCE : ROW) / pieces;
    const from = (along ? 0 : MIDDLE - ROW / 2) + length * (n + 0.15);
    const to = from + length * 0.7;
    return along ? bar(from, MIDDLE - half, to, MIDDLE + half) : bar(CENTRE - half, from, CENTRE + half, to);
  });
}

/** Rounded corners and diagonals, U+256D to U+2573. */
function curve(character: number): Shape | undefined {
  const corners: readonly (readonly [right: number, down: number])[] = [
    [1, 1],
    [-1, 1],
    [-1, -1],
    [1, -1],
  ];
  const [right, down] = corners[character - 0x256d] ?? [0, 0];
  if (right !== 0) {
    const upright =
      down > 0
        ? bar(CENTRE - LIGHT / 2, FAR.bottom, CENTRE + LIGHT / 2, MIDDLE - CENTRE)
        : bar(CENTRE - LIGHT / 2, MIDDLE + CENTRE, CENTRE + LIGHT / 2, FAR.top);
    const edge =
      right > 0
        ? bar(ADVANCE, MIDDLE - LIGHT / 2, WIDTH.right, MIDDLE + LIGHT / 2)
        : bar(WIDTH.left, MIDDLE - LIGHT / 2, 0, MIDDLE + LIGHT / 2);
    return [upright, edge, quarter([CENTRE + right * CENTRE, MIDDLE - down * CENTRE], CENTRE, -right, down)];
  }
  const [rising, falling] = [diagonal(1), diagonal(-1)];
  return { 9585: [rising], 9586: [falling], 9587: [rising, falling] }[character];
}

function diagonal(direction: number): Outline {
  const half = LIGHT / 1.7;
  const end = ROW / 2;
  // From the bottom to the top, so that two that cross are turned the same way and leave no hole.
  const from = direction > 0 ? 0 : ADVANCE;
  const to = ADVANCE - from;
  return [
    [from - half, MIDDLE - end],
    [from + half, MIDDLE - end],
    [to + half, MIDDLE + end],
    [to - half, MIDDLE + end],
  ];
}

const BOTTOM = MIDDLE - ROW / 2;
const eighths = (count: number) => (ROW * count) / 8;
const below = (top: number): Shape => [bar(WIDTH.left, FAR.bottom, WIDTH.right, top)];
const leftOf = (right: number): Shape => [bar(WIDTH.left, FAR.bottom, right, FAR.top)];
const QUARTERS = [
  bar(WIDTH.left, MIDDLE, CENTRE, FAR.top),
  bar(CENTRE, MIDDLE, WIDTH.right, FAR.top),
  bar(WIDTH.left, FAR.bottom, CENTRE, MIDDLE),
  bar(CENTRE, FAR.bottom, WIDTH.right, MIDDLE),
];
/** Upper left, upper right, lower left, lower right of each character from U+2596 on. */
const QUADRANTS = ["0010", "0001", "1000", "1011", "1001", "1110", "1101", "0100", "0110", "0111"];

function block(character: number): Shape | undefined {
  const index = character - 0x2580;
  if (index === 0) return [bar(WIDTH.left, MIDDLE, WIDTH.right, FAR.top)];
  if (index < 8) return below(BOTTOM + eighths(index));
  if (index === 8) return leftOf(WIDTH.right);
  if (index < 16) return leftOf((ADVANCE * (16 - index)) / 8);
  if (index === 16) return [bar(CENTRE, FAR.bottom, WIDTH.right, FAR.top)];
  if (index < 20) return shade(index - 16);
  if (index === 20) return [bar(WIDTH.left, BOTTOM + eighths(7), WIDTH.right, FAR.top)];
  if (index === 21) return [bar((ADVANCE * 7) / 8, FAR.bottom, WIDTH.right, FAR.top)];
  return QUARTERS.filter((_, quadrant) => QUADRANTS[index - 22]?.[quadrant] === "1");
}

/** One, two or three quarters of the ground, in squares. */
function shade(quarters: number): Shape {
  const size = ADVANCE / 8;
  const rows = Math.ceil((ROW * 1.4) / size / 2) * 2;
  const start = MIDDLE - (rows / 2) * size;
  const squares: Outline[] = [];
  for (let y = 0; y < rows; y += 1) {
    for (let x = 0; x < 8; x += 1) {
      const odd = [x % 2 === 1, y % 2 === 1];
      const filled = quarters === 2 ? odd[0] === odd[1] : odd.every(Boolean) === (quarters === 1);
      if (filled) squares.push(bar(x * size, start + y * size, (x + 1) * size, start + (y + 1) * size));
    }
  }
  return squares;
}
