/** What an exported replay holds beside the terminal's recording: the gateway writes it, the page in the same file reads it. */
import type { Call, CallState } from "../events/call.ts";
import type { Gap } from "../events/fold.ts";

/** `[milliseconds, state, progress, total, message]`. */
export type ReplayChange = [
  ms: number,
  state: CallState,
  progress: number | null,
  total: number | null,
  message: string | null,
];

export interface ReplayCall {
  /** Milliseconds after the beginning of the recording. */
  ms: number;
  changes: ReplayChange[];
  /** As it was at the end of the recording. Arguments and results stand in it as far as there is room. */
  call: Call;
  /** Characters of its arguments and its result that are not in the file. */
  left_out?: number;
}

export interface ReplayGap {
  ms: number;
  gap: Gap;
}

/** A picture with its base64, or what is not in the file. */
export interface ReplayMedia {
  /** Place of its call among the calls of the replay. */
  call: number;
  /** The media type, or a few words. */
  what: string;
  /** Of a text, what was left out of it. */
  bytes: number;
  data?: string;
}

export interface ReplayFile {
  title: string;
  /** The agent as people call it, and the version that it had when the session was made. */
  agent?: string;
  agent_version?: string;
  folder?: string;
  /** When the recording begins, ISO 8601. */
  began_at: string;
  /** The version of Signalbox that wrote the file. */
  version: string;
  calls: ReplayCall[];
  gaps: ReplayGap[];
}
