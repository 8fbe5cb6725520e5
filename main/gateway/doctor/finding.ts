/** Defines the shape of one finding of the doctor. */
import type { DoctorReport } from "../../../shared/protocol/gateway-api.ts";

export type Finding = DoctorReport["findings"][number];

export const good = (about: string, text: string): Finding => ({ about, state: "good", text });
export const warning = (about: string, text: string, hint?: string): Finding =>
  hint === undefined ? { about, state: "warning", text } : { about, state: "warning", text, hint };
export const bad = (about: string, text: string, hint?: string): Finding =>
  hint === undefined ? { about, state: "bad", text } : { about, state: "bad", text, hint };
