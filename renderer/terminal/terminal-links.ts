/** The links of a terminal: those that a program marks (OSC 8), and the addresses and paths in its text. */
import { WebLinksAddon } from "@xterm/addon-web-links";
import type { Terminal } from "@xterm/xterm";
import type { FilePlace } from "../../shared/links/editor-address.ts";
import { findPaths } from "../../shared/terminal/find-paths.ts";
import type { KnownPaths } from "./known-paths.ts";
import type { LinkTarget } from "./link-target.ts";
import { createPathLinks, placeIn } from "./path-links.ts";
import { WEB_ADDRESS, webAddresses, webAddressesAt } from "./web-address.ts";

interface LinkParts {
  /** Shows the real target and asks before it opens anything. */
  open: (address: string) => void;
  /** Opens a file that exists in the person's editor. */
  openFile: (place: FilePlace) => void;
  /** The target under the pointer. */
  onTarget: (target: LinkTarget | undefined) => void;
  known: KnownPaths;
}

export interface TerminalLinks {
  /** Addresses that can be opened, the newest first, each once. */
  all(): string[];
  /** Files and folders that the text names and that exist, the newest first, each once. */
  files(): Promise<FilePlace[]>;
}

const MAX_MARKED = 100;
const MAX_LISTED = 100;
/** Paths of the text that are looked at for the list. */
const MAX_LOOKED_AT = 200;

export function createTerminalLinks(terminal: Terminal, parts: LinkParts): TerminalLinks {
  const { open, openFile, onTarget, known } = parts;
  const wanted = (event: MouseEvent) => event.ctrlKey || event.metaKey;
  /** What the pointer is on: an answer may come after it has left. */
  let under: string | undefined;
  const leave = () => {
    under = undefined;
    onTarget(undefined);
  };

  async function targetOf(address: string): Promise<LinkTarget> {
    if (/^https?:/i.test(address)) return { to: "web", address };
    const file = /^file:/i.test(address) ? await markedFile(address) : undefined;
    return file === undefined ? { to: "nowhere", address } : { to: "file", place: file };
  }
  async function markedFile(address: string): Promise<FilePlace | undefined> {
    const [, path = "", line, column] = /^([^#]*)(?:#L?(\d{1,9})(?:[:,](\d{1,9}))?)?/.exec(address) ?? [];
    const found = await known.find([path]);
    return found && placeIn(found.path, numbers(line, column));
  }

  terminal.options.linkHandler = {
    // Programs mark files too; what else they mark is shown for what it is, and not opened.
    allowNonHttpProtocols: true,
    activate(event, address) {
      if (!wanted(event)) return;
      void targetOf(address).then((target) => {
        if (target.to === "file") openFile(target.place);
        else open(address);
      });
    },
    hover(_event, address) {
      under = address;
      if (/^https?:/i.test(address)) onTarget({ to: "web", address });
      else void targetOf(address).then((target) => under === address && onTarget(target));
    },
    leave,
  };
  terminal.loadAddon(
    new WebLinksAddon((event, address) => wanted(event) && open(address), {
      urlRegex: WEB_ADDRESS,
      hover: (_event, address) => onTarget({ to: "web", address }),
      leave,
    }),
  );
  terminal.registerLinkProvider(
    createPathLinks(terminal, {
      known,
      activate: (event, place) => wanted(event) && openFile(place),
      hover: (place) => onTarget({ to: "file", place }),
      leave,
    }),
  );

  /** The newest last. xterm does not tell which of them are still on the screen. */
  const marked = new Set<string>();
  terminal.parser.registerOscHandler(8, (data) => {
    const address = data.slice(data.indexOf(";") + 1);
    if (/^(?:https?|file):\/\//i.test(address)) {
      marked.delete(address);
      marked.add(address);
      const [oldest] = marked;
      if (marked.size > MAX_MARKED && oldest !== undefined) marked.delete(oldest);
    }
    return false;
  });

  return {
    all() {
      const web = [...marked].filter((address) => /^http/i.test(address));
      const newest = [...webAddresses(textOf(terminal)), ...web].reverse();
      return [...new Set(newest)].slice(0, MAX_LISTED);
    },
    async files() {
      const looked = [...marked].filter((address) => /^file:/i.test(address)).map(markedFile);
      const lines = textOf(terminal).split("\n");
      for (let at = lines.length - 1; at >= 0 && looked.length < MAX_LOOKED_AT; at -= 1) {
        const text = lines[at] ?? "";
        for (const path of findPaths(text, webAddressesAt(text)))
          looked.push(known.find(path.paths).then((found) => found && placeIn(found.path, path)));
      }
      const places = (await Promise.all(looked)).filter((place) => place !== undefined);
      const once = new Map(places.map((place) => [JSON.stringify(place), place] as const));
      return [...once.values()].slice(0, MAX_LISTED);
    },
  };
}

const numbers = (line: string | undefined, column: string | undefined) => ({
  ...(line !== undefined && Number(line) > 0 && { line: Number(line) }),
  ...(column !== undefined && Number(column) > 0 && { column: Number(column) }),
});

/** Of the screen and what can be scrolled back to; wrapped lines are one. */
function textOf({ buffer: { active } }: Terminal): string {
  let text = "";
  for (let row = 0; row < active.length; row += 1) {
    const line = active.getLine(row);
    const wraps = active.getLine(row + 1)?.isWrapped === true;
    text += `${line?.translateToString(!wraps) ?? ""}${wraps ? "" : "\n"}`;
  }
  return text;
}
