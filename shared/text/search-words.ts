/**
 * The words by which a text is found, and the words for which a query asks. Index, search and the page's filters all use
 * this file: two ideas of a word lose calls without anybody noticing.
 *
 * Words end at spaces, punctuation and a change of script. A name is found by its parts and as a whole
 * (`readFile`, `read_file`, `readfile`). Scripts that write no spaces have no ends of words that a program could see
 * for certain, so each of their characters is a word, and a query asks for characters that follow each other.
 */

/** Words of one query; further ones are passed over. */
const MAX_TERMS = 12;
/** A token is no longer than this, in the index and in a query alike. */
const MAX_TOKEN = 64;
/** A name of more parts is a hash or a number in disguise: its parts are no words. */
const MAX_PARTS = 8;

/** One word of a query, or characters that follow each other. All folded. */
export interface SearchTerm {
  /** Must follow each other; the end of the last may be missing. */
  parts: readonly string[];
  /** The same in one word. */
  whole: string;
}

/** The parts of a text in order, and the names that they make together: both as tokens. */
export interface IndexedText {
  parts: string[];
  wholes: string[];
}

const ASCII = /^[\0-\x7f]*$/;
/** Colours and titles that tools print for a terminal (ECMA-48 §5.4, §5.6): no part of any word. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for.
const SEQUENCE = /\u001b(?:\[[0-?]*[ -/]*[@-~]|[\]PX^_][^\u0007\u001b]*(?:\u0007|\u001b\\)?|[ -/]*[0-~])/g;
/** Accents, vowel points and the Arabic lengthening stroke; vowels of Indic and Thai scripts are letters and stay. */
const ACCENTS =
  /[\u0300-\u036f\u0483-\u0489\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u0640\u064b-\u065f\u0670\u06d6-\u06dc]/g;
/** Draws nothing: joiners, soft hyphens, marks of direction, variants and skin tones of emoji, the box of a keycap. */
const UNSEEN = /\p{Default_Ignorable_Code_Point}|\p{Emoji_Modifier}|\u20e3/gu;
const OTHER_DIGIT = /(?![0-9])\p{Nd}/gu;
/** Letters that Unicode takes for letters of their own, and that people write without their stroke. */
const STROKES = new Map(
  [..."øo đd ħh łl ŧt ıi ðd æae œoe þth ςσ".matchAll(/(\S)(\S+)/g)].map(([, from = "", to = ""]) => [from, to]),
);
const STROKE = new RegExp(`[${[...STROKES.keys()].join("")}]`, "g");

/** One form for all spellings of a text: full and half width, capitals, accents, ligatures, digits of other scripts. */
export const foldText = (text: string): string => foldCase(spelled(text));

/** Without what is not seen, in one form of each character; capitals stay. */
function spelled(printed: string): string {
  const text = printed.includes("\u001b") ? printed.replace(SEQUENCE, "") : printed;
  if (ASCII.test(text)) return text;
  return text.toWellFormed().replace(UNSEEN, "").normalize("NFKC").replace(OTHER_DIGIT, digit);
}

function foldCase(text: string): string {
  if (ASCII.test(text)) return text.toLowerCase();
  // Through capitals: ß and SS, ſ and S become one there. Lower case first, for ẞ.
  const folded = text.toLowerCase().toUpperCase().toLowerCase();
  return folded
    .normalize("NFD")
    .replace(ACCENTS, "")
    .normalize("NFC")
    .replace(STROKE, (letter) => STROKES.get(letter) ?? letter);
}

/** Decimal digits stand in tens, in order (https://www.unicode.org/reports/tr44/#Numeric_Type). */
function digit(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  let value = 0;
  while (value < 9 && /\p{Nd}/u.test(String.fromCodePoint(code - value - 1))) value += 1;
  return String(value);
}

const DENSE =
  "\\p{scx=Han}\\p{scx=Hira}\\p{scx=Kana}\\p{scx=Hang}\\p{scx=Bopo}\\p{scx=Thai}\\p{scx=Laoo}\\p{scx=Khmr}\\p{scx=Mymr}\\p{scx=Tibt}\\p{scx=Yiii}\\p{scx=Lana}\\p{scx=Talu}\\p{scx=Tale}\\p{scx=Java}\\p{scx=Bali}";
const WORD = "\\p{L}\\p{N}\\p{M}";
/** Letters of scripts without spaces, and pictures. */
const DENSE_CLASS = `[[${DENSE}]&&[${WORD}]]`;
const PICTURE = "[\\p{Extended_Pictographic}\\p{Regional_Indicator}]";
const LETTERS = `[[${WORD}]--[${DENSE}]]+`;
/** A run of what has no spaces, or a name: parts with signs between them that join (`read_file`, `get-sum`, `1,000`). */
const TERM = new RegExp(
  `(?<dense>(?:${DENSE_CLASS}|${PICTURE})+)|${LETTERS}(?:(?:[_\\-]+|(?<=\\p{Nd})[.,'’](?=\\p{Nd})|(?<=\\p{L})['’](?=\\p{L}))${LETTERS})*`,
  "gv",
);
const BOUNDARY =
  /(?<=\p{Ll}\p{M}*)(?=\p{Lu})|(?<=\p{Lu}\p{M}*)(?=\p{Lu}\p{M}*\p{Ll})|(?<=[\p{L}\p{M}])(?=\p{N})|(?<=\p{N})(?=\p{L})/u;
/** The same for ASCII, which nearly all texts are: several times as fast. */
const ASCII_TERM = /[A-Za-z0-9]+(?:(?:[_-]+|(?<=[0-9])[.,'](?=[0-9])|(?<=[A-Za-z])'(?=[A-Za-z]))[A-Za-z0-9]+)*/g;
const ASCII_BOUNDARY = /(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|(?<=[A-Za-z])(?=[0-9])|(?<=[0-9])(?=[A-Za-z])/;
/** Without any of these a word is one part. */
const MAY_SPLIT = /[^a-z]/;
const JOINING = /[_\-.,'’]+/u;

const short = (token: string): string => (token.length <= MAX_TOKEN ? token : token.slice(0, MAX_TOKEN));

/** Stands in a decimal number or a version, whose digits without it are another number. */
const POINT = "·";

interface Term {
  /** Folded. */
  parts: string[];
  /** Between them where they are one word. */
  joint: string;
  /** Characters of a script without spaces. */
  dense: boolean;
}

function* termsOf(text: string): Generator<Term> {
  const seen = spelled(text);
  if (ASCII.test(seen)) {
    for (const name of seen.match(ASCII_TERM) ?? []) {
      if (MAY_SPLIT.test(name)) yield nameTerm(name);
      else yield { parts: [short(name)], joint: "", dense: false };
    }
    return;
  }
  for (const found of seen.matchAll(TERM)) {
    const [name] = found;
    if (found.groups?.dense === undefined) yield nameTerm(name);
    else yield { parts: [...foldCase(name)], joint: "", dense: true };
  }
}

function nameTerm(name: string): Term {
  const pieces = name.split(JOINING);
  const split = pieces.flatMap(splitName);
  const parts = (split.length <= MAX_PARTS ? split : pieces).map((part) => short(foldCase(part)));
  return { parts: parts.filter((part) => part !== ""), joint: name.includes(".") ? POINT : "", dense: false };
}

function splitName(name: string): string[] {
  if (!ASCII.test(name)) return name.split(BOUNDARY);
  return MAY_SPLIT.test(name) ? name.split(ASCII_BOUNDARY) : [name];
}

export function indexText(text: string): IndexedText {
  const parts: string[] = [];
  const wholes = new Set<string>();
  for (const term of termsOf(text)) {
    for (const part of term.parts) parts.push(part);
    if (term.dense || term.parts.length < 2) continue;
    // From each part to the end of the name: "username" finds `getUserName` too.
    const from = term.parts.length <= MAX_PARTS ? term.parts.length - 1 : 1;
    for (let index = 0; index < from; index += 1) wholes.add(short(term.parts.slice(index).join(term.joint)));
  }
  return { parts, wholes: [...wholes] };
}

/** Empty for a query without a letter, a digit or a picture: it asks for nothing. */
export function searchTerms(query: string): SearchTerm[] {
  const terms: SearchTerm[] = [];
  for (const { parts, joint } of termsOf(query)) {
    if (terms.length === MAX_TERMS) break;
    if (parts.length > 0) terms.push({ parts, whole: short(parts.join(joint)) });
  }
  return terms;
}

/**
 * A test for texts that are at hand. It finds whatever the index finds, and middles of words too, which an index of
 * words cannot. A query of signs alone is looked for as it stands; an empty one finds everything.
 */
export function textMatcher(query: string): (text: string) => boolean {
  const terms = searchTerms(query).map(({ parts, whole }) => {
    const apart = parts.length > 1 ? new RegExp(parts.join(`[^${WORD}]*`), "v") : undefined;
    return { whole, apart };
  });
  if (terms.length === 0) {
    const signs = foldText(query).trim();
    return (text) => foldText(text).includes(signs);
  }
  return (text) => {
    const folded = foldText(text);
    let joined: string | undefined;
    return terms.every(({ whole, apart }) => {
      if (folded.includes(whole) || apart?.test(folded) === true) return true;
      joined ??= folded.replace(JOINS, "");
      return joined.includes(whole);
    });
  };
}

const JOINS = new RegExp(`(?<=[${WORD}])[_\\-,'’]+(?=[${WORD}])`, "gv");
