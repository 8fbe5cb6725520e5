/** Decides whether the person is signed in, and the connections of a page that is. */
import { useCallback, useEffect, useState } from "react";
import { appFrameSchema } from "../../shared/protocol/app-frames.ts";
import { parseJson } from "../../shared/protocol/schema.ts";
import { CLOSE } from "../../shared/protocol/wire.ts";
import { createGatewayClient } from "../gateway/gateway-client.ts";
import { createGatewayGate } from "../gateway/gateway-gate.ts";
import { loadThrough } from "../gateway/load-code.ts";
import { openReconnectingSocket } from "../gateway/reconnecting-socket.ts";
import type { Connection, Host } from "../host/host.ts";
import { SignIn } from "../sign-in/sign-in.tsx";
import { receiveAppFrame, setLink, useApp } from "../stores/app-store.ts";
import { createSessionStreams } from "../stores/session-streams.ts";
import { useView } from "../stores/view-store.ts";
import { sendText } from "../terminal/send-text.ts";
import { createTerminalPool } from "../terminal/terminal-pool.ts";
import { App } from "./app.tsx";
import { type Services, ServicesContext } from "./services.ts";

type State =
  | { is: "asking" }
  | { is: "signed-out"; reason: string | undefined }
  | { is: "signed-in"; connection: Connection };

export function Page({ host }: { host: Host }) {
  const [state, setState] = useState<State>({ is: "asking" });

  const ask = useCallback(() => {
    void host.connection().then((connection) => {
      setState(connection === undefined ? { is: "signed-out", reason: undefined } : { is: "signed-in", connection });
    });
  }, [host]);
  useEffect(ask, [ask]);

  const refused = useCallback(
    (reason: string, proven: boolean) => {
      // Whoever took the address of a gateway that has gone must not be able to sign this browser out for good.
      if (proven) host.forget();
      setState({ is: "signed-out", reason });
    },
    [host],
  );

  if (state.is === "asking") return null;
  if (state.is === "signed-out") return <SignIn reason={state.reason} onSignedIn={ask} />;
  return <SignedIn key={state.connection.token} host={host} connection={state.connection} onRefused={refused} />;
}

interface SignedInProps {
  host: Host;
  connection: Connection;
  onRefused: (reason: string, proven: boolean) => void;
}

function SignedIn({ host, connection, onRefused }: SignedInProps) {
  const [services, setServices] = useState<Services>();
  useEffect(() => {
    const started = startServices(host, connection, onRefused);
    setServices(started.services);
    return started.dispose;
  }, [host, connection, onRefused]);
  if (services === undefined) return null;
  return (
    <ServicesContext value={services}>
      <App />
    </ServicesContext>
  );
}

function startServices(host: Host, connection: Connection, onRefused: (reason: string, proven: boolean) => void) {
  const gate = createGatewayGate({ connection });
  const client = createGatewayClient(gate, (proven) => onRefused("This browser isn't known here any more.", proven));
  const streams = createSessionStreams(gate, client.calls);
  const terminals = createTerminalPool(gate, host, client);
  // What the first picture needs comes from where the page has just come from; all later code passes the gate.
  if (useView.getState().session !== undefined) void terminals.prepare();
  loadThrough(gate);
  let opened = false;
  const socket = openReconnectingSocket({
    gate,
    path: () => "/ws/app",
    onText(text) {
      const frame = parseJson(appFrameSchema, text);
      if (frame.ok) receiveAppFrame(frame.value, Date.now());
      else console.warn(`A frame of the app was not understood: ${frame.reason}`);
    },
    onLink(link) {
      setLink(link);
      if (link.state === "open") opened = true;
      if (link.state === "closed" && link.code === CLOSE.tokenRevoked)
        onRefused("This browser's access was revoked.", true);
      // A refused upgrade looks like any other failure to a page: an ordinary request tells them apart.
      if (link.state === "waiting" && !opened) void client.agents();
      if (link.state === "waiting") opened = false;
    },
  });
  const services: Services = {
    host,
    connection: { url: connection.url },
    client,
    streams,
    terminals,
    sendText: (session, text, enter) => sendText(gate, session, text, enter),
    reconnectNow() {
      socket.reconnectNow();
      streams.reconnectNow();
      terminals.reconnectNow();
    },
  };
  return {
    services,
    dispose() {
      loadThrough(undefined);
      socket.dispose();
      streams.dispose();
      terminals.dispose();
      useApp.setState({ app: undefined, link: { state: "connecting" } });
    },
  };
}
