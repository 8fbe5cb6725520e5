/** Owns the daemon's start in the foreground, for `signalbox daemon`. */
export async function runDaemon(_options: { home?: string; port?: number }): Promise<number> {
  throw new Error("not built yet");
}
