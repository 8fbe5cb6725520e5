/** Which lines meet in each character of Unicode's "Box Drawing", and the drawing of those that are made of them. */
import { bar, CENTRE, FAR, HEAVY, LIGHT, MIDDLE, type Shape, WIDTH } from "./shapes.ts";

/** Up, right, down, left of each character from U+2500 on: 0 nothing, 1 light, 2 heavy, 3 double; `.` is drawn in another way. */
const ARMS = [
  "0101 0202 1010 2020 . . . . . . . . 0110 0210 0120 0220 0011 0012 0021 0022 1100 1200 2100 2200 1001 1002 2001 2002",
  "1110 1210 2110 1120 2120 2210 1220 2220 1011 1012 2011 1021 2021 2012 1022 2022 0111 0112 0211 0212 0121 0122 0221 0222",
  "1101 1102 1201 1202 2101 2102 2201 2202 1111 1112 1211 1212 2111 1121 2121 2112 2211 1122 1221 2212 1222 2122 2221 2222",
  ". . . . 0303 3030 0310 0130 0330 0013 0031 0033 1300 3100 3300 1003 3001 3003 1310 3130 3330 1013 3031 3033 0313 0131",
  "0333 1303 3101 3303 1313 3131 3333 . . . . . . . 0001 1000 0100 0010 0002 2000 0200 0020 0201 1020 0102 2010",
]
  .join(" ")
  .split(" ");
const FIRST = 0x2500;
/** Between the middles of a double line. */
const GAP = 140;
const DOUBLE = 3;

/** Undefined for a character that is not made of lines that meet in the middle. */
export function lines(character: number): Shape | undefined {
  const arms = ARMS[character - FIRST];
  if (arms === undefined || arms === ".") return undefined;
  const [up = 0, right = 0, down = 0, left = 0] = [...arms].map(Number);
  return [
    ...arm(up, left, right, down).map(([x, from, half]) =>
      bar(CENTRE + x - half, MIDDLE + from, CENTRE + x + half, FAR.top),
    ),
    ...arm(down, left, right, up).map(([x, from, half]) =>
      bar(CENTRE + x - half, FAR.bottom, CENTRE + x + half, MIDDLE - from),
    ),
    ...arm(right, down, up, left).map(([y, from, half]) =>
      bar(CENTRE + from, MIDDLE + y - half, WIDTH.right, MIDDLE + y + half),
    ),
    ...arm(left, down, up, right).map(([y, from, half]) =>
      bar(WIDTH.left, MIDDLE + y - half, CENTRE - from, MIDDLE + y + half),
    ),
  ];
}

/**
 * The lines of one arm: how far from the middle to its side (`before` is the arm on the side below zero), how far from the middle
 * it begins along itself, half its thickness.
 */
function arm(kind: number, before: number, after: number, opposite: number): [number, number, number][] {
  if (kind === 0) return [];
  const half = (kind === 2 ? HEAVY : LIGHT) / 2;
  const thickness = (other: number) => (other === 0 ? 0 : (other === 2 ? HEAVY : LIGHT) / 2);
  const reach = Math.max(thickness(before), thickness(after));
  if (kind !== DOUBLE) {
    // Up to the far line of a double one that it ends in, to the near one of one that passes, through one that it crosses.
    const doubles = [before, after].filter((other) => other === DOUBLE).length;
    if (opposite !== 0 || doubles === 0) return [[0, -reach, half]];
    return [[0, (doubles === 1 ? -GAP / 2 : GAP / 2) - LIGHT / 2, half]];
  }
  return [-1, 1].map((side): [number, number, number] => {
    const [here, there] = side < 0 ? [before, after] : [after, before];
    const from =
      here === DOUBLE ? GAP / 2 - LIGHT / 2 : here > 0 ? -reach : there === DOUBLE ? -GAP / 2 - LIGHT / 2 : -reach;
    return [(side * GAP) / 2, from, half];
  });
}
