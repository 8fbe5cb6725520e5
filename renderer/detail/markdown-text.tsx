/**
 * Markdown from tools as elements that can do nothing: markup stands as text, pictures come from the text itself alone,
 * and a link shows where it leads before anything is opened.
 */
import { Lexer, type MarkedToken, type Token, type Tokens } from "marked";
import { createElement, Fragment, type ReactNode } from "react";
import { visible, visibleLines } from "../../shared/text/visible.ts";
import styles from "./markdown.module.css";

/** No SVG: it is a document, not a picture. */
const OWN_PICTURE = /^data:image\/(png|jpeg|gif|webp|avif|bmp);base64,[A-Za-z0-9+/]+={0,2}$/;
const WEB = /^https?:\/\/[^\s]+$/i;
/** Deeper nesting is shown as the text that it is. */
const MAX_DEPTH = 20;

interface MarkdownProps {
  text: string;
  /** Asked to open a web address; it is to show the address first. */
  onOpen: (address: string) => void;
}

export default function MarkdownText({ text, onOpen }: MarkdownProps) {
  return <div className={styles.markdown}>{blocks(parse(text), { onOpen, depth: 0 })}</div>;
}

/**
 * Characters times marks that are worth reading the marks within blocks: for each mark the parser may look through the
 * rest of its block. About 100 ms on a slow machine.
 */
const MAX_WORK = 50_000_000;
const MARKS = /[*_~`[\]<]/g;
/** An address is looked for from each place in a word; in a shorter word that takes no time. */
const LONG_WORD = /\S{500,}/g;
const ADDRESS_MARKS = /[.@]/g;
/** Lists and quotes within each other, on one line or by their indentation: each level reads the rest again. */
const DEEP = /^[ \t]*(?:>[ \t]*|(?:[-+*]|\d{1,9}[.)])[ \t]+){50,}|^[ \t]{200,}\S/m;

const count = (text: string, marks: RegExp): number => text.match(marks)?.length ?? 0;
const addressWork = (text: string): number =>
  (text.match(LONG_WORD) ?? []).reduce((sum, word) => sum + word.length * count(word, ADDRESS_MARKS), 0);

/** Deep nesting gives the text as it is; so does a block with too many marks. */
function parse(text: string): Token[] {
  const plain: Token[] = [{ type: "code", raw: text, text }];
  if (DEEP.test(text)) return plain;
  try {
    const lexer = new Lexer();
    lexer.blockTokens(text.replace(/\r\n?/g, "\n"), lexer.tokens);
    let work = 0;
    for (const { src, tokens } of lexer.inlineQueue) {
      const next = work + src.length * count(src, MARKS) + addressWork(src);
      if (next > MAX_WORK) tokens.push({ type: "text", raw: src, text: src, escaped: false });
      else {
        work = next;
        lexer.inlineTokens(src, tokens);
      }
    }
    return lexer.tokens;
  } catch {
    return plain;
  }
}

interface Place {
  onOpen: (address: string) => void;
  depth: number;
}

/** Tokens have no identity but their place, and never move: children that are given one by one need no keys. */
const each = <T,>(items: readonly T[], draw: (item: T) => ReactNode): ReactNode =>
  createElement(Fragment, null, ...items.map(draw));

const blocks = (tokens: readonly Token[] | undefined, place: Place): ReactNode =>
  each(tokens ?? [], (token) => element(token, place));

function element(token: Token, above: Place): ReactNode {
  if (above.depth > MAX_DEPTH) return visibleLines(token.raw);
  const place = { ...above, depth: above.depth + 1 };
  // Without extensions the lexer gives these alone; the default covers what a later one may add.
  const known = token as MarkedToken;
  switch (known.type) {
    case "heading":
      // The page's own headings keep their order: this is the content of one result.
      return (
        <p className={styles.heading} data-level={known.depth}>
          {blocks(known.tokens, place)}
        </p>
      );
    case "paragraph":
      return <p>{blocks(known.tokens, place)}</p>;
    case "blockquote":
      return <blockquote>{blocks(known.tokens, place)}</blockquote>;
    case "code":
      return <pre>{visibleLines(known.text)}</pre>;
    case "codespan":
      return <code>{visible(known.text)}</code>;
    case "strong":
      return <strong>{blocks(known.tokens, place)}</strong>;
    case "em":
      return <em>{blocks(known.tokens, place)}</em>;
    case "del":
      return <del>{blocks(known.tokens, place)}</del>;
    case "br":
      return <br />;
    case "hr":
      return <hr />;
    case "list":
      return list(known, place);
    case "table":
      return table(known, place);
    case "link":
      return link(known, place);
    case "image":
      return picture(known);
    case "text":
      return known.tokens === undefined ? words(known.text) : blocks(known.tokens, place);
    case "escape":
      return visible(known.text);
    case "checkbox":
      return known.checked ? "☑ " : "☐ ";
    case "space":
    case "def":
      return null;
    default:
      return visibleLines(token.raw);
  }
}

function list(token: Tokens.List, place: Place): ReactNode {
  const items = each(token.items, (item) => <li>{blocks(item.tokens, place)}</li>);
  return token.ordered ? <ol start={token.start === "" ? 1 : token.start}>{items}</ol> : <ul>{items}</ul>;
}

function table(token: Tokens.Table, place: Place): ReactNode {
  const row = (cells: readonly Tokens.TableCell[]) => (
    <tr>
      {each(cells, (cell) =>
        cell.header ? <th>{blocks(cell.tokens, place)}</th> : <td>{blocks(cell.tokens, place)}</td>,
      )}
    </tr>
  );
  return (
    <div className={styles.table}>
      <table>
        <thead>{row(token.header)}</thead>
        <tbody>{each(token.rows, row)}</tbody>
      </table>
    </div>
  );
}

/** The target stands beside the words, whatever they claim. Only web addresses can be opened, and only through the host's question. */
function link(token: Tokens.Link, place: Place): ReactNode {
  const target = visible(token.href);
  const same = token.text === token.href;
  if (!WEB.test(token.href)) {
    return (
      <>
        {blocks(token.tokens, place)}
        {!same && <span className={styles.target}> ({target})</span>}
      </>
    );
  }
  return (
    <>
      {!same && <>{blocks(token.tokens, place)} </>}
      <button type="button" className={styles.link} data-inline onClick={() => place.onOpen(token.href)}>
        {target}
      </button>
    </>
  );
}

function picture(token: Tokens.Image): ReactNode {
  const name = visible(token.text);
  if (OWN_PICTURE.test(token.href)) return <img className={styles.picture} src={token.href} alt={name} />;
  const target = token.href.startsWith("data:") ? "data that is not shown" : visible(token.href);
  return (
    <span className={styles.target}>
      [Picture not loaded{name === "" ? "" : `: ${name}`} ({target})]
    </span>
  );
}

const ENTITIES: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', "#39": "'" };

const words = (text: string): string =>
  visible(
    text.replace(/[\n\t]/g, " ").replace(/&(amp|lt|gt|quot|#39);/g, (whole, name: string) => ENTITIES[name] ?? whole),
  );
