/** One entry of the inbox: who asks, what, with which arguments, since when, and the answer in its place. */
import { type KeyboardEvent, type Ref, useId, useState } from "react";
import { readForm } from "../../shared/inbox/read-form.ts";
import type { InboxAnswer, InboxEntry } from "../../shared/protocol/inbox-api.ts";
import { oneLine, visible, visibleJson, visibleLines } from "../../shared/text/visible.ts";
import { formatAgo } from "../activity/elapsed.ts";
import { useMachine } from "../machines/use-machine.ts";
import { AskFirst } from "../parts/ask-first.tsx";
import { Button, join, Kbd } from "../parts/button.tsx";
import form from "../parts/form.module.css";
import { openPreview } from "../preview/preview-actions.ts";
import { copyText } from "../shell/actions.ts";
import { useServices } from "../shell/services.ts";
import { useSession, useWatching } from "../stores/app-store.ts";
import { useNow } from "../stores/clock.ts";
import { closeOverlay, openOverlay, selectSession } from "../stores/view-store.ts";
import { draftText, dropDraft, keepDraft, useDrafts } from "./drafts.ts";
import { EntryForm } from "./entry-form.tsx";
import { endSentence, KIND_WORDS } from "./entry-words.ts";
import styles from "./inbox.module.css";
import { type Answering, useAnswer } from "./use-answer.ts";

interface CardProps {
  entry: InboxEntry;
  ref?: Ref<HTMLElement>;
  /** In the session's own strip, which says less. */
  strip?: boolean;
  onAnswered?: () => void;
}

export function EntryCard({ entry, ref, strip = false, onAnswered }: CardProps) {
  const { id, kind, from, answered } = entry;
  const name = useId();
  const machine = useMachine(entry.machine);
  const watching = useWatching();
  const answering = useAnswer(id);
  const now = useNow("slow");
  const send = async (answer: InboxAnswer) => {
    if (await answering.send(answer)) onAnswered?.();
  };
  const canAnswer = answered === undefined && !watching && entry.answer_at !== "agent";
  const onKeyDown = (event: KeyboardEvent<HTMLElement>) => {
    if (event.target !== event.currentTarget || event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
    const run = keyed(event.key, entry, event.currentTarget);
    if (run === undefined || !canAnswer) return;
    event.preventDefault();
    if (run === "focus") event.currentTarget.querySelector<HTMLElement>("[data-field], [data-first]")?.focus();
    else if (run === "submit") event.currentTarget.querySelector("form")?.requestSubmit();
    else void send(run);
  };
  return (
    <article
      ref={ref}
      className={join(styles.card, strip && styles.strip, answered !== undefined && styles.done)}
      aria-labelledby={`${name}-who`}
      aria-keyshortcuts={canAnswer ? "a d Enter" : undefined}
      tabIndex={0}
      onKeyDown={onKeyDown}
    >
      <header className={styles.head}>
        <h3 id={`${name}-who`} className={styles.who}>
          <span className={styles.from}>{oneLine(from, 80)}</span>
          <span className={styles.kind}>
            {KIND_WORDS[kind]}
            {machine !== undefined && ` on ${machine}`}
          </span>
        </h3>
        <span className={styles.age}>
          {!strip && <SessionLink id={entry.session} />}
          <time dateTime={entry.created_at}>{formatAgo(Date.parse(entry.created_at), now)}</time>
        </span>
      </header>
      {entry.title !== undefined && <p className={styles.title}>{oneLine(entry.title, 200)}</p>}
      <Text entry={entry} />
      {answered === undefined ? <Arguments entry={entry} /> : <End entry={entry} />}
      {answered === undefined && (
        <>
          {entry.waiting === false && (
            <p className={styles.note}>The agent isn’t connected now. Your answer is kept until it asks again.</p>
          )}
          {entry.answer_at === "agent" && (
            <p className={styles.note}>
              The agent asks this itself: answer it in its terminal. <SessionLink id={entry.session} />
            </p>
          )}
          {entry.answer_at === "both" && (
            <p className={styles.note}>The agent asks this too. Whichever answer comes first counts.</p>
          )}
          {watching && entry.answer_at !== "agent" && (
            <p className={styles.note}>This device has view-only access: it can’t answer.</p>
          )}
          {canAnswer && <AnswerPart entry={entry} answering={answering} send={send} />}
        </>
      )}
      {answering.fault !== undefined && (
        <p className={form.fault} role="alert">
          {visible(answering.fault.message)} {visible(answering.fault.hint ?? "")}
        </p>
      )}
    </article>
  );
}

/** What a key does on the card itself. What asks for more than a yes is gone into, never guessed. */
function keyed(key: string, entry: InboxEntry, card: HTMLElement): InboxAnswer | "focus" | "submit" | undefined {
  const decides = entry.kind === "approval";
  if (entry.kind === "notice" && key === "a") return { action: "accept" };
  if (key === "Enter") return "focus";
  if (key === "a") return decides ? { decision: "once" } : card.querySelector("form") === null ? "focus" : "submit";
  if (key !== "d") return undefined;
  if (decides) return { decision: "refuse" };
  return entry.kind === "question" || entry.kind === "elicitation" ? { action: "decline" } : undefined;
}

/** Of a longer text, this much is shown at first. */
const SHOWN_CHARS = 3_000;

function Text({ entry: { text, text_left_out, answered } }: { entry: InboxEntry }) {
  const [all, setAll] = useState(false);
  const most = answered === undefined ? SHOWN_CHARS : 300;
  const cut = text.length > most && !all;
  return (
    <>
      <div className={styles.text} tabIndex={all ? 0 : undefined}>
        {visibleLines(cut ? `${text.slice(0, most)}…` : text)}
      </div>
      {cut && (
        <Button kind="link" onClick={() => setAll(true)}>
          Show all {text.length.toLocaleString("en-US")} characters
        </Button>
      )}
      {text_left_out !== undefined && (
        <p className={styles.note}>{text_left_out.toLocaleString("en-US")} more characters aren’t shown.</p>
      )}
    </>
  );
}

function Arguments({ entry: { args, args_cut, url, preview } }: { entry: InboxEntry }) {
  if (preview !== undefined) return <p className={styles.url}>{visible(`localhost:${preview.port}${preview.path}`)}</p>;
  if (url !== undefined) return <p className={styles.url}>{visible(url)}</p>;
  if (args === undefined) return null;
  const text = typeof args === "string" ? visibleLines(args) : visibleJson(JSON.stringify(args, null, 2));
  return (
    <div>
      <pre className={styles.args} tabIndex={0}>
        {text}
      </pre>
      {args_cut === true && (
        <p className={styles.note}>
          Parts that look secret are hidden, and long ones are shortened. The call has them whole.
        </p>
      )}
    </div>
  );
}

/** How it ended; and what a person had typed when it did. */
function End({ entry }: { entry: InboxEntry }) {
  const draft = draftText(useDrafts((store) => store.drafts.get(entry.id)));
  return (
    <>
      <p className={styles.end} role="status">
        {endSentence(entry)}
      </p>
      {draft !== "" && (
        <div className={styles.draft}>
          <p className={styles.note}>What you had typed is kept here:</p>
          <p className={styles.draftText}>{visibleLines(draft)}</p>
          <div className={form.actions}>
            <Button onClick={() => void copyText(draft, "Draft")}>Copy draft</Button>
            <Button onClick={() => dropDraft(entry.id)}>Discard draft</Button>
          </div>
        </div>
      )}
    </>
  );
}

interface PartProps {
  entry: InboxEntry;
  answering: Answering;
  send: (answer: InboxAnswer) => Promise<void>;
}

function AnswerPart({ entry, answering, send }: PartProps) {
  switch (entry.kind) {
    case "question":
    case "elicitation":
      return entry.url === undefined ? (
        <QuestionForm entry={entry} answering={answering} send={send} />
      ) : (
        <Address entry={entry} answering={answering} send={send} />
      );
    case "approval":
      return <Approval entry={entry} answering={answering} send={send} />;
    case "outbox":
      return (
        <div className={form.actions}>
          <Button data-first busy={answering.busy} onClick={() => void send({ decision: "once" })}>
            Send again
          </Button>
          <AskFirst
            label={`Discard ${oneLine(entry.tool ?? "", 60)}`}
            question={`Discard this write to ${oneLine(entry.from, 60)}?`}
            answer="Discard write"
            consequence={<p>It will not be delivered, and the write cannot be restored.</p>}
            onAnswer={() => void send({ decision: "refuse" })}
          >
            Discard…
          </AskFirst>
        </div>
      );
    case "notice":
      return (
        <div className={form.actions}>
          <Button data-first busy={answering.busy} onClick={() => void send({ action: "accept" })}>
            Mark as read <Kbd>a</Kbd>
          </Button>
        </div>
      );
    case "preview":
      return <PreviewOffer entry={entry} answering={answering} send={send} />;
    case "sign-in":
    case "changed-tools": {
      // Servers of another machine are set up there.
      if (entry.machine !== undefined) return <SettledThere machine={entry.machine} />;
      const server = entry.server ?? entry.from;
      const at = entry.kind === "sign-in" ? "server" : "changed-tools";
      return (
        <div className={form.actions}>
          <Button data-first kind="primary" onClick={() => openOverlay("settings", "servers", { at, server })}>
            {entry.kind === "sign-in" ? "Show server…" : "Look at the tools…"}
          </Button>
        </div>
      );
    }
  }
}

function SettledThere({ machine }: { machine: string }) {
  const name = useMachine(machine);
  return <p className={styles.note}>Settle this in Signalbox on {name}.</p>;
}

function QuestionForm({ entry, answering, send }: PartProps) {
  const read = readForm(entry.schema);
  const refuse = (
    <>
      <Button busy={answering.busy} onClick={() => void send({ action: "decline" })}>
        Decline
      </Button>
      <Button busy={answering.busy} onClick={() => void send({ action: "cancel" })}>
        Dismiss
      </Button>
    </>
  );
  if (!read.ok) {
    return (
      <>
        <p className={styles.note}>Its form can’t be shown: {oneLine(read.reason, 200)}.</p>
        <div className={form.actions}>{refuse}</div>
      </>
    );
  }
  return (
    <EntryForm
      id={entry.id}
      fields={read.value}
      refused={answering.fields}
      onSend={(content) => void send({ action: "accept", content })}
    >
      <Button kind="primary" type="submit" data-first busy={answering.busy}>
        Send
      </Button>
      {refuse}
    </EntryForm>
  );
}

function Address({ entry, answering, send }: PartProps) {
  const { host } = useServices();
  return (
    <div className={form.actions}>
      <Button data-first kind="primary" onClick={() => void host.openExternal(entry.url ?? "")}>
        Open the address…
      </Button>
      <Button busy={answering.busy} onClick={() => void send({ action: "accept" })}>
        I opened it
      </Button>
      <Button busy={answering.busy} onClick={() => void send({ action: "decline" })}>
        Decline
      </Button>
    </div>
  );
}

/** Opens it by the person's own hand: that exposes the port where it is not yet. */
function PreviewOffer({ entry, answering, send }: PartProps) {
  const services = useServices();
  const session = useSession(entry.session);
  const { port, path } = entry.preview ?? { port: 0, path: "/" };
  const known = session?.ports?.find((each) => each.port === port);
  const open = async () => {
    if (session === undefined) return;
    const opened = await openPreview(services, session.id, known ?? { port, exposed: false, health: "unknown" }, path);
    if (!opened) return;
    closeOverlay();
    await send({ action: "accept" });
  };
  return (
    <div className={form.actions}>
      <Button
        kind="primary"
        data-first
        busy={answering.busy}
        disabled={session === undefined}
        onClick={() => void open()}
      >
        {known?.exposed === true ? "Open preview" : `Expose port ${port} and open`}
      </Button>
      <Button busy={answering.busy} onClick={() => void send({ action: "cancel" })}>
        Dismiss
      </Button>
    </div>
  );
}

function Approval({ entry, answering, send }: PartProps) {
  const words = useDrafts((store) => store.drafts.get(entry.id)?.words ?? "");
  const can = (decision: "once" | "session" | "refuse") => entry.decisions?.includes(decision) ?? true;
  const id = useId();
  return (
    <div className={styles.approval}>
      <div className={form.actions}>
        <Button kind="primary" data-first busy={answering.busy} onClick={() => void send({ decision: "once" })}>
          Allow once <Kbd>a</Kbd>
        </Button>
        {can("session") && (
          <Button busy={answering.busy} onClick={() => void send({ decision: "session" })}>
            Allow for this session
          </Button>
        )}
        <Button
          kind="remove"
          busy={answering.busy}
          onClick={() => void send({ decision: "refuse", ...(words.trim() !== "" && { words: words.trim() }) })}
        >
          Refuse <Kbd>d</Kbd>
        </Button>
      </div>
      <label className={styles.words} htmlFor={id}>
        <span>Words for the agent, if you refuse</span>
        <input
          id={id}
          className={form.input}
          maxLength={2_000}
          value={words}
          onChange={(event) => keepDraft(entry.id, { words: event.target.value })}
          onKeyDown={(event) => {
            if (event.key !== "Enter" || event.nativeEvent.isComposing || words.trim() === "") return;
            void send({ decision: "refuse", words: words.trim() });
          }}
        />
      </label>
    </div>
  );
}

function SessionLink({ id }: { id: string | undefined }) {
  const session = useSession(id);
  if (session === undefined) return null;
  return (
    <Button
      kind="link"
      onClick={() => {
        closeOverlay();
        selectSession(session.id);
      }}
    >
      {oneLine(session.label, 60)}
    </Button>
  );
}
