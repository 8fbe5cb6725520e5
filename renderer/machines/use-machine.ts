/** The machine on which a session runs, where that is another one of the cluster. */
import type { DaemonSummary } from "../../shared/protocol/app-frames.ts";
import { oneLine } from "../../shared/text/visible.ts";
import { useApp } from "../stores/app-store.ts";

const NONE: readonly DaemonSummary[] = [];

/** The other machines whose sessions are in the list. */
export const useMachines = (): readonly DaemonSummary[] => useApp(({ app }) => app?.daemons ?? NONE);

/** Its name, and that it is away where it is; undefined for a session of this machine. One that is listed no more has no name. */
export function useMachine(daemon: string | undefined): string | undefined {
  return useApp(({ app }) => {
    if (daemon === undefined) return undefined;
    const machine = app?.daemons?.find(({ id }) => id === daemon);
    if (machine === undefined) return "another machine, away";
    const name = oneLine(machine.name, 40);
    return machine.state === "away" ? `${name}, away` : name;
  });
}
