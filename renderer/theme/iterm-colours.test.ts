import { expect, it } from "vitest";
import { parseSchemes } from "./color-scheme.ts";

const entry = (name: string, red: string, kind = "real") =>
  `<key>${name}</key>
   <dict>
     <key>Alpha Component</key><real>1</real>
     <key>Blue Component</key><real>0.50196081399917603</real>
     <key>Color Space</key><string>sRGB</string>
     <key>Green Component</key><real>1.2e-05</real>
     <key>Red Component</key><${kind}>${red}</${kind}>
   </dict>`;

const file = (...entries: string[]) =>
  `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0"><dict>${entries.join("\n")}</dict></plist>`;

const ansi = Array.from({ length: 16 }, (_, at) => entry(`Ansi ${at} Color`, String(at / 15)));

it("takes a theme in iTerm's form, under the name of its file", () => {
  const read = parseSchemes(
    file(
      ...ansi,
      entry("Background Color", "0", "integer"),
      entry("Foreground Color", "1.5"),
      entry("Cursor Color", "1"),
    ),
    "Dusk.itermcolors",
  );
  expect(read).toMatchObject({
    ok: true,
    value: [
      {
        name: "Dusk",
        background: "#000080",
        foreground: "#ff0080",
        cursorColor: "#ff0080",
        black: "#000080",
        brightWhite: "#ff0080",
      },
    ],
  });
});

it("says which colour such a file lacks, and takes nothing that is no number", () => {
  const lacking = parseSchemes(file(...ansi, entry("Foreground Color", "1")), undefined);
  expect(lacking.ok ? "" : lacking.fault.message).toContain("background");
  const odd = parseSchemes(
    file(...ansi, entry("Background Color", "url(x)"), entry("Foreground Color", "1")),
    undefined,
  );
  expect(odd.ok ? "" : odd.fault.message).toContain("background");
});

it("a long file that never ends its entries is refused at once", () => {
  const text = `<plist>${"<key>Ansi 0 Color</key><dict>".repeat(30_000)}`;
  expect(parseSchemes(text, undefined).ok).toBe(false);
});
