/** What agents tell their person without waiting: a notice, or the page that a program of the session serves. */
import { failed, ok, type Result } from "../../../shared/protocol/fault.ts";
import { noticeSchema, previewOfferSchema } from "../../../shared/protocol/person-tools.ts";
import { check } from "../../../shared/protocol/schema.ts";
import type { Inbox } from "../inbox/inbox.ts";
import type { JsonObject } from "../rpc/message.ts";

export interface TellPerson {
  /** Faults: `invalid-input`, `too-many`, and those of the inbox. Gives the text of the answer to the agent. */
  notify(from: Teller, args: JsonObject): Result<string>;
  /** Faults: `invalid-input`, `not-listening`, `too-many`, and those of the inbox. */
  offerPreview(from: Teller, args: JsonObject): Promise<Result<string>>;
}

export interface Teller {
  /** The daemon session. */
  readonly id: string;
  readonly agent: string;
}

export interface TellPersonOptions {
  inbox: Pick<Inbox, "ask" | "list">;
  /** Whether a program of the session listens on the port now, or its person has exposed it. */
  serves: (session: string, port: number) => Promise<boolean>;
  steady?: () => number;
}

/** Of one session in one minute: more is noise, and each is written to the disk. */
export const MAX_A_MINUTE = 20;
const MINUTE_MS = 60_000;
/** Sessions of which it is counted; the one that was silent longest is forgotten first. */
const MAX_COUNTED = 1_000;

export function createTellPerson({ inbox, serves, steady = () => performance.now() }: TellPersonOptions): TellPerson {
  const said = new Map<string, number[]>();
  const mayTell = (session: string): boolean => {
    const now = steady();
    const recent = (said.get(session) ?? []).filter((at) => now - at < MINUTE_MS);
    const may = recent.length < MAX_A_MINUTE;
    said.delete(session);
    said.set(session, may ? [...recent, now] : recent);
    const [oldest] = said.keys();
    if (said.size > MAX_COUNTED && oldest !== undefined) said.delete(oldest);
    return may;
  };
  const tooMany = () => failed("too-many", `The user was told ${MAX_A_MINUTE} things within a minute. Tell less.`);
  const invalid = (reason: string) => failed("invalid-input", reason);

  return {
    notify({ id: session, agent: from }, args) {
      const read = check(noticeSchema, args);
      if (!read.ok) return invalid(read.reason);
      if (!mayTell(session)) return tooMany();
      const { title, message } = read.value;
      const told = inbox.ask({ kind: "notice", session, from, title, text: message }, () => {});
      return told.ok ? ok("The user has been notified.") : told;
    },
    async offerPreview({ id: session, agent: from }, args) {
      const read = check(previewOfferSchema, args);
      if (!read.ok) return invalid(read.reason);
      const { port, path = "/" } = read.value;
      if (!(await serves(session, port))) {
        return failed(
          "not-listening",
          `No program of this session listens on port ${port}. Start it from this session; what runs elsewhere, a container for example, the user exposes.`,
        );
      }
      const offered = inbox
        .list()
        .some(
          (entry) =>
            entry.kind === "preview" &&
            entry.answered === undefined &&
            entry.session === session &&
            entry.preview?.port === port &&
            entry.preview.path === path,
        );
      if (offered) return ok("The user is offered this already.");
      if (!mayTell(session)) return tooMany();
      const text = `Port ${port} serves something to look at.`;
      const told = inbox.ask({ kind: "preview", session, from, text, preview: { port, path } }, () => {});
      return told.ok ? ok("The user is offered the preview, and opens it when they want to.") : told;
    },
  };
}
