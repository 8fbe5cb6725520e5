/** Owns the types of xterm's ESM files by name: the packages' `main` is CommonJS, which Node and the bundler read differently. */
declare module "@xterm/addon-serialize/lib/addon-serialize.mjs" {
  export { SerializeAddon } from "@xterm/addon-serialize";
}
declare module "@xterm/addon-unicode-graphemes/lib/addon-unicode-graphemes.mjs" {
  export { UnicodeGraphemesAddon } from "@xterm/addon-unicode-graphemes";
}
