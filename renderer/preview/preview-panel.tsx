/** Shows what a session's program serves, beside its terminal: address bar, widths, health, and the page in a frame. */
import { Copy, ExternalLink, ListPlus, Monitor, RotateCw, Share2, Smartphone, Tablet, X } from "lucide-react";
import { type FormEvent, type ReactNode, useEffect, useRef, useState } from "react";
import type { SessionView } from "../../shared/protocol/app-frames.ts";
import type { PortView } from "../../shared/protocol/preview-api.ts";
import { oneLine, visible } from "../../shared/text/visible.ts";
import { isInputMethod } from "../keys/input-method.ts";
import { Button, IconButton } from "../parts/button.tsx";
import { useKeptFocus } from "../parts/keep-focus.ts";
import { Empty } from "../parts/notice.tsx";
import { onCommand } from "../shell/command-bus.ts";
import { Dot } from "../shell/dot.tsx";
import { useServices } from "../shell/services.ts";
import { useWatching } from "../stores/app-store.ts";
import { openOverlay, showPreview } from "../stores/view-store.ts";
import { healthOf, portName } from "./port-text.ts";
import styles from "./preview.module.css";
import { copyPreviewLink, openOutside, openPreview, sharePreview } from "./preview-actions.ts";
import { keepPath, keptPath, readPath } from "./preview-path.ts";
import { type PreviewFrame, usePreview } from "./use-preview.ts";

const icon = { "aria-hidden": true, size: 15, strokeWidth: 1.75 } as const;

const WIDTHS = [
  { id: "phone", name: "Phone, 390 pixels wide", px: 390, Icon: Smartphone },
  { id: "tablet", name: "Tablet, 820 pixels wide", px: 820, Icon: Tablet },
  { id: "full", name: "Full width", px: undefined, Icon: Monitor },
] as const;
type Width = (typeof WIDTHS)[number]["id"];

/** What a page in the frame may do; its own origin is nothing but this preview. */
const SANDBOX = "allow-scripts allow-forms allow-same-origin allow-popups allow-modals allow-downloads";

/** To be keyed by session and port. `back` names what is shown again when it is closed. */
export function PreviewPanel({ session, number, back }: { session: SessionView; number: number; back: string }) {
  const services = useServices();
  const watching = useWatching();
  const port = session.ports?.find((known) => known.port === number);
  const [path, setPath] = useState(() => keptPath(session.id, number));
  const [width, setWidth] = useState<Width>("full");
  const element = useRef<HTMLIFrameElement>(null);
  const panel = useRef<HTMLElement>(null);
  useKeptFocus(panel);
  const live = port?.exposed === true && !watching;
  const preview = usePreview(session.id, live ? port : undefined, path, element);

  const go = (next: string) => {
    keepPath(session.id, number, next);
    if (next === path) preview.reload();
    else setPath(next);
  };
  const outside = () => port !== undefined && void openOutside(services, session.id, port, path);

  const { reload } = preview;
  useEffect(() => onCommand("preview-reload", reload), [reload]);
  useEffect(
    () =>
      onCommand("preview-open", () => {
        if (port !== undefined) void openOutside(services, session.id, port, path);
      }),
    [services, session.id, port, path],
  );

  return (
    <section ref={panel} className={styles.panel} aria-label="Preview" data-region="preview">
      <header className={styles.head}>
        <h2 className={styles.title}>Preview</h2>
        <PortSelect session={session} number={number} />
        <IconButton label="Ports of the session" onClick={() => openOverlay("ports", session.id)}>
          <ListPlus {...icon} />
        </IconButton>
        <IconButton label={`Close the preview and show the ${back}`} onClick={() => showPreview(undefined)}>
          <X {...icon} />
        </IconButton>
      </header>
      {live && (
        <div className={styles.bar} role="toolbar" aria-label="Preview tools">
          <IconButton label="Reload the preview" onClick={reload}>
            <RotateCw {...icon} />
          </IconButton>
          <AddressBar key={path} port={port} path={path} preview={preview} onGo={go} />
          <span className={styles.widths} role="group" aria-label="Width of the page">
            {WIDTHS.map(({ id, name, Icon }) => (
              <IconButton key={id} label={name} pressed={width === id} onClick={() => setWidth(id)}>
                <Icon {...icon} />
              </IconButton>
            ))}
          </span>
          <span className={styles.tools}>
            <IconButton label="Open the preview in the browser" onClick={outside}>
              <ExternalLink {...icon} />
            </IconButton>
            <IconButton label="Copy the preview's link" onClick={() => copyPreviewLink(session.id)}>
              <Copy {...icon} />
            </IconButton>
            <IconButton label="Share the preview…" onClick={() => sharePreview(session.id)}>
              <Share2 {...icon} />
            </IconButton>
          </span>
        </div>
      )}
      <div className={styles.stage}>
        <Stage
          port={port}
          number={number}
          watching={watching}
          preview={preview}
          onExpose={() =>
            void openPreview(services, session.id, port ?? { port: number, exposed: false, health: "unknown" })
          }
          onPorts={() => openOverlay("ports", session.id)}
          onOutside={outside}
        >
          {(frame) => (
            <iframe
              key={frame.load}
              ref={element}
              className={styles.frame}
              style={{ maxWidth: WIDTHS.find(({ id }) => id === width)?.px }}
              title={`Page of ${oneLine(port === undefined ? `port ${number}` : portName(port), 60)}`}
              sandbox={SANDBOX}
              src={frame.url}
            />
          )}
        </Stage>
      </div>
    </section>
  );
}

function PortSelect({ session, number }: { session: SessionView; number: number }) {
  const services = useServices();
  const ports = session.ports ?? [];
  const known = ports.some(({ port }) => port === number);
  return (
    <select
      className={styles.ports}
      aria-label="Port"
      value={number}
      onChange={(event) => {
        const next = ports.find(({ port }) => port === Number(event.target.value));
        if (next !== undefined) void openPreview(services, session.id, next);
      }}
    >
      {!known && <option value={number}>{`Port ${number}`}</option>}
      {ports.map((port) => (
        <option key={port.port} value={port.port}>
          {portName(port)}
        </option>
      ))}
    </select>
  );
}

interface AddressBarProps {
  port: PortView;
  path: string;
  preview: PreviewFrame;
  onGo: (path: string) => void;
}

/** To be keyed by its path. */
function AddressBar({ port, path, preview, onGo }: AddressBarProps) {
  const [text, setText] = useState(path);
  const [wrong, setWrong] = useState(false);
  const input = useRef<HTMLInputElement>(null);
  const local = `localhost:${port.port}`;
  const health = healthOf(port, preview.check);
  useEffect(
    () =>
      onCommand("preview-address", () => {
        input.current?.focus();
        input.current?.select();
      }),
    [],
  );

  function submit(event: FormEvent): void {
    event.preventDefault();
    const origins = [`http://${local}`, `http://127.0.0.1:${port.port}`];
    const read = readPath(text, port.url === undefined ? origins : [...origins, new URL(port.url).origin]);
    setWrong(read === undefined);
    if (read === undefined) return;
    setText(read);
    onGo(read);
  }

  return (
    <form className={styles.address} onSubmit={submit}>
      <span className={styles.health} title={oneLine(health.text, 200)}>
        <Dot tone={health.tone} />
        <span className="visually-hidden" role="status">
          {health.text}
        </span>
      </span>
      <span className={styles.local} aria-hidden>
        {local}
      </span>
      <input
        ref={input}
        className={styles.path}
        aria-label={`Path at ${local}`}
        aria-invalid={wrong}
        value={text}
        spellCheck={false}
        autoCapitalize="off"
        autoComplete="off"
        onChange={(event) => {
          setText(event.target.value);
          setWrong(false);
        }}
        onKeyDown={(event) => {
          if (event.key === "Escape" && !isInputMethod(event)) setText(path);
        }}
      />
      {wrong && (
        <span role="alert" className={styles.wrong}>
          Not a path of this port
        </span>
      )}
    </form>
  );
}

interface StageProps {
  port: PortView | undefined;
  number: number;
  watching: boolean;
  preview: PreviewFrame;
  onExpose: () => void;
  onPorts: () => void;
  onOutside: () => void;
  children: (frame: NonNullable<PreviewFrame["frame"]>) => ReactNode;
}

/** The page, or what stands in its way and what can be done about it. */
function Stage({ port, number, watching, preview, onExpose, onPorts, onOutside, children }: StageProps) {
  const { check, frame, fault, shut, reload } = preview;
  if (watching) {
    return (
      <Empty
        text="This device may only watch, and using a page is acting."
        hint="Settings → Devices, on the computer itself, lets it do more."
      />
    );
  }
  if (port?.exposed !== true) {
    return (
      <Empty
        text={`Port ${number} is not exposed.`}
        hint="Exposed, it is shown here to you and to devices that you let in."
      >
        <Button kind="primary" onClick={onExpose}>
          Expose and open
        </Button>
        <Button onClick={onPorts}>Ports…</Button>
      </Empty>
    );
  }
  const browser = (
    <Button kind="primary" onClick={onOutside}>
      Open in the browser
    </Button>
  );
  if (shut) {
    return (
      <Empty
        text="This browser keeps no cookie for a page inside another one."
        hint="The preview opens in a tab of its own."
      >
        {browser}
        <Button onClick={reload}>Try again</Button>
      </Empty>
    );
  }
  if (check?.health === "down") {
    return (
      <Empty text={visible(check.reason ?? "The program does not answer.")} hint="The page comes back when it does.">
        <Button onClick={reload}>Try now</Button>
        <Button onClick={onPorts}>Ports…</Button>
      </Empty>
    );
  }
  if (check?.framing === "refused") {
    return (
      <Empty
        text="This page refuses to be framed."
        hint="Its X-Frame-Options or frame-ancestors says so. A tab of its own shows it."
      >
        {browser}
        <Button onClick={reload}>Try again</Button>
      </Empty>
    );
  }
  if (fault !== undefined && frame === undefined) {
    return (
      <Empty text={visible(fault.message)} hint={fault.hint === undefined ? undefined : visible(fault.hint)}>
        <Button onClick={reload}>Try again</Button>
      </Empty>
    );
  }
  return frame === undefined ? <p className={styles.loading}>Opening the preview…</p> : children(frame);
}
