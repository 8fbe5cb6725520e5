/** Proves that a word is found in whatever script and spelling it stands, by the index and by the page's filters alike. */
import { DatabaseSync } from "node:sqlite";
import { describe, expect, it } from "vitest";
import { foldText, indexText, searchTerms, textMatcher } from "../../../shared/text/search-words.ts";
import { matchOf } from "./call-words.ts";

const database = new DatabaseSync(":memory:");
database.exec(
  "CREATE VIRTUAL TABLE words USING fts5 (parts, wholes, content='', contentless_delete=1, tokenize='ascii')",
);
const put = database.prepare("INSERT OR REPLACE INTO words (rowid, parts, wholes) VALUES (1, ?, ?)");
const match = database.prepare("SELECT rowid FROM words WHERE words MATCH ?");

/** Both answers: of the index as SQLite keeps it, and of a filter that has the text. */
function finds(query: string, text: string): { index: boolean; page: boolean } {
  const { parts, wholes } = indexText(text);
  put.run(parts.join(" "), wholes.join(" "));
  return {
    index: match.all(searchTerms(query).map(matchOf).join(" AND ")).length > 0,
    page: textMatcher(query)(text),
  };
}

const FOUND: [what: string, query: string, text: string][] = [
  ["a word inside Chinese", "清单", "设备清单完成"],
  ["one character", "清", "设备清单完成"],
  ["Chinese beside Latin and digits", "API设备", "新API设备v2清单"],
  ["rare Han beyond the basic plane", "𠮷", "山𠮷野屋"],
  ["kanji inside kana", "設定", "サーバーの設定を読む"],
  ["katakana inside a compound", "サーバ", "データベースサーバー"],
  ["half-width katakana", "サーバ", "ｻｰﾊﾞｰ"],
  ["Korean before a particle", "서버", "서버를 시작한다"],
  ["the end of a Korean compound", "베이스", "데이터베이스를 확인"],
  ["Korean written apart", "데이터베이스", "데이터 베이스"],
  ["Korean in decomposed letters", "서버", "서버".normalize("NFD")],
  ["Thai", "ทดสอบ", "การทดสอบระบบ"],
  ["Lao", "ທົດສອບ", "ການທົດສອບລະບົບ"],
  ["Khmer", "សាកល្បង", "ការសាកល្បងប្រព័ន្ធ"],
  ["Burmese", "စမ်းသပ်", "စနစ်စမ်းသပ်မှု"],
  ["Tibetan", "ཡིག", "བོད་ཡིག་གི"],
  ["words that spaces of no width separate", "ทดสอบ", "การ\u200bทด\u200bสอบ"],
  ["full-width letters", "api key", "ＡＰＩ　ＫＥＹ"],
  ["ligatures", "file", "ﬁle"],
  ["circled and superscript digits", "2", "②"],
  ["digits of other scripts", "42", "٤٢ ملف"],
  ["Devanagari digits", "2026", "२०२६"],
  ["accents left out", "resume", "Résumé"],
  ["accents added", "résumé", "resume"],
  ["accents in decomposed letters", "größe", "GRÖSSE".normalize("NFD")],
  ["ß as SS", "STRASSE", "Straße"],
  ["SS as ß", "straße", "STRASSE"],
  ["capital ß", "strasse", "STRAẞE"],
  ["Turkish İ", "istanbul", "İSTANBUL"],
  ["Turkish ı", "ısparta", "ISPARTA"],
  ["Polish ł", "lodz", "Łódź"],
  ["Vietnamese", "da nang", "Đà Nẵng"],
  ["final sigma", "ΟΔΟΣ", "οδος"],
  ["Russian ё", "елка", "Ёлка"],
  ["Hindi with its vowels", "हिन्दी", "यह हिन्दी है"],
  ["Hebrew with points", "שלום", "שָׁלוֹם"],
  ["Arabic with vowels", "محمد", "مُحَمَّد"],
  ["a part of camelCase", "user", "getUserName"],
  ["the end of camelCase", "username", "getUserName"],
  ["camelCase as one word", "getusername", "getUserName"],
  ["camelCase by snake_case", "get_user", "getUserName"],
  ["snake_case by camelCase", "readFile", "read_file"],
  ["snake_case as one word", "readfile", "read_file"],
  ["one word by snake_case", "read_file", "READFILE"],
  ["a part of snake_case", "file", "read_file"],
  ["kebab-case", "tiny", "get-tiny-image"],
  ["an acronym in a name", "parser", "XMLParser"],
  ["a file in a path", "router", "src/main/router.ts"],
  ["a path", "main/router.ts", "src/main/router.ts:42"],
  ["a Windows path", "main\\router", "C:\\src\\main\\router.ts"],
  ["a number in a name", "42", "n42"],
  ["letters and number together", "n42", "test n42 done"],
  ["a number with separators", "1234567", "1,234,567"],
  ["a decimal number", "3.14", "pi is 3.14159"],
  ["a version", "1.2", "v1.2.3"],
  ["the beginning of a hash", "deadbeef12a4", "deadbeef12a4b6c8d0e1f2"],
  ["an emoji", "🚀", "deployed🚀now"],
  ["an emoji of another skin", "👍", "👍🏽"],
  ["an emoji in a sequence", "💻", "👩‍💻"],
  ["an emoji as a picture", "❤", "❤️"],
  ["a flag", "🇩🇪", "to 🇩🇪 and 🇫🇷"],
  ["a word at the start of a line", "second", "first\nsecond"],
  ["a word behind a tab", "second", "first\tsecond"],
  ["a word with an apostrophe", "don’t", "don't do it"],
  ["a word behind a soft hyphen", "silbentrennung", "Silben\u00adtrennung"],
  ["a coloured word", "bold", "\u001b[1mbold\u001b[0m"],
  ["a word that is coloured in part", "router", "\u001b[31mrou\u001b[0mter"],
  ["words in any order", "two one", "one two"],
];

it.each(FOUND)("finds %s", (_what, query, text) => {
  expect(finds(query, text)).toEqual({ index: true, page: true });
});

it.each([
  ["characters in another order", "单清", "设备清单完成"],
  ["a word that is not there", "router", "src/main/route.ts"],
  ["one of two words", "one three", "one two"],
  ["a decimal by its digits alone", "314", "3.14"],
  ["another emoji", "🚀", "👍"],
])("does not find %s", (_what, query, text) => {
  expect(finds(query, text)).toEqual({ index: false, page: false });
});

describe("queries", () => {
  it("without a word ask for nothing", () => {
    for (const query of ["", "  ", '"', "*", "()", "\u0000", "\ud800"]) expect(searchTerms(query)).toEqual([]);
  });

  it("are never operators", () => {
    for (const query of ["a OR b", "NEAR(a b)", 'x" OR "y', "parts:a*", "^a", "a -b", "NOT a", "·"]) {
      const terms = searchTerms(query);
      if (terms.length > 0) expect(() => match.all(terms.map(matchOf).join(" AND "))).not.toThrow();
    }
  });

  it("are folded as the text is, whatever it is", () => {
    expect(foldText("ǅ")).toBe(foldText("ǆ"));
    expect(foldText("plain ASCII")).toBe("plain ascii");
  });
});
