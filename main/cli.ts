#!/usr/bin/env node
/** Owns the command line: what `signalbox …` accepts, and nothing of what it does. Exit codes: 0 good, 1 failed, 2 wrong usage. */
import { isBuiltin } from "node:module";
import { Command, CommanderError, InvalidArgumentError } from "commander";
import { useCompileCache } from "./home/compile-cache.ts";
import { homeFolder } from "./home/home-folder.ts";
import { VERSION } from "./home/version.ts";

const HOME = [
  "--home <dir>",
  "folder for Signalbox's own files (default: $SIGNALBOX_HOME, else ~/.signalbox)",
] as const;

/** Each command loads its own code, so that none pays for another's start. */
function program(): Command {
  const signalbox = new Command("signalbox")
    .description("Watch a coding agent's terminal and the live progress of its MCP tools, side by side.")
    .version(VERSION)
    .exitOverride()
    .showHelpAfterError("(signalbox --help lists the commands)");

  signalbox
    .command("serve")
    .description("run the gateway and its web interface, without a desktop window")
    .option("--port <n>", "port on 127.0.0.1 (default: 54400, or a free one when that is taken)", port)
    .option(...HOME)
    .option("--discovery <path>", "daemon discovery file; several are separated as in PATH")
    .option("--no-open", "do not open a browser")
    .option("--demo", "start a demo session at once")
    .option("--json", "print one line of JSON with url, token and pid once it answers")
    .action(async (options) => {
      useCompileCache(homeFolder(options.home));
      const journalThread = (await import("./gateway/journal/journal-thread.ts")).startJournalThread();
      return exitWith((await import("./headless.ts")).serve({ ...options, journalThread }));
    });

  signalbox
    .command("daemon")
    .description("run the MCP daemon in the foreground (the gateway starts one by itself when none is found)")
    .option(...HOME)
    .option("--port <n>", "port on 127.0.0.1 (default: a free one)", port)
    .action(async (options) => {
      useCompileCache(homeFolder(options.home));
      return exitWith((await import("./daemon.ts")).runDaemon(options));
    });

  signalbox
    .command("stop")
    .description("end the daemon, and with it the terminals that it keeps")
    .option(...HOME)
    .option("--force", "also while sessions run")
    .action(async (options) => exitWith((await import("./headless.ts")).stop(options)));

  signalbox
    .command("run <agent> [args...]")
    .description("start claude, codex, gemini, opencode, a shell or any command here, and show it in the app too")
    .usage("[options] <agent> [-- args]")
    .option(...HOME)
    .option("--label <text>", "name of the session")
    .action(async (agent, args, options) => {
      const { run } = await import("./gateway/commands/run.ts");
      const { uiFolder } = await import("./headless.ts");
      return exitWith(run(agent, args, { ...options, ui: uiFolder() }));
    });

  signalbox
    .command("doctor")
    .description("explain discovery, permissions, ports, the daemon and history in one report without secrets")
    .option(...HOME)
    .option("--discovery <path>", "daemon discovery file; several are separated as in PATH")
    .option("--json", "print the report as JSON")
    .action(async (options) => exitWith((await import("./gateway/doctor/run-doctor.ts")).doctor(options)));

  signalbox
    .command("export <session>")
    .description("print a session's history")
    .option(...HOME)
    .option(
      "--format <name>",
      "jsonl (an event a line), cast (the terminal, for asciinema), trace (for Perfetto) or html (a replay of both)",
      "jsonl",
    )
    .action(async (session, options) =>
      exitWith((await import("./gateway/commands/export.ts")).exportSession(session, options)),
    );

  signalbox
    .command("open <link>")
    .description("open a session by its link, signalbox://session/<id>[/call/<call>], in a browser")
    .option(...HOME)
    .action(async (link, options) => exitWith((await import("./gateway/commands/open.ts")).openLink(link, options)));

  signalbox
    .command("demo-agent", { hidden: true })
    .action(async () => exitWith((await import("./daemon/demo/demo-agent.ts")).runDemoAgent()));
  signalbox
    .command("demo-server", { hidden: true })
    .action(async () => exitWith((await import("./daemon/demo/demo-server.ts")).runDemoServer()));
  return signalbox;
}

function port(text: string): number {
  const number = Number(text);
  if (!/^\d+$/.test(text) || number > 65_535) throw new InvalidArgumentError("a port is a number from 0 to 65535");
  return number;
}

async function exitWith(code: Promise<number>): Promise<void> {
  process.exitCode = await code;
}

try {
  // Asked here: a thread that misses it would end the process with a stack.
  if (!isBuiltin("node:sqlite"))
    throw new Error(
      `this is Node ${process.versions.node}, and 22.13 or newer is needed. In a checkout \`npx signalbox\` takes the one that comes with it.`,
    );
  await program().parseAsync();
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : 2;
  else {
    console.error(`signalbox: ${error instanceof Error ? error.message : String(error)}`);
    process.exitCode = 1;
  }
}
