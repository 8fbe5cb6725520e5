/** The calls of the usual scene: four turns with a gap, two calls that run and one that failed. */
import { LogBuilder } from "./scene.ts";

const FOLDERS = [
  "src/routes/legacy-router.ts",
  "src",
  "src/daemon/relay/forward-with-a-very-long-name.test.ts",
  "test",
];

export const mainLog = (now: number) => {
  const log = new LogBuilder(now);
  for (let index = 0; index < 20; index += 1) {
    log.call({
      id: `t1-${index}`,
      tool: index % 3 === 0 ? "read_file" : index % 3 === 1 ? "list_dir" : "git_log",
      server: index % 3 === 2 ? "git" : "fs",
      args:
        index % 3 === 2 ? { max_count: 5 + index } : { path: `/home/me/src/api/${FOLDERS[index % FOLDERS.length]}` },
      startedAgo: 900 - index * 4,
      took: ((index * 37) % 11) / 10 + 0.02,
      end: "finished",
    });
  }
  return log
    .call({
      id: "t2-1",
      tool: "create_issue",
      server: "linear",
      startedAgo: 260,
      took: 22,
      end: "delivered",
      message: "Delivered after 22 s, Linear was unreachable",
    })
    .call({ id: "t2-2", tool: "list_dir", server: "fs", startedAgo: 248, took: 0.018, end: "finished" })
    .call({
      id: "t3-1",
      tool: "notion.search",
      server: "notion",
      startedAgo: 142,
      took: 2.1,
      end: "finished",
      message: "4 of 4 pages",
    })
    .call({ id: "t3-2", tool: "git_diff", server: "git", startedAgo: 139, took: 0.112, end: "finished" })
    .call({
      id: "t3-3",
      tool: "read_file",
      server: "fs",
      args: { path: "/etc/hosts" },
      startedAgo: 138,
      took: 0.031,
      end: "finished",
    })
    .call({
      id: "t3-4",
      tool: "read_file",
      server: "fs",
      args: { path: "/home/me/notes/plan.md" },
      startedAgo: 137,
      took: 0.04,
      end: "finished",
    })
    .call({
      id: "t3-5",
      tool: "run_tests",
      server: "workspace",
      startedAgo: 136,
      took: 38.2,
      end: "finished",
      message: "412 passed",
    })
    .gap(60, 55, 12)
    .call({
      id: "t4-1",
      tool: "deploy_preview",
      server: "vercel",
      startedAgo: 18,
      took: 1.2,
      end: "failed",
      error: { code: -32001, message: "Request timed out" },
      args: { project: "api", target: "preview", token: "••••••" },
      steps: [
        { after: 0.2, progress: 1, total: 9, message: "Uploading 1 of 9" },
        { after: 0.5, progress: 2, total: 9, message: "Uploading 2 of 9" },
        { after: 0.8, progress: 3, total: 9, message: "Uploading 3 of 9" },
      ],
    })
    .call({
      id: "t4-2",
      tool: "search_code",
      server: "ripgrep",
      startedAgo: 9.4,
      args: { pattern: "legacyRoute" },
      steps: [{ after: 6, progress: 1204, message: "1,204 files searched" }],
    })
    .call({
      id: "t4-3",
      tool: "build",
      server: "workspace",
      startedAgo: 9.1,
      args: { target: "packages/*" },
      steps: [{ after: 8, progress: 31, total: 50, message: "Compiling 31 of 50 · packages/router" }],
    })
    .frames();
};
