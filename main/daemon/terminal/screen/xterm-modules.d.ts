/** The types of xterm's ESM file by name: the package's `main` is CommonJS, which Node and the bundler read differently. */
declare module "@xterm/addon-unicode-graphemes/lib/addon-unicode-graphemes.mjs" {
  export { UnicodeGraphemesAddon } from "@xterm/addon-unicode-graphemes";
}
