/** The terminals in the middle of the window: one, or two to four that a person looks at at once. */
import { Fragment, type ReactNode } from "react";
import { Group, Panel } from "react-resizable-panels";
import type { SessionView } from "../../shared/protocol/app-frames.ts";
import { PanelSeparator } from "../parts/panel-separator.tsx";
import layout from "../shell/layout.module.css";
import { useSessions } from "../stores/app-store.ts";
import { openOverlay, selectSession, useView } from "../stores/view-store.ts";
import { TerminalPane } from "./terminal-pane.tsx";

export function Terminals({ session }: { session: SessionView }) {
  const panes = useView((view) => view.panes);
  const arrangement = useView((view) => view.arrangement);
  const sessions = useSessions();
  // Those that are gone leave their places.
  const shown = (panes ?? []).flatMap((id) => sessions.find((known) => known.id === id) ?? []);
  if (shown.length < 2) return <TerminalPane session={session} onSplit={() => openOverlay("beside")} />;
  const pane = (each: SessionView) => <Pane session={each} selected={each.id === session.id} />;
  const grid = arrangement === "grid" && shown.length > 2;
  if (!grid)
    return (
      <Row key={arrangement} panes={shown} direction={arrangement === "rows" ? "vertical" : "horizontal"} pane={pane} />
    );
  const half = Math.floor(shown.length / 2);
  return (
    <Group orientation="horizontal" className={layout.panels}>
      <Panel id="left" minSize={200}>
        <Row panes={shown.slice(0, half)} direction="vertical" pane={pane} />
      </Panel>
      <PanelSeparator label="Resize columns of terminals" before="left terminals" />
      <Panel id="right" minSize={200}>
        <Row panes={shown.slice(half)} direction="vertical" pane={pane} />
      </Panel>
    </Group>
  );
}

interface RowProps {
  panes: readonly SessionView[];
  direction: "horizontal" | "vertical";
  pane: (session: SessionView) => ReactNode;
}

/** The places have the names, and not what is in them: another session in one of them leaves the sizes as they are. */
function Row({ panes, direction, pane }: RowProps) {
  return (
    <Group orientation={direction} className={layout.panels}>
      {panes.map((session, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: it is the place that stays.
        <Fragment key={at}>
          {at > 0 && <PanelSeparator label="Resize terminals" before={`terminal ${at}`} />}
          <Panel id={`pane-${at}`} minSize={direction === "vertical" ? 90 : 200}>
            {pane(session)}
          </Panel>
        </Fragment>
      ))}
    </Group>
  );
}

/** Where the person types is what the activity shows. */
function Pane({ session, selected }: { session: SessionView; selected: boolean }) {
  return (
    <div className={selected ? layout.half : layout.halfOther} onFocusCapture={() => selectSession(session.id)}>
      <TerminalPane session={session} onSplit={() => openOverlay("beside")} split quiet={!selected} />
    </div>
  );
}
