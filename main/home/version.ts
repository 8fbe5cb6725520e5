/** The version that this program reports. */
declare const __SIGNALBOX_VERSION__: string | undefined;

/** From package.json at build time; sources that run unbuilt say so. */
export const VERSION: string = typeof __SIGNALBOX_VERSION__ === "string" ? __SIGNALBOX_VERSION__ : "0.0.0-source";
