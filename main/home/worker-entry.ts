/** Where the file of a worker thread is: beside its starter, as TypeScript in the sources and as JavaScript in the build. */

/** `name` without extension, for example `journal-worker`; `base` is the starter's `import.meta.url`. */
export function workerEntry(name: string, base: string): URL {
  return new URL(`./${name}${base.endsWith(".ts") ? ".ts" : ".js"}`, base);
}
