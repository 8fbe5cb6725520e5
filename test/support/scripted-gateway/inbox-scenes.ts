/** The scenes of the inbox: a place of its own, a strip in the session, forms with every kind of field, and who may only watch. */
import type { InboxEntry } from "../../../shared/protocol/inbox-api.ts";
import { ago, type Scene } from "./scene.ts";
import { app, base, MAIN, sessions } from "./world.ts";

const FORM = {
  type: "object",
  properties: {
    name: { type: "string", title: "Name of the release", description: "As it stands in the tag.", minLength: 3 },
    mail: { type: "string", title: "Mail address", format: "email", default: "release" },
    count: { type: "integer", title: "Retries", minimum: 0, maximum: 5, default: 3 },
    target: {
      type: "string",
      title: "Where to",
      oneOf: [
        { const: "s", title: "Staging" },
        { const: "p", title: "Production" },
      ],
    },
    checks: {
      type: "array",
      title: "Checks to run",
      items: { type: "string", enum: ["lint", "types", "tests"] },
      default: ["tests"],
    },
    sure: { type: "boolean", title: "Tell the team", default: true },
  },
  required: ["name", "target"],
};

const entries = (now: number): InboxEntry[] => [
  {
    id: "a1",
    kind: "approval",
    session: MAIN,
    from: "workspace",
    server: "workspace",
    tool: "deploy",
    text: "The agent wants to call “deploy” of “workspace”.",
    args: {
      target: "production",
      version: "2.4.0",
      token: "••••••",
      notes: "<b>bold</b> and <img src=x onerror=alert(1)>",
    },
    args_cut: true,
    created_at: ago(now, 2_400),
  },
  {
    id: "q1",
    kind: "question",
    session: MAIN,
    from: "Claude Code",
    text: "Two branches changed the router. Which one should I build on?\n\n1. router-next\n2. fix-trailing-slash",
    schema: { type: "object", properties: { answer: { type: "string", title: "Answer" } }, required: ["answer"] },
    created_at: ago(now, 900),
  },
  {
    id: "e1",
    kind: "elicitation",
    session: MAIN,
    from: "vercel",
    server: "vercel",
    text: "How should this release go out?",
    schema: FORM,
    created_at: ago(now, 300),
  },
  {
    id: "u1",
    kind: "elicitation",
    session: MAIN,
    from: "vercel",
    text: "Confirm the payment.",
    url: "https://pay.example/checkout?order=8841",
    created_at: ago(now, 200),
  },
  {
    id: "e2",
    kind: "elicitation",
    session: MAIN,
    from: "linear",
    text: "Which team?",
    answer_at: "agent",
    created_at: ago(now, 150),
  },
  {
    id: "outbox-3",
    kind: "outbox",
    session: MAIN,
    from: "linear",
    server: "linear",
    tool: "create_issue",
    text: "Whether “linear” carried out “create_issue” is not known (its answer was lost). Send it again?",
    args: { title: "Router drops slashes" },
    created_at: ago(now, 120),
  },
  {
    id: "sign-in-github",
    kind: "sign-in",
    from: "github",
    server: "github",
    text: "“github” answers only after you have signed in.",
    answer_at: "settings",
    created_at: ago(now, 60),
  },
  {
    id: "n1",
    kind: "notice",
    session: MAIN,
    from: "Claude Code",
    title: "The migration is done",
    text: "All 412 tests pass. Two tables were renamed; the old names are views now.",
    created_at: ago(now, 50),
  },
  {
    id: "v1",
    kind: "preview",
    session: MAIN,
    from: "Claude Code",
    text: "Port 5173 serves something to look at.",
    preview: { port: 5173, path: "/checkout?step=2" },
    created_at: ago(now, 40),
  },
  {
    id: "p1",
    kind: "approval",
    session: MAIN,
    from: "workspace",
    text: "The agent wants to call “push” of “workspace”.",
    created_at: ago(now, 7_000),
    answered: { by: "Phone", at: ago(now, 6_900), how: "refuse", words: "not before the release" },
  },
];

const waiting = (now: number) => {
  const open = entries(now).filter(({ answered }) => answered === undefined);
  return {
    open: open.length,
    revision: 1,
    heads: open.map(({ id, kind, session, from, text, created_at }) => ({
      id,
      kind,
      ...(session !== undefined && { session }),
      from,
      text,
      created_at,
    })),
  };
};

const scene = (now: number, name: string, change: Partial<Scene> = {}): Scene =>
  base(now, name, { app: app(now, { sessions: sessions(now), inbox: waiting(now) }), inbox: entries(now), ...change });

export const inboxScenes = (now: number): Scene[] => [
  scene(now, "inbox", { acts: ["F1", "inbox", "Enter", { see: "How should this release go out?" }] }),
  scene(now, "inbox-strip", { acts: [{ see: "more wait in this session" }] }),
  scene(now, "inbox-read-only", {
    me: { kind: "device", scope: "read-only", id: "d2", name: "Phone" },
    acts: ["F1", "inbox", "Enter", { see: "can’t answer" }],
  }),
  base(now, "inbox-empty", { acts: ["F1", "inbox", "Enter", { see: "Nothing waits for you." }] }),
];
