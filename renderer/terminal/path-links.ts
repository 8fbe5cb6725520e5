/** The paths in a terminal's text as links: those that exist on the daemon's side. */
import type { IBufferCellPosition, ILink, ILinkProvider, Terminal } from "@xterm/xterm";
import type { FilePlace } from "../../shared/links/editor-address.ts";
import { type FoundPath, findPaths } from "../../shared/terminal/find-paths.ts";
import type { KnownPaths } from "./known-paths.ts";
import { webAddressesAt } from "./web-address.ts";

interface PathLinkParts {
  known: KnownPaths;
  activate: (event: MouseEvent, place: FilePlace) => void;
  hover: (place: FilePlace) => void;
  leave: () => void;
}

/** Rows of a line that wraps; what reaches further is looked at in part. */
const MAX_ROWS = 20;

export function createPathLinks(terminal: Terminal, { known, activate, hover, leave }: PathLinkParts): ILinkProvider {
  return {
    provideLinks(y, callback) {
      const line = wholeLine(terminal, y - 1);
      const found = findPaths(line.text, webAddressesAt(line.text));
      if (found.length === 0) return callback(undefined);
      void Promise.all(
        found.map(async (path): Promise<ILink[]> => {
          const exists = await known.find(path.paths);
          if (exists === undefined) return [];
          const place = placeIn(exists.path, path);
          return [
            {
              text: line.text.slice(path.index, path.index + path.length),
              range: { start: line.at(path.index, "start"), end: line.at(path.index + path.length - 1, "end") },
              activate: (event) => activate(event, place),
              hover: () => hover(place),
              leave,
            },
          ];
        }),
      ).then((links) => callback(links.flat()));
    },
  };
}

export const placeIn = (path: string, { line, column }: Pick<FoundPath, "line" | "column">): FilePlace => ({
  path,
  ...(line !== undefined && { line }),
  ...(column !== undefined && { column }),
});

interface WholeLine {
  text: string;
  /** Where a character of it stands in the buffer, counted from 1. */
  at(index: number, edge: "start" | "end"): IBufferCellPosition;
}

/** A line with the rows that it wraps into. Cells and characters differ: wide characters take two cells, emoji several characters. */
function wholeLine({ buffer: { active } }: Terminal, row: number): WholeLine {
  let first = row;
  while (active.getLine(first)?.isWrapped === true && row - first < MAX_ROWS) first -= 1;
  let text = "";
  const cells: { from: number; x: number; y: number; width: number }[] = [];
  for (let y = first; y - first < 2 * MAX_ROWS; y += 1) {
    const line = active.getLine(y);
    if (line === undefined || (y > first && !line.isWrapped)) break;
    for (let x = 0; x < line.length; x += 1) {
      const cell = line.getCell(x);
      const width = cell?.getWidth() ?? 0;
      if (cell === undefined || width === 0) continue;
      cells.push({ from: text.length, x: x + 1, y: y + 1, width });
      text += cell.getChars() || " ";
    }
  }
  return {
    text,
    at(index, edge) {
      let low = 0;
      let high = cells.length - 1;
      while (low < high) {
        const middle = (low + high + 1) >> 1;
        if ((cells[middle]?.from ?? 0) <= index) low = middle;
        else high = middle - 1;
      }
      const cell = cells[low] ?? { x: 1, y: row + 1, width: 1 };
      return { x: edge === "end" ? cell.x + cell.width - 1 : cell.x, y: cell.y };
    },
  };
}
