/** Owns the headless start: the gateway under plain Node, for `signalbox serve`, and `signalbox stop`. */
export interface ServeOptions {
  port?: number;
  home?: string;
  discovery?: string;
  open: boolean;
  demo?: boolean;
  json?: boolean;
}
export async function serve(_options: ServeOptions): Promise<number> {
  throw new Error("not built yet");
}
export async function stop(_options: { home?: string; force?: boolean }): Promise<number> {
  throw new Error("not built yet");
}
