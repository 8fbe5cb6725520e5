/** The settings that only the desktop app has, as its page and its shell exchange them and as they are kept. */
import { z } from "./schema.ts";

const timeOfDay = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, "a time such as 22:00");

export const desktopSettingsSchema = z.object({
  /** Closing the window leaves the app in the tray while sessions run. */
  close_to_tray: z.boolean(),
  /** Start with the computer, hidden in the tray. */
  open_at_login: z.boolean(),
  notifications: z.object({
    needs_you: z.boolean(),
    failed: z.boolean(),
    finished: z.boolean(),
    /** An agent tells something (`notify_user`, `open_preview`); absent in files from before there was this. */
    told: z.boolean().default(true),
    /** Local times of day; `to` before `from` spans midnight. Null: never quiet. */
    quiet_hours: z.object({ from: timeOfDay, to: timeOfDay }).nullable(),
    /** ISO 8601; nothing is announced before it. Null: not paused. */
    paused_until: z.string().nullable(),
  }),
});
export type DesktopSettings = z.infer<typeof desktopSettingsSchema>;

/** What a change may name: each key replaces the one that was. */
export const desktopSettingsPatchSchema = z.object({
  close_to_tray: z.boolean().optional(),
  open_at_login: z.boolean().optional(),
  notifications: desktopSettingsSchema.shape.notifications.optional(),
});
export type DesktopSettingsPatch = z.infer<typeof desktopSettingsPatchSchema>;

export const DEFAULT_DESKTOP_SETTINGS: DesktopSettings = {
  close_to_tray: true,
  open_at_login: false,
  notifications: { needs_you: true, failed: true, finished: true, told: true, quiet_hours: null, paused_until: null },
};
