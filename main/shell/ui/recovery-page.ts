/** The page that is shown after the UI's process has crashed twice in a row: plain words and one link back. */

export const RECOVERY_PATH = "/recovery.html";

/** Whole in itself: no script, nothing that could crash again. */
export function recoveryPage(): string {
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Signalbox</title>
<style>
  :root { color-scheme: light dark; }
  body { font: 14px/1.5 system-ui, sans-serif; display: grid; place-content: center; min-height: 100vh; margin: 0;
    background: light-dark(#f6f7f9, #0f1115); color: light-dark(#1a1f29, #e6e9ef); }
  /* The window has no other title bar. */
  body::before { content: ""; position: fixed; inset: 0 0 auto; height: 40px; -webkit-app-region: drag; }
  main { max-width: 30rem; padding: 2rem; }
  h1 { font-size: 1.4rem; margin: 0 0 .5rem; }
  p { color: light-dark(#525c6b, #9aa3b2); margin: 0 0 1.25rem; }
  a { display: inline-block; padding: .5rem .9rem; border-radius: 6px; background: #1f6feb; color: #fff; text-decoration: none; }
</style>
<main>
  <h1>The window stopped working</h1>
  <p>Your agents, their terminals and their history are kept by another process and were not touched. Only this view has to be opened again.</p>
  <a href="/" autofocus>Open it again</a>
</main>
</html>
`;
}
