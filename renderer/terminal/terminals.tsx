/** Owns the one or two terminals in the middle of the window. */
import { Group, Panel } from "react-resizable-panels";
import type { SessionView } from "../../shared/protocol/app-frames.ts";
import { PanelSeparator } from "../parts/panel-separator.tsx";
import layout from "../shell/layout.module.css";
import { useSession } from "../stores/app-store.ts";
import { openOverlay, selectSession, showBeside, useView } from "../stores/view-store.ts";
import { TerminalPane } from "./terminal-pane.tsx";

export function Terminals({ session }: { session: SessionView }) {
  const pair = useView((view) => view.pair);
  const left = useSession(pair?.[0]);
  const right = useSession(pair?.[1]);
  const split = () => (pair === undefined ? openOverlay("beside") : showBeside(undefined));
  if (left === undefined || right === undefined)
    return <TerminalPane session={session} onSplit={split} split={false} />;
  return (
    <Group orientation="horizontal" className={layout.panels}>
      <Panel id="left" minSize={200}>
        <Half session={left} selected={left.id === session.id} onSplit={split} />
      </Panel>
      <PanelSeparator label="Resize terminals" before="left terminal" />
      <Panel id="right" minSize={200}>
        <Half session={right} selected={right.id === session.id} onSplit={split} />
      </Panel>
    </Group>
  );
}

/** Where the person types is what the activity shows. */
function Half({ session, selected, onSplit }: { session: SessionView; selected: boolean; onSplit: () => void }) {
  return (
    <div className={selected ? layout.half : layout.halfOther} onFocusCapture={() => selectSession(session.id)}>
      <TerminalPane session={session} onSplit={onSplit} split quiet={!selected} />
    </div>
  );
}
