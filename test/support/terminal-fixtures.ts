/**
 * What programs print, each piece with the things that a snapshot of its screen could lose, and in the manner of vttest: what
 * a terminal of 20 × 6 must make of them is the same for whoever was there and for whoever comes later.
 */
export const TERMINAL_FIXTURES: Readonly<Record<string, string>> = {
  "text, tabs and line ends": "one\ttwo\r\nthree\nfour\rFIVE\b\b!",
  "a line longer than the screen is wide": "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFGHIJ",
  "a line that just fills the row": "abcdefghijklmnopqrst",
  "a full row, and an accent to come": "abcdefghijklmnopqrse\u0301x",
  "more lines than the screen has": Array.from({ length: 15 }, (_, n) => `line ${n}`).join("\r\n"),
  "colours of every kind": "\x1b[31mred\x1b[1;92mb\x1b[38;5;1mp\x1b[48;5;200mq\x1b[38;2;1;2;3;48;2;4;5;6mr\x1b[0mz",
  "bold with dim, then dim alone": "\x1b[1;2mboth\x1b[22m\x1b[2mdim\x1b[1mboth\x1b[22;1mbold",
  "every attribute": "\x1b[3ma\x1b[4mb\x1b[5mc\x1b[7md\x1b[8me\x1b[9mf\x1b[53mg\x1b[23;24;25;27;28;29;55mh",
  "underline styles and colours": "\x1b[4:3;58:2::10:20:30mcurly\x1b[4:2;58:5:9mdouble\x1b[59;4:4mdot\x1b[0mz",
  hyperlinks: "\x1b]8;id=1;https://a.test/x\x07link\x1b]8;;\x07 and \x1b]8;;https://b.test/\x1b\\more\x1b]8;;\x1b\\.",
  "erased in colour": "\x1b[44mblue\x1b[K\r\n\x1b[41m\x1b[5X\x1b[3Cx\x1b[0m\x1b[2;10H\x1b[42m\x1b[1Ky",
  "scrolled in colour": "\x1b[45m1\r\n2\r\n3\r\n4\r\n5\r\n6\r\n7\r\n8\x1b[0m9",
  "wide characters": "漢字かな漢字かな漢字かな漢\r\nx漢字かな漢字かな漢字かな\r\nend",
  "grapheme clusters": "e\u0301 👨‍👩‍👧‍👦 🇩🇪🇫🇷 👍🏽 ❤️ ก็ 각",
  "clusters that must not join": "🇩\x1b[1C\x1b[1D🇪 a\x1b[0m\u0301b \u1100\x1b[m\u1161",
  "a wrapped line erased at its edges": "abcdefghijklmnopqrstuvwxyz\x1b[1;18H\x1b[K\x1b[2;1H\x1b[X\x1b[3;1Hz",
  "a wrapped line with a wide character left over": "abcdefghijklmnopqrs漢b\x1b[1;20H\x1b[41m\x1b[X",
  "the cursor anywhere": "abc\x1b[4;7Hhere\x1b[2;3H",
  "the alternate screen, and back": "shell$ \x1b[44mvi\x1b[?1049h\x1b[2J\x1b[Hvim\x1b[6;1H\x1b[7m-- INSERT --\x1b[3;4H",
  "out of the alternate screen": "\x1b[31mshell$ \x1b[?1049h\x1b[Hvim\x1b[0m\x1b[?1049lback",
  "the old alternate screen": "abc\x1b[?47hdef\x1b[3;3H",
  modes: "\x1b[?1h\x1b=\x1b[?2004h\x1b[?1004h\x1b[?1002h\x1b[?1006h\x1b[?25l\x1b[5 q\x1b[?45h",
  "no wrap, and insert": "\x1b[?7labcdefghijklmnopqrstuvwxyz\r\n\x1b[4hxyz\x1b[2Dq",
  "scroll region with origin": "\x1b[2;4r\x1b[?6habc\x1b[2;3Hq\r\n\r\n\r\n\r\nlast",
  "saved cursor": "abc\x1b[31m\x1b[3;5H\x1b7\x1b[0m\x1b[1;1Hx",
  "line drawing": "\x1b(0lqqk\x1b(Bx\x1b)0\x0eqq\x0fq",
  "line drawing still on": "\x1b(0lqqk",
  "tab stops": "\x1b[3g\x1b[5G\x1bH\x1b[11G\x1bH\rab\tc\td",
  titles: "\x1b]0;a title\x07text\x1b]2;another ✓\x1b\\",
  "device controls": "a\x1bP+q544e\x1b\\b\x1b_private\x1b\\c\x1b^pm\x1b\\d\x1bXsos\x1b\\e",
  "8-bit controls in UTF-8": "a\u009b31mred\u009d2;title\u009cb\u0090q\u009cz",
  "broken UTF-8": "caf\u00e9",
  "reverse index and insert lines": "1\r\n2\r\n3\x1b[2;1H\x1b[2L\x1bM\x1b[3;1H\x1b[P\x1b[@x",
  "synchronised output": "\x1b[?2026habc\x1b[?2026ldef",
  "the frame of vttest's first screen":
    "\x1b#8\x1b[2;19H\x1b[1J\x1b[5;2H\x1b[0J\x1b[1;1H*\x1b[1;20H*\x1b[3;10H\x1b[D\x1b[A\x1b[B\x1b[C+\x1b[6;1H*\x1b[6;20H*",
  "vttest's cursor beyond the edges": "\x1b[99;99Hx\x1b[99A\x1b[99Dy\x1b[99C\x1b[99Bz\x1b[2;2H\x1bDa\x1bEb\x1bMc\x1bMd",
  "vttest's controls inside of sequences": "A\x1b[2\bCB\r\nC\x1b[\r2CD\r\nE\x1b[1\vAF",
  "vttest's scrolling in a region": "\x1b[2;5r\x1b[5;1H1\n2\n3\n4\x1b[2;1H\x1bM\x1bM5\x1b[r\x1b[6;1Hout\n",
  "vttest's insertion and deletion of characters and lines":
    "abcdefgh\x1b[1;3H\x1b[4hXY\x1b[4l\x1b[2P\x1b[2;1H111\r\n222\r\n333\x1b[3;1H\x1b[M\x1b[2;1H\x1b[Lnew\x1b[S\x1b[2T",
  "repeated characters, and tabs back": "a\x1b[5bb\x1b[2Z<\x1b[I>",
  "half blocks of 24-bit colours, as pictures are drawn": Array.from(
    { length: 4 },
    (_, x) => `\x1b[38;2;${x * 20};0;90;48;2;0;${x * 20};90m▀`,
  ).join(""),
  "bars of an agent's screen":
    "\x1b[38;2;92;156;245m┃\x1b[48;2;20;20;20m  Ask anything… \x1b[0m\r\n\x1b[38;2;20;20;20m╹▀▀▀▀▀▀▀▀▀▀\x1b[0m",
  "a soft reset": "\x1b[31;7m\x1b[2;4r\x1b[?6h\x1b[4hred\x1b[!pplain\x1b[1;1Htop",
};

/** The size that they are made for. */
export const FIXTURE_SIZE = { cols: 20, rows: 6 };

/** The nth of them on a terminal that is emptied before, with all that an earlier one set (RIS). */
export function fixtureOutput(index: number): string {
  const text = Object.values(TERMINAL_FIXTURES)[index];
  if (text === undefined) throw new Error(`there is no fixture ${index}`);
  return `\u001bc${text}`;
}
