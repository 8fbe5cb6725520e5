/** Does long work on the page's one thread in slices, so that frames and keys come in between. */

/** Milliseconds of one slice: with what else a frame needs it still fits into one. */
const SLICE_MS = 6;

/** A test that holds for one slice from now on. */
export function sliceTime(ms = SLICE_MS): () => boolean {
  const end = performance.now() + ms;
  return () => performance.now() < end;
}

/** Resolves in a task of its own, after what waits already. Unlike a timer it is not slowed down in a hidden page. */
export function nextTask(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(undefined);
  });
}
