/** Says which other machines of the cluster cannot be reached, each with its reason: what is theirs is in no list meanwhile. */
import { visible } from "../../shared/text/visible.ts";
import { useMachines } from "./use-machine.ts";

interface AwayMachinesProps {
  /** Ids of those that are meant; all by default. */
  ids?: readonly string[] | undefined;
  /** What is not seen of them, as the end of a sentence. */
  lacks?: string;
  className?: string | undefined;
}

export function AwayMachines({ ids, lacks, className }: AwayMachinesProps) {
  const machines = useMachines();
  const away = machines.filter(({ id, state }) => (ids === undefined ? state === "away" : ids.includes(id)));
  if (away.length === 0) return null;
  return (
    <div role="status" className={className}>
      {away.map(({ id, name, reason }) => (
        <div key={id}>
          {visible(name).slice(0, 64)} can't be reached{reason === undefined ? "" : `: ${visible(reason)}`}
          {lacks === undefined ? "." : `, ${lacks}.`}
        </div>
      ))}
    </div>
  );
}
