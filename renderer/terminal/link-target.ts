/** Where a link of a terminal leads, and how a place in a file is written; apart from what finds links, which comes with the terminal. */
import type { FilePlace } from "../../shared/links/editor-address.ts";

/** Where a link leads. `nowhere`: to something that is not opened. */
export type LinkTarget = { to: "web" | "nowhere"; address: string } | { to: "file"; place: FilePlace };

/** As people read it: the path with its line and column. */
export const showPlace = ({ path, line, column }: FilePlace): string =>
  `${path}${line === undefined ? "" : `:${line}`}${column === undefined ? "" : `:${column}`}`;
