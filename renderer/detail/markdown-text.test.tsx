import { renderToStaticMarkup } from "react-dom/server";
import { expect, it } from "vitest";
import { cpuTime } from "../../test/support/cpu-time.ts";
import { isMarkdown } from "./is-markdown.ts";
import MarkdownText from "./markdown-text.tsx";

const html = (text: string): string => renderToStaticMarkup(<MarkdownText text={text} onOpen={() => {}} />);

it("shows headings, lists, tables and code of a result as such", () => {
  const shown = html("# Found\n\n- **one**\n- `two`\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n```js\nlet x;\n```\n");
  expect(shown).toContain("Found</p>");
  expect(shown).toContain("<li><strong>one</strong></li><li><code>two</code></li>");
  expect(shown).toContain("<td>1</td><td>2</td>");
  expect(shown).toContain("<pre>let x;</pre>");
});

it("lets no markup of a tool into the page", () => {
  const shown = html(
    '<img src=x onerror=alert(1)> a <b>c</b>\n\n<script>x()</script>\n\n<a href="https://x.example">y</a>',
  );
  expect(shown).not.toMatch(/<(img|script|b|a)\b/);
  expect(shown).toContain("&lt;script&gt;");
});

it("shows where a link leads, and makes only web addresses ones that can be opened", () => {
  const shown = html("[your bank](https://evil.example/x) [run](javascript:alert(1)) [file](file:///etc/passwd)");
  expect(shown).toContain("your bank");
  expect(shown).toMatch(/<button[^>]*>https:\/\/evil\.example\/x<\/button>/);
  expect(shown.match(/<button/g)).toHaveLength(1);
  expect(shown).not.toContain("href");
  expect(shown).toContain("(javascript:alert(1))");
});

it("loads no picture from elsewhere, and shows one that the result carries", () => {
  const shown = html(
    "![t](https://track.example/p.png) ![s](data:image/svg+xml;base64,AAAA) ![own](data:image/png;base64,iVBORw0K)",
  );
  expect(shown.match(/<img/g)).toHaveLength(1);
  expect(shown).toContain('src="data:image/png;base64,iVBORw0K"');
  expect(shown).toContain("track.example");
});

it("makes characters visible that reorder or hide text", () => {
  expect(html("**a\u202eb** `c\u200bd`")).not.toMatch(/[\u202e\u200b]/);
});

it("stands text that is made to hurt its parser", () => {
  for (const text of [
    ">".repeat(20_000),
    "*a ".repeat(16_000),
    "[".repeat(40_000),
    "- ".repeat(20_000),
    "`".repeat(49_999),
  ]) {
    expect(html(text).length).toBeGreaterThan(10);
  }
});

it("takes reports for Markdown, and logs, JSON and programs for what they are", () => {
  for (const text of [
    "# Title\ntext",
    "see [docs](https://x.example)",
    "a **b** and `c`",
    "| a | b |\n|---|---|\n| 1 | 2 |",
  ]) {
    expect(isMarkdown(text), text).toBe(true);
  }
  for (const text of [
    '{"a": "# b"}',
    "12:00 - started\n12:01 - done",
    "#!/bin/sh\n# comment",
    "plain words",
    "a * b * c",
  ]) {
    expect(isMarkdown(text), text).toBe(false);
  }
});

it("does not read the marks of a text that is made to hold up the page, shows it whole, and goes on with the next", () => {
  for (const hostile of ["_a", "*a_", "[a~"]) {
    const block = hostile.repeat(40_000 / hostile.length);
    const shown = html(`${block} **b**\n\n**c**\n`);
    expect(shown, hostile).toContain(`${block} **b**`);
    expect(shown, hostile).toContain("<strong>c</strong>");
  }
});

it("is read within the time that a person waits, whatever its nesting and its words are made of", () => {
  for (const hostile of [
    `${"- ".repeat(50_000)}x`,
    "> - ".repeat(20_000),
    Array.from({ length: 500 }, (_, depth) => `${"  ".repeat(depth)}- a`).join("\n"),
    `${"a.".repeat(50_000)}@`,
    "http://".repeat(20_000),
  ]) {
    let text = "";
    const took = cpuTime(() => {
      text = html(`${hostile}\n`);
    });
    // A minute without the guard, on any machine.
    expect(took, hostile.slice(0, 20)).toBeLessThan(5_000);
    expect(text.length).toBeGreaterThan(hostile.length / 4);
  }
});
