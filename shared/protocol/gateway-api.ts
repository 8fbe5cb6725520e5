/** The bodies of the gateway's HTTP routes under `/api/v1` that the UI and the commands use. */

import { logEntrySchema } from "../events/tool-event.ts";
import { scopeSchema } from "./access.ts";
import { agentIdSchema } from "./app-frames.ts";
import { exposuresSchema, previewViewSchema } from "./preview-api.ts";
import { z } from "./schema.ts";

/** `POST /api/v1/sessions` → 201 with `createdSessionSchema`. */
export const newSessionSchema = z.object({
  agent: agentIdSchema,
  /** A leading `~` means the home directory. Absent: the demo uses Signalbox's own folder, everything else the home directory. */
  cwd: z.string().optional(),
  label: z.string().max(120).optional(),
  /** Required for `custom`; for a known agent, the file to use instead of the one on PATH. */
  command: z.string().optional(),
  args: z.array(z.string()).optional(),
  env: z.record(z.string(), z.string()).optional(),
  /** What the caller's shell has, inherited in place of the app's own environment. Its values are in no record. */
  shell_env: z.record(z.string(), z.string()).optional(),
  servers: z.array(z.string()).optional(),
  /** For `custom`: the person's own agent of this id (`agent-templates.ts`), instead of `command`. */
  template: z.string().optional(),
  cols: z.number().int().min(2).max(1000).optional(),
  rows: z.number().int().min(1).max(1000).optional(),
  /** Ports that its programs will serve: their previews have their addresses at once. */
  expose: exposuresSchema.optional(),
  /** The machine of the cluster on which it is to run: an id, or a name that only one has. This machine where it is absent. */
  machine: z.string().min(1).max(64).optional(),
});
export type NewSession = z.infer<typeof newSessionSchema>;

/**
 * `POST /api/v1/sessions/{id}/restart`. `resume`: the agent goes on with its last conversation in the session's folder.
 * `words`: program and arguments from now on; an agent's own program cannot be another.
 */
export const restartSessionSchema = newSessionSchema.pick({ cols: true, rows: true }).extend({
  resume: z.boolean().optional(),
  words: z.array(z.string().max(32_768)).min(1).max(1_000).optional(),
});
export type RestartSession = z.infer<typeof restartSessionSchema>;

export const createdSessionSchema = z.object({
  id: z.string(),
  links: z.object({ deep: z.string(), web: z.string() }),
  previews: z.array(previewViewSchema).default([]),
});
export type CreatedSession = z.infer<typeof createdSessionSchema>;

/** `POST /api/v1/sessions/{id}/files?name=`, with the file as its body → 201: where it lies for the session's program. */
export const handedFileSchema = z.object({ path: z.string(), bytes: z.number() });

/** `PATCH /api/v1/sessions/{id}`. */
export const patchSessionSchema = z.object({ label: z.string().min(1).max(120) });

/** `GET /api/v1/agents`: what can be started here. */
export const agentViewSchema = z.object({
  id: agentIdSchema,
  /** With the id `custom`: which of the person's own agents it is. */
  template: z.string().optional(),
  name: z.string(),
  found: z.boolean(),
  path: z.string().optional(),
  version: z.string().optional(),
  /** The command that installs it, for display. */
  install: z.string().optional(),
});
export type AgentView = z.infer<typeof agentViewSchema>;
export const agentsResponseSchema = z.object({ agents: z.array(agentViewSchema), recent_folders: z.array(z.string()) });

/** `GET /api/v1/folders?path=` : one folder's subfolders, for choosing one in a browser. */
export const foldersResponseSchema = z.object({
  /** Absolute, resolved. */
  path: z.string(),
  parent: z.string().nullable(),
  folders: z.array(z.string()),
});

/** `GET /api/v1/sessions/{id}/events?after=&limit=`. */
export const eventsResponseSchema = z.object({
  events: z.array(logEntrySchema),
  /** Pass as `after` to read on; null at the end. */
  next: z.number().nullable(),
});

/** `GET /api/v1/sessions/{id}/turns`: when the agent itself said that a turn began, ISO 8601, oldest first. */
export const turnsResponseSchema = z.object({ turns: z.array(z.string()) });

/** `POST /pair` with `X-Pairing-Code` → the token of this device, shown once, and what it may do. */
export const pairResponseSchema = z.object({ token: z.string(), scope: scopeSchema.default("full") });

/** `POST /api/v1/pairing`: what a device that uses the code may do, and whether six digits are wanted, for typing. */
export const pairingRequestSchema = z.object({
  scope: scopeSchema.default("full"),
  digits: z.boolean().default(false),
});

/** `POST /api/v1/pairing` → 201: a one-time code for a link (`#pair=<link_code>`), and its digits where they were asked for. */
export const pairingResponseSchema = z.object({
  id: z.string(),
  link_code: z.string(),
  digits: z.string().optional(),
  /** When the digits end, or the link where there are none; ISO 8601. */
  expires_at: z.string(),
  scope: scopeSchema.default("full"),
});

/** `GET /api/v1/pairing`: the codes that nobody has used yet, without the codes themselves. `DELETE /api/v1/pairing/{id}` ends one. */
export const waitingCodesSchema = z.object({
  codes: z.array(
    z.object({
      id: z.string(),
      scope: scopeSchema,
      /** Whether it was made with the owner's token, or by which device. */
      made_by: z.object({ kind: z.enum(["owner", "device"]), id: z.string().optional(), name: z.string().optional() }),
      made_at: z.string(),
      expires_at: z.string(),
      /** Whether its six digits are still good. */
      digits: z.boolean(),
    }),
  ),
});
export type WaitingCodes = z.infer<typeof waitingCodesSchema>["codes"];

/** `GET /api/v1/devices`: the browsers and programs that were paired. */
export const devicesResponseSchema = z.object({
  devices: z.array(
    z.object({
      id: z.string(),
      name: z.string(),
      scope: scopeSchema.default("full"),
      created_at: z.string(),
      last_used_at: z.string(),
    }),
  ),
});

/** `PATCH /api/v1/devices/{id}`. */
export const patchDeviceSchema = z
  .object({ name: z.string().min(1).max(80).optional(), scope: scopeSchema.optional() })
  .refine(({ name, scope }) => name !== undefined || scope !== undefined, "name or scope is needed");

/** `POST /api/v1/open`. */
export const openRequestSchema = z.object({
  path: z.string(),
  /** Where no window follows it: a file for a browser of this machine, which signs it in. */
  page: z.boolean().default(false),
});

/** `POST /api/v1/daemon/stop` and `…/restart`. */
export const stopDaemonRequestSchema = z.object({ force: z.boolean().optional() });

const totalsRow = z.object({
  server: z.string(),
  tool: z.string().optional(),
  calls: z.number(),
  errors: z.number(),
  p50: z.number().optional(),
  p95: z.number().optional(),
  bytes: z.number(),
});
/** `GET /api/v1/sessions/{id}/totals` (shared/events/call-totals.ts). */
export const callTotalsSchema = z.object({
  tools: z.array(totalsRow),
  servers: z.array(totalsRow),
  slowest: z.array(
    z.object({
      id: z.string(),
      tool: z.string(),
      about: z.string().optional(),
      state: z.string(),
      startedAt: z.string(),
      durationMs: z.number(),
    }),
  ),
});

/** `GET /api/v1/search?q=&limit=&session=`: calls of all sessions, or of one, newest first. `limit`: 50, 1000 at most. */
export const searchResponseSchema = z.object({
  hits: z.array(
    z.object({
      session: z.string(),
      label: z.string(),
      /** Where the words were found; of the first 50 hits, and only where it is not the name that is shown anyway. */
      snippet: z.string().optional(),
      call: z.object({ id: z.string(), tool: z.string(), state: z.string(), startedAt: z.string() }).loose(),
    }),
  ),
});

/** `GET`/`PUT /api/v1/history-limits`: kept in `<home>/settings.json`, in force at once. */
export const historyLimitsSchema = z.object({
  /** Days that entries are kept. */
  days: z.number().positive().max(36_500).default(90),
  /** Megabytes that history may take. */
  megabytes: z.number().min(1).max(1_000_000).default(2048),
});
export type HistoryLimits = z.infer<typeof historyLimitsSchema>;

/** `GET /api/v1/doctor` and `signalbox doctor --json`: what was looked at, what was found, and what to do. No secret is in it. */
export const doctorReportSchema = z.object({
  /** False when any finding is `bad`. */
  ok: z.boolean(),
  generated_at: z.string(),
  findings: z.array(
    z.object({
      /** Stable name, for example `discovery` or `journal`. */
      about: z.string(),
      state: z.enum(["good", "warning", "bad"]),
      /** One sentence. */
      text: z.string(),
      hint: z.string().optional(),
    }),
  ),
});
export type DoctorReport = z.infer<typeof doctorReportSchema>;
