/** The scenes of calls: how they can end, what they can give back, and names that mean harm. */
import { ago, LogBuilder, type Scene } from "./scene.ts";
import { app, base, MAIN, OUTBOX, sessions, withMain } from "./world.ts";

const LONG = "x".repeat(10_000);
const HOSTILE = "<img src=x onerror=alert(1)> \u001b[31mred\u001b[0m \u202egnp.exe\u202c \u200bzero 👩‍👩‍👧‍👦 שלום";

const MARKDOWN = `# Two pages found

The search took **40 ms**. See \`docs/setup.md\` and [the handbook](https://docs.example/handbook).

| page | words | changed |
|---|---|---|
| Setup | 1,204 | yesterday |
| Deploying | 890 | in March |

- Setup mentions \`legacyRoute\` twice
- Deploying does not

\`\`\`ts
export const legacyRoute = (session: Session): Route => fresh();
\`\`\`
`;
/** A chart of 64 × 24 px, as a tool would send it. */
const IMAGE =
  "iVBORw0KGgoAAAANSUhEUgAAAEAAAAAYCAIAAADF1mwTAAAAtElEQVR42tWPMQ6AQAgE+YeFpY/ybb5Vi2suihcWWPQSKjIsO7Ks29Qj6nY/zjbGFIjPDZfBAVqIwfewyovjJsKnh8v4AC3E5j0C4x9BOM6HBFQY5TMFUgoVC5sE3n5QBYxlKAIqTwoXRiE2rwt8WOjJ22GrQORHukDPswRuPC9cSIWqBdILlQkDAv0ZVQAqUyHACA8JGGGUn17AJyz/KdR4NBwT8P0ghTeeLsALdwpQxyFwAcSqBKOs80cpAAAAAElFTkSuQmCC";

const withResult = (now: number, id: string, tool: string, server: string, result: unknown) =>
  new LogBuilder(now)
    .call({ id, tool, server, startedAgo: 30, took: 0.4, end: "finished", args: { query: "legacyRoute" }, result })
    .frames();

export const callScenes = (now: number): Scene[] => [
  withMain(
    now,
    "turns-reported",
    { turn_started_at: ago(now, 150) },
    { turns: { [MAIN]: [ago(now, 1_000), ago(now, 270), ago(now, 150)] } },
  ),
  base(now, "pinned", { settings: { pinnedCalls: { [MAIN]: ["t3-5", "t4-1"] } } }),
  base(now, "request", { path: `/session/${MAIN}/call/t4-1`, acts: [{ click: "Request" }] }),
  base(now, "progress", { path: `/session/${MAIN}/call/t4-1`, acts: [{ click: "Progress" }] }),
  base(now, "raw", { path: `/session/${MAIN}/call/t4-1`, acts: [{ click: "Raw" }] }),
  base(now, "result-markdown", {
    path: `/session/${MAIN}/call/p1`,
    events: { [MAIN]: withResult(now, "p1", "find_pages", "vercel", { content: [{ type: "text", text: MARKDOWN }] }) },
    acts: [{ click: "Response" }],
  }),
  base(now, "result-image", {
    path: `/session/${MAIN}/call/p2`,
    events: {
      [MAIN]: withResult(now, "p2", "draw_chart", "workspace", {
        content: [
          { type: "text", text: "Requests per minute" },
          { type: "image", data: IMAGE, mimeType: "image/png" },
        ],
        structuredContent: { requests: [12, 14, 9], unit: "per minute" },
      }),
    },
    acts: [{ click: "Response" }],
  }),
  base(now, "result-large", {
    path: `/session/${MAIN}/call/p3`,
    events: {
      [MAIN]: withResult(now, "p3", "list_users", "workspace", {
        content: [{ type: "text", text: `${"ada,lovelace,1815\n".repeat(80_000)}` }],
      }),
    },
    acts: [{ click: "Response" }],
  }),
  base(now, "outcomes", {
    outbox: OUTBOX(now),
    app: app(now, { sessions: sessions(now), outbox: { waiting: 1, dead: 0, unknown: 1 } }),
    events: {
      [MAIN]: new LogBuilder(now)
        .call({ id: "o1", tool: "create_issue", server: "linear", startedAgo: 60, took: 0.1, end: "queued" })
        .call({ id: "o2", tool: "create_issue", server: "linear", startedAgo: 58, took: 12, end: "delivered" })
        .call({
          id: "o3",
          tool: "create_issue",
          server: "linear",
          startedAgo: 56,
          took: 3,
          end: "discarded",
          error: { message: "Taken out by hand" },
        })
        .call({
          id: "o4",
          tool: "long_job",
          server: "jobs",
          startedAgo: 50,
          steps: [{ after: 1, progress: 1, total: 4 }],
        })
        .gap(40, 4, null, true)
        .call({ id: "o5", tool: "fetch", server: "web", startedAgo: 30, took: 2, end: "cancelled" })
        .call({
          id: "o6",
          tool: "transcode",
          server: "media",
          startedAgo: 120,
          steps: [{ after: 1, progress: 4, total: 9, message: "Pass 1" }],
        })
        .gap(20, 4, 3)
        .call({
          id: "o7",
          tool: "publish",
          server: "web",
          startedAgo: 6,
          steps: [{ after: 1, progress: 5, total: 5, message: "Writing" }],
        })
        .call({ id: "o8", tool: "think", server: "web", startedAgo: 5 })
        .frames(),
    },
  }),
  withMain(
    now,
    "hostile",
    { label: HOSTILE, cwd: `/home/me/${LONG}`, agent_name: HOSTILE },
    {
      events: {
        [MAIN]: new LogBuilder(now)
          .call({
            id: "h1",
            tool: HOSTILE,
            server: HOSTILE,
            startedAgo: 20,
            took: 1,
            end: "finished",
            message: HOSTILE,
            args: { [HOSTILE]: HOSTILE, long: LONG },
          })
          .call({
            id: "h2",
            tool: LONG,
            server: LONG,
            startedAgo: 19,
            steps: [{ after: 1, progress: 3, total: 9, message: LONG }],
          })
          .call({
            id: "h3",
            tool: "a\nb\rc",
            startedAgo: 18,
            took: 1,
            end: "failed",
            error: { code: LONG, message: `${HOSTILE}${LONG}` },
          })
          .frames(),
      },
    },
  ),
];
