/** The icons in resources/: every size and format, drawn from our own two SVGs and the tray's drawing. Run it after changing one. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import { initWasm, Resvg } from "@resvg/resvg-wasm";
import { IconIcns, IconIco } from "@shockpkg/icon-encoder";
import { drawTray, TRAY_MOODS } from "./icons/draw-tray.ts";

const resources = resolve(import.meta.dirname, "..", "resources");
const at = (...path: string[]) => join(resources, ...path);

await initWasm(readFileSync(createRequire(import.meta.url).resolve("@resvg/resvg-wasm/index_bg.wasm")));

const render = (svg: string, size: number): Uint8Array =>
  new Resvg(svg, { fitTo: { mode: "width", value: size } }).render().asPng();

/** From 48 px on there is room for the whole drawing; below, the mark alone is clearer. */
const SMALL = 32;
const icon = readFileSync(at("icon.svg"), "utf8");
const mark = readFileSync(at("mark.svg"), "utf8");
const appIcon = (size: number) => render(size <= SMALL ? mark : icon, size);

async function ico(images: Uint8Array[]): Promise<Uint8Array> {
  const file = new IconIco();
  for (const image of images) await file.addFromPng(image);
  return file.encode();
}

/** Types of ICNS entries by pixels; the retina ones share their pixels with the next size. */
const ICNS: [number, string[]][] = [
  [16, ["ic04"]],
  [32, ["ic05", "ic11"]],
  [64, ["ic12"]],
  [128, ["ic07"]],
  [256, ["ic08", "ic13"]],
  [512, ["ic09", "ic14"]],
  [1024, ["ic10"]],
];

async function icns(): Promise<Uint8Array> {
  const file = new IconIcns();
  file.toc = true;
  for (const [size, types] of ICNS) await file.addFromPng(appIcon(size), types);
  return file.encode();
}

for (const folder of ["icons", "tray"]) {
  rmSync(at(folder), { recursive: true, force: true });
  mkdirSync(at(folder));
}
for (const size of [16, 24, 32, 48, 64, 128, 256, 512, 1024]) {
  writeFileSync(at("icons", `${size}x${size}.png`), appIcon(size));
}
writeFileSync(at("icon.ico"), await ico([16, 20, 24, 32, 40, 48, 64, 256].map(appIcon)));
writeFileSync(at("icon.icns"), await icns());

for (const mood of TRAY_MOODS) {
  const template = drawTray(mood, "template");
  writeFileSync(at("tray", `${mood}Template.png`), render(template, 18));
  writeFileSync(at("tray", `${mood}Template@2x.png`), render(template, 36));
  for (const theme of ["dark", "light"] as const) {
    const drawing = drawTray(mood, theme);
    writeFileSync(at("tray", `${mood}-${theme}.png`), render(drawing, 22));
    writeFileSync(at("tray", `${mood}-${theme}@2x.png`), render(drawing, 44));
    writeFileSync(at("tray", `${mood}-${theme}.ico`), await ico([16, 20, 24, 32].map((size) => render(drawing, size))));
  }
}
