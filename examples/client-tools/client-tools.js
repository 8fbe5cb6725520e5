/** Offers a program's tools to Signalbox's agents, in browsers and in Node, and connects again when the connection is lost. */

/** The token was revoked, another client uses it, or this one was replaced: connecting again would not help. */
const FINAL_CODES = [1008, 4001];
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 30_000;
/** Signalbox sends pings more often than this; silence means that the connection is dead. */
const SILENCE_MS = 15_000;

/**
 * `tools` are definitions as in MCP, each with `run(params, { progress, signal, session })`, whose result is the answer.
 * `onState` hears "connecting", "ready", "lost" and "ended", with a reason.
 */
export function connectTools({ url, token, name, title, version, tools, takeover = false, onState = () => {} }) {
  let offered = tools;
  let socket;
  let timer;
  let waitMs = FIRST_WAIT_MS;
  let wasReady = false;
  let ended = false;
  connect();

  function connect() {
    onState("connecting");
    const address = new URL(url);
    // What was connected before may still look alive to Signalbox.
    if (takeover || wasReady) address.searchParams.set("takeover", "1");
    const mine = new WebSocket(address, ["signalbox.v1", `bearer.${token}`]);
    const running = new Map();
    let silence;
    let over = false;
    socket = mine;
    const listen = () => {
      clearTimeout(silence);
      silence = setTimeout(() => lose(1006, "nothing was heard"), SILENCE_MS);
    };
    const lose = (code, reason) => {
      if (over) return;
      over = true;
      clearTimeout(silence);
      for (const stop of running.values()) stop.abort(new Error("The connection was lost."));
      if (code === 1006) mine.close();
      if (ended) return;
      ended = FINAL_CODES.includes(code);
      onState(ended ? "ended" : "lost", reason || `closed with ${code}`);
      if (ended) return;
      timer = setTimeout(connect, waitMs * (0.5 + Math.random() / 2));
      waitMs = Math.min(waitMs * 2, LONGEST_WAIT_MS);
    };
    listen();
    mine.onopen = () => introduce();
    mine.onerror = () => {};
    mine.onclose = ({ code, reason }) => lose(code, reason);
    mine.onmessage = ({ data }) => {
      if (over) return;
      listen();
      const frame = JSON.parse(data);
      if (frame.type === "ping") send(mine, { type: "pong" });
      else if (frame.type === "cancel") running.get(frame.id)?.abort(new Error(frame.reason ?? "cancelled"));
      else if (frame.type === "ready") {
        wasReady = true;
        waitMs = FIRST_WAIT_MS;
        onState("ready", (frame.left_out ?? []).join("; "));
      } else if (frame.task !== undefined) void run(mine, running, frame);
    };
  }

  async function run(to, running, { id, task, params, session }) {
    const stop = new AbortController();
    running.set(id, stop);
    const progress = (done, total, message) => send(to, { type: "progress", id, progress: done, total, message });
    try {
      const tool = offered.find((one) => one.name === task);
      if (tool === undefined) throw new Error(`there is no tool “${task}”`);
      const data = await tool.run(params, { progress, signal: stop.signal, session });
      send(to, { id, success: true, data: data ?? null });
    } catch (error) {
      send(to, { id, success: false, error: error instanceof Error ? error.message : String(error) });
    } finally {
      running.delete(id);
    }
  }

  const send = (to, frame) => to.readyState === 1 && to.send(JSON.stringify(frame));
  const introduce = () =>
    send(socket, { type: "hello", name, title, version, tools: offered.map(({ run: _, ...tool }) => tool) });

  return {
    setTools(next) {
      offered = next;
      introduce();
    },
    close() {
      ended = true;
      clearTimeout(timer);
      socket.close(1000);
    },
  };
}
