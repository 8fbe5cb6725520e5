/** A page that shows one component by itself, fed by its test through `window.harness`. */
import { useMemo, useState } from "react";
import { createRoot } from "react-dom/client";
import { ActivityList } from "../../renderer/activity/activity-list.tsx";
import { WATERFALL_HEIGHTS } from "../../renderer/activity/list-item.ts";
import { useActivity } from "../../renderer/activity/use-activity.ts";
import { JsonView } from "../../renderer/detail/json-view.tsx";
import { type CallLogStore, createCallLogStore } from "../../renderer/stores/call-log-store.ts";
import { type Filter, NO_FILTER } from "../../renderer/stores/filters.ts";
import "../../renderer/theme/tokens.css";
import "../../renderer/theme/base.css";
import { Waterfall } from "../../renderer/waterfall/waterfall.tsx";
import { type HistoryCall, historyCalls } from "./history-calls.ts";

/** What a test can do; it is called across the border of the page, so everything is plain data. */
export interface Harness {
  showTree(value: unknown): void;
  showList(): void;
  showWaterfall(): void;
  /** Calls that were there before, from `from` up to `to`, as the gateway keeps them. */
  begin(calls: HistoryCall): void;
  placeOlder(calls: HistoryCall): Promise<void>;
  receive(events: object[]): void;
  filter(text: string): void;
  opened(): string[];
}

const root = createRoot(document.getElementById("root") ?? document.body);
const store: CallLogStore = createCallLogStore((flush) => requestAnimationFrame(flush));
const opened: string[] = [];
let seq = 1_000_000;
let setText = (_text: string): void => {};

function List() {
  const [follow, setFollow] = useState(true);
  const [pointing, setPointing] = useState(false);
  const [cursor, setCursor] = useState<string>();
  const [text, changeText] = useState("");
  setText = changeText;
  const filter = useMemo<Filter>(() => ({ ...NO_FILTER, text }), [text]);
  const activity = useActivity(store, filter, pointing || !follow);
  return (
    <div style={{ display: "flex", flexDirection: "column", width: 420, height: 600 }}>
      <ActivityList
        store={store}
        activity={activity}
        cursor={cursor}
        follow={follow}
        onCursor={setCursor}
        onOpen={(id) => opened.push(id)}
        onCopy={() => {}}
        onFollow={(on) => {
          setFollow(on);
          if (on) setPointing(false);
        }}
        onPointer={setPointing}
        onFilter={() => {}}
        onClose={() => {}}
        onHelp={() => {}}
      />
    </div>
  );
}

function Bars() {
  const [cursor, setCursor] = useState<string>();
  const activity = useActivity(store, NO_FILTER, false, WATERFALL_HEIGHTS);
  return (
    <div style={{ display: "flex", flexDirection: "column", width: 700, height: 600 }}>
      <Waterfall
        store={store}
        activity={activity}
        cursor={cursor}
        onCursor={setCursor}
        onOpen={(id) => opened.push(id)}
      />
    </div>
  );
}

const harness: Harness = {
  showTree: (value) => root.render(<JsonView value={value} label="Value" />),
  showList: () => root.render(<List />),
  showWaterfall: () => root.render(<Bars />),
  begin(range) {
    const calls = historyCalls(range).reverse();
    const { total } = range;
    store.restore({ calls, more: calls.length < total, open: [], gaps: [], last: 2 * total, run: 0, total, failed: 0 });
  },
  placeOlder: (range) => store.placeOlder(historyCalls(range), 0),
  receive(events) {
    const at = new Date().toISOString();
    const entries = events.map((event) => {
      seq += 1;
      return { seq, at, event: { tool: "build", timestamp: at, ...event } };
    });
    store.receive({ events: entries }, at);
  },
  filter: (text) => setText(text),
  opened: () => opened,
};
Reflect.set(window, "harness", harness);
