/** What the gateway says of the machines of a cluster: `GET /api/v1/machines`. */
import { z } from "./schema.ts";

export const clusterMachineSchema = z.object({
  id: z.string(),
  name: z.string(),
  /** Of its Signalbox. */
  version: z.string(),
  /** When its daemon started, ISO 8601, by its own clock. */
  since: z.string(),
  /** Sessions that it has. */
  load: z.number(),
  /** One that is away stays listed for a day. */
  state: z.enum(["here", "connected", "away"]),
  /** The machine that answers. */
  self: z.boolean(),
});
export type ClusterMachine = z.infer<typeof clusterMachineSchema>;

export const machinesSchema = z.object({
  machines: z.array(clusterMachineSchema),
  /** Why the list is as old as it is: Redis cannot be used now. */
  problem: z.string().optional(),
});
export type Machines = z.infer<typeof machinesSchema>;
