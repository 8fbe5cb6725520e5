/** The drawer with everything that is known of one call. Esc closes it; the selection in the list stays. */
import { Tabs } from "@base-ui/react/tabs";
import { ChevronDown, ChevronUp, Link as LinkIcon, Pin, PinOff, X } from "lucide-react";
import { type KeyboardEvent, useEffect, useRef, useSyncExternalStore } from "react";
import type { Call } from "../../shared/events/call.ts";
import { oneLine } from "../../shared/text/visible.ts";
import { callTone, useCall } from "../activity/call-row.tsx";
import { formatSecond } from "../activity/elapsed.ts";
import { toggleCallPin, usePinnedCalls } from "../activity/pinned.ts";
import { duration, figures, stateWord } from "../activity/progress-truth.ts";
import { IconButton } from "../parts/button.tsx";
import { Empty } from "../parts/notice.tsx";
import { StateIcon } from "../parts/state-icon.tsx";
import { copyLink } from "../shell/copy-link.ts";
import { useServices } from "../shell/services.ts";
import { useApp } from "../stores/app-store.ts";
import type { CallLogStore } from "../stores/call-log-store.ts";
import { useNow } from "../stores/clock.ts";
import { selectCall, useView } from "../stores/view-store.ts";
import styles from "./call-drawer.module.css";
import { CallFoot } from "./call-foot.tsx";
import { useCompleteCall } from "./complete-call.ts";
import { ProgressTab, RawTab } from "./event-tabs.tsx";
import { Overview } from "./overview.tsx";
import { Payload, partsIn } from "./payload.tsx";

interface DrawerProps {
  store: CallLogStore;
  session: string;
  id: string;
}

const icon = { "aria-hidden": true, size: 16, strokeWidth: 1.75 } as const;

export function CallDrawer({ store, session, id }: DrawerProps) {
  const call = useCall(store, id);
  const drawer = useRef<HTMLElement>(null);
  const before = useRef<Element>(null);

  // biome-ignore lint/correctness/useExhaustiveDependencies: another call brings the focus here again, unless it is here.
  useEffect(() => {
    const { activeElement } = document;
    if (drawer.current?.contains(activeElement) === true) return;
    // Whoever walks through the list beside it stays there.
    if (before.current !== null && activeElement?.closest('[data-region="activity"]')) return;
    before.current = document.activeElement;
    drawer.current?.focus();
  }, [id]);
  useEffect(() => {
    return () => {
      // Whoever went elsewhere stays there.
      if (document.activeElement !== null && document.activeElement !== document.body) return;
      if (before.current instanceof HTMLElement && before.current.isConnected) before.current.focus();
    };
  }, []);

  function onKeyDown(event: KeyboardEvent): void {
    if (event.key === "Escape" && !event.defaultPrevented) {
      event.stopPropagation();
      selectCall(undefined);
    } else if (event.altKey && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
      event.preventDefault();
      selectCall(neighbour(store, id, event.key === "ArrowDown" ? "older" : "newer") ?? id);
    }
  }

  return (
    <aside
      ref={drawer}
      className={styles.drawer}
      aria-label={call === undefined ? "Call" : `Call ${oneLine(call.tool, 80)}`}
      tabIndex={-1}
      data-region="detail"
      onKeyDown={onKeyDown}
    >
      {call === undefined ? <Missing store={store} id={id} /> : <Content store={store} session={session} call={call} />}
    </aside>
  );
}

/** The call below or above a call in the list, newest at the top. */
function neighbour(store: CallLogStore, id: string, which: "older" | "newer"): string | undefined {
  const at = store.order.indexOf(id);
  return at < 0 ? undefined : store.order[at + (which === "older" ? -1 : 1)];
}

/** Buttons that have nothing to lead to keep their place and the focus. */
function Neighbours({ store, id }: { store: CallLogStore; id: string }) {
  useSyncExternalStore(store.subscribeShape, store.shapeVersion);
  const [newer, older] = [neighbour(store, id, "newer"), neighbour(store, id, "older")];
  return (
    <>
      <IconButton
        label="Newer call"
        keys="Alt+↑"
        aria-disabled={newer === undefined}
        onClick={() => selectCall(newer ?? id)}
      >
        <ChevronUp {...icon} />
      </IconButton>
      <IconButton
        label="Older call"
        keys="Alt+↓"
        aria-disabled={older === undefined}
        onClick={() => selectCall(older ?? id)}
      >
        <ChevronDown {...icon} />
      </IconButton>
    </>
  );
}

function Missing({ store, id }: { store: CallLogStore; id: string }) {
  const loading = useSyncExternalStore(
    store.subscribeAny,
    () => store.stream().status === "connecting" || store.count() > store.order.length,
  );
  return (
    <div className={styles.missing}>
      <IconButton label="Close" onClick={() => selectCall(undefined)} className={styles.missingClose}>
        <X {...icon} />
      </IconButton>
      <Empty
        text={loading ? "Loading the call…" : `Call ${id.slice(0, 8)} isn't in this session's history.`}
        hint={loading ? undefined : "It may be older than what is kept."}
      />
    </div>
  );
}

function Content({ store, session, call }: { store: CallLogStore; session: string; call: Call }) {
  const running = call.state === "running";
  const now = useNow("fast", running);
  const tab = useView((view) => view.callTab);
  const turn = store.turns.byCall.get(call.id);
  const { host } = useServices();
  useCompleteCall(store, session, call.id);
  const known = useApp((app) => app.app?.servers.find((server) => server.name === call.server));
  const took = duration(call);
  const facts = [
    call.server === undefined ? undefined : oneLine(call.server, 60),
    running ? `running · ${figures(call, now)}` : `${stateWord(call)}${took === "" ? "" : ` after ${took}`}`,
    turn === undefined ? undefined : `Turn ${turn.number}`,
    formatSecond(call.startedAt),
  ].filter(Boolean);
  return (
    <>
      <header className={styles.head}>
        <span className={styles.headIcon}>
          <StateIcon tone={callTone(call)} />
        </span>
        <div className={styles.headTexts}>
          <h2 className={styles.tool}>{oneLine(call.tool, 160)}</h2>
          <p className={styles.facts}>{facts.join(" · ")}</p>
        </div>
        <Neighbours store={store} id={call.id} />
        <PinCall session={session} id={call.id} />
        <IconButton label="Copy link to this call" onClick={() => copyLink(host, { session, call: call.id })}>
          <LinkIcon {...icon} />
        </IconButton>
        <IconButton label="Close" keys="Esc" onClick={() => selectCall(undefined)}>
          <X {...icon} />
        </IconButton>
      </header>
      <Tabs.Root
        value={tab}
        onValueChange={(value) =>
          useView.setState({ callTab: TABS.find((each) => each.value === value)?.value ?? "overview" })
        }
        className={styles.tabs}
      >
        <Tabs.List className={styles.tabList} aria-label="Parts of the call">
          {TABS.map(({ value, name }) => (
            <Tabs.Tab key={value} value={value} className={styles.tab}>
              {name}
              {value === "progress" && call.updates > 0 && ` ${call.updates}`}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <Tabs.Panel key={`overview ${call.id}`} value="overview" className={styles.panel}>
          <Overview store={store} session={session} call={call} now={now} transport={known?.transport} />
        </Tabs.Panel>
        <Tabs.Panel key={`request ${call.id}`} value="request" className={styles.panel}>
          <Payload
            value={call.args}
            cut={call.cut?.args}
            parts={partsIn(call.parts, "/args")}
            session={session}
            label="Request"
            missing="This daemon doesn't report arguments."
          />
        </Tabs.Panel>
        <Tabs.Panel key={`response ${call.id}`} value="response" className={styles.panel}>
          <Payload
            value={call.result ?? call.error}
            cut={call.cut?.result}
            parts={partsIn(call.parts, call.result === undefined ? "/error" : "/result")}
            session={session}
            label="Response"
            missing={running ? "No result yet." : "No result was reported."}
          />
        </Tabs.Panel>
        <Tabs.Panel key={`progress ${call.id}`} value="progress" className={styles.panel}>
          <ProgressTab store={store} session={session} call={call} />
        </Tabs.Panel>
        <Tabs.Panel key={`raw ${call.id}`} value="raw" className={styles.panel}>
          <RawTab store={store} session={session} call={call} />
        </Tabs.Panel>
      </Tabs.Root>
      <CallFoot session={session} call={call} http={known?.transport === "http"} />
    </>
  );
}

function PinCall({ session, id }: { session: string; id: string }) {
  const pinned = usePinnedCalls(session).includes(id);
  return (
    <IconButton label={pinned ? "Unpin call" : "Pin call"} pressed={pinned} onClick={() => toggleCallPin(session, id)}>
      {pinned ? <PinOff {...icon} /> : <Pin {...icon} />}
    </IconButton>
  );
}

const TABS = [
  { value: "overview", name: "Overview" },
  { value: "request", name: "Request" },
  { value: "response", name: "Response" },
  { value: "progress", name: "Progress" },
  { value: "raw", name: "Raw" },
] as const;
