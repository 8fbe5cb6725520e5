/**
 * The terminal's font for lines and blocks. A browser draws such characters as tall as their font says, and rows of a
 * terminal are taller: these reach beyond every row, which cuts them off, so that frames and bars have no gaps at any line height.
 * Run it after changing a shape.
 */
import { writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import opentype from "opentype.js";
import { characters } from "./box-font/characters.ts";
import { ADVANCE, ASCENT, DESCENT, EM, type Shape } from "./box-font/shapes.ts";

const out = join(resolve(import.meta.dirname, ".."), "renderer", "theme", "box-drawing.otf");

function outline(shape: Shape): opentype.Path {
  const path = new opentype.Path();
  for (const points of shape) {
    for (const [index, point] of points.entries()) {
      if (point.length === 3) {
        const [[ax, ay], [bx, by], [x, y]] = point;
        path.curveTo(ax, ay, bx, by, x, y);
      } else if (index === 0) path.moveTo(...point);
      else path.lineTo(...point);
    }
    path.close();
  }
  return path;
}

const empty = new opentype.Glyph({ name: ".notdef", advanceWidth: ADVANCE, path: new opentype.Path() });
const glyphs = [...characters()].map(
  ([unicode, shape]) =>
    new opentype.Glyph({ name: `uni${unicode.toString(16)}`, unicode, advanceWidth: ADVANCE, path: outline(shape) }),
);
const font = new opentype.Font({
  familyName: "Signalbox Box Drawing",
  styleName: "Regular",
  unitsPerEm: EM,
  ascender: ASCENT,
  descender: DESCENT,
  createdTimestamp: 0,
  glyphs: [empty, ...glyphs],
});
writeFileSync(out, Buffer.from(font.toArrayBuffer()));
