/** Draws which tool a call called, what about, and on which server where a session has several. */
import { CornerDownRight } from "lucide-react";
import { useSyncExternalStore } from "react";
import type { Call } from "../../shared/events/call.ts";
import { aboutFrom, callAbout, isPath } from "../../shared/events/call-about.ts";
import { oneLine } from "../../shared/text/visible.ts";
import { useApp, useSession } from "../stores/app-store.ts";
import type { CallLogStore } from "../stores/call-log-store.ts";
import { useView } from "../stores/view-store.ts";
import styles from "./call-name.module.css";

/** Characters at the end of a long name that always stay: the word that tells `…_start` from `…_stop`. */
const KEPT_END = 9;
/** A shorter name is never cut. */
const LONG_NAME = 20;

interface NameProps {
  call: Call;
  store: CallLogStore;
  /** The summary alone, where there is room for one of the two. */
  withoutServer?: boolean;
}

export function CallName({ call, store, withoutServer = false }: NameProps) {
  const several = useSyncExternalStore(store.subscribeShape, () => store.servers.size > 1);
  const about = useAbout(call);
  return (
    <span className={styles.name}>
      {call.agent?.within !== undefined && (
        <span className={styles.within} title="Called by a subagent">
          <CornerDownRight aria-hidden size={13} strokeWidth={1.75} />
          <span className="visually-hidden">by a subagent: </span>
        </span>
      )}
      <ToolName tool={call.tool} />
      {about !== undefined && (
        <span className={isPath(about) ? styles.path : styles.about} title={about}>
          <bdi dir="ltr">{about}</bdi>
        </span>
      )}
      {several && !(withoutServer && about !== undefined) && call.server !== undefined && (
        <span className={styles.server} title={oneLine(call.server, 200)}>
          {oneLine(call.server, 60)}
        </span>
      )}
    </span>
  );
}

/** A name that does not fit loses its middle. */
export function ToolName({ tool }: { tool: string }) {
  const name = oneLine(tool, 120);
  if (name.length <= LONG_NAME) return <span className={styles.tool}>{name}</span>;
  const [start, end] = cutPlaces(name);
  return (
    <span className={styles.tool} title={name}>
      <span className={styles.start}>{start}</span>
      <span className={styles.end}>{end}</span>
    </span>
  );
}

function cutPlaces(name: string): [string, string] {
  // By what people read as characters: half of an emoji is none.
  const letters = [...new Intl.Segmenter().segment(name)].map(({ segment }) => segment);
  return [letters.slice(0, -KEPT_END).join(""), letters.slice(-KEPT_END).join("")];
}

/** What the call is about, as its session's folder and the home folder shorten it. */
export function useAbout(call: Call): string | undefined {
  const folder = useSession(useView((view) => view.session))?.cwd;
  const home = useApp((app) => app.app?.home_dir);
  const about = call.about ?? (call.args === undefined ? undefined : callAbout(call.args));
  return about === undefined ? undefined : oneLine(aboutFrom(about, folder, home));
}
