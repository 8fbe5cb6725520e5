#!/usr/bin/env node
import { isBuiltin } from "node:module";
import { Command, CommanderError, InvalidArgumentError } from "commander";
/** The command line: what `signalbox …` accepts, and nothing of what it does. Exit codes: 0 good, 1 failed, 2 wrong usage. */
import { reasonOf } from "../shared/text/reason-of.ts";
import { visibleLines } from "../shared/text/visible.ts";
import { useCompileCache } from "./home/compile-cache.ts";
import { homeFolder } from "./home/home-folder.ts";
import { complain } from "./home/say.ts";
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
    // It repeats what it was given.
    .configureOutput({ outputError: (text, write) => write(visibleLines(text)) })
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
      return exitWith((await import("./commands/serve.ts")).serve({ ...options, journalThread }));
    });

  signalbox
    .command("daemon")
    .description("run the MCP daemon in the foreground (the gateway starts one when it finds none)")
    .option(...HOME)
    .option("--port <n>", "port on 127.0.0.1 (default: a free one)", port)
    .action(async (options) => {
      useCompileCache(homeFolder(options.home));
      return exitWith((await import("./commands/daemon.ts")).runDaemon(options));
    });

  signalbox
    .command("stop")
    .description("end the daemon, and with it the terminals that it keeps")
    .option(...HOME)
    .option("--force", "also while sessions run")
    .action(async (options) => exitWith((await import("./commands/stop.ts")).stop(options)));

  signalbox
    .command("run <agent> [args...]")
    .description("start claude, codex, gemini, opencode, a shell or any command here, and show it in the app too")
    .usage("[options] <agent> [-- args]")
    .option(...HOME)
    .option("--label <text>", "name of the session")
    .action(async (agent, args, options) => {
      const { run } = await import("./commands/run.ts");
      const { uiFolder } = await import("./commands/serve.ts");
      return exitWith(run(agent, args, { ...options, ui: uiFolder() }));
    });

  addSessionCommands(signalbox);

  signalbox
    .command("doctor")
    .description("explain discovery, permissions, ports, the daemon and history in one report without secrets")
    .option(...HOME)
    .option("--discovery <path>", "daemon discovery file; several are separated as in PATH")
    .option("--json", "print the report as JSON")
    .action(async (options) => exitWith((await import("./commands/doctor.ts")).doctor(options)));

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
      exitWith((await import("./commands/export.ts")).exportSession(session, options)),
    );

  signalbox
    .command("open <link>")
    .description("open a session by its link, signalbox://session/<id>[/call/<call>|/preview/<port>], in a browser")
    .option(...HOME)
    .action(async (link, options) => exitWith((await import("./commands/open.ts")).openLink(link, options)));

  signalbox
    .command("preview <session> [port]")
    .description("print an address that lets one browser into what a session's program serves, once, within a minute")
    .option(...HOME)
    .option("--path <path>", "where to begin (default: /)")
    .option("--expose", "expose the port first")
    .option("--json", "print the address and the preview's own as one line of JSON")
    .action(async (session, at, options) => {
      const { printPreview } = await import("./commands/preview.ts");
      return exitWith(printPreview(session, at === undefined ? undefined : port(at), options));
    });

  const cluster = signalbox.command("cluster").description("let machines work together through one Redis");
  const loadCluster = () => import("./cluster/cluster-commands.ts");
  cluster
    .command("init")
    .description("make the key of a new cluster")
    .option(...HOME)
    .option("--url <redis>", "keep this address of Redis in the settings (one without a password)")
    .action(async (options) => exitWith((await loadCluster()).initCluster(options)));
  cluster
    .command("join")
    .description("join a cluster, whose key comes on standard input")
    .option(...HOME)
    .option("--url <redis>", "keep this address of Redis in the settings (one without a password)")
    .action(async (options) => exitWith((await loadCluster()).joinCluster(options)));
  cluster
    .command("status")
    .description("list the machines of the cluster")
    .option(...HOME)
    .option("--json", "print them as JSON")
    .action(async (options) => exitWith((await loadCluster()).clusterStatus(options)));
  cluster
    .command("leave")
    .description("take this machine out of its cluster, and remove the key")
    .option(...HOME)
    .action(async (options) => exitWith((await loadCluster()).leaveCluster(options)));

  signalbox
    .command("inbox")
    .description("list what waits for you: questions, approvals, kept writes, sign-ins")
    .option(...HOME)
    .option("--all", "also what was answered in the last day")
    .option("--json", "print the entries as one line of JSON")
    .action(async (options) => exitWith((await import("./commands/inbox.ts")).printInbox(options)));

  signalbox
    .command("answer <id> [values...]")
    .description("answer what waits: with a text, with name=value for each field, or with a decision")
    .usage("[options] <id> [text | name=value ...]")
    .option(...HOME)
    .option("--decline", "decline a question")
    .option("--cancel", "answer a question with nothing")
    .option("--once", "allow this call, or send this write again")
    .option("--session", "allow this tool for the rest of the session")
    .option("--refuse", "refuse, and give the text to the agent")
    .option("--json <answer>", "the answer as the API takes it")
    .action(async (id, values, options) =>
      exitWith((await import("./commands/inbox.ts")).answerEntry(id, values, options)),
    );

  const client = signalbox.command("client").description("tokens of programs that execute tools for agents");
  const loadClients = () => import("./commands/clients.ts");
  const collect = (value: string, before: string[] | undefined) => [...(before ?? []), value];
  client
    .command("list")
    .description("list them: whether each is connected, and what it offers now")
    .option(...HOME)
    .option("--json", "print them as one line of JSON")
    .action(async (options) => exitWith((await loadClients()).listClients(options)));
  client
    .command("add <name>")
    .description("make a token, and print it this once")
    .option(...HOME)
    .option("--origin <origin>", "a web origin whose pages may use it; may be given several times", collect)
    .option(
      "--session <id>",
      "a session whose agents see its tools (default: all); may be given several times",
      collect,
    )
    .option("--timeout <seconds>", "how long one call may take (default: 120)")
    .option("--tools <file>", "a JSON list of tools, for a program that does not introduce itself")
    .option("--json", "print id and token as one line of JSON")
    .action(async (name, options) => exitWith((await loadClients()).addClient(name, options)));
  client
    .command("rename <id> <name>")
    .description("give one another name")
    .option(...HOME)
    .action(async (id, name, options) => exitWith((await loadClients()).renameClient(id, name, options)));
  client
    .command("revoke <id>")
    .description("end a token, and disconnect its program")
    .option(...HOME)
    .action(async (id, options) => exitWith((await loadClients()).revokeClient(id, options)));

  signalbox
    .command("demo-agent", { hidden: true })
    .action(async () => exitWith((await import("./daemon/demo/demo-agent.ts")).runDemoAgent()));
  signalbox
    .command("demo-server", { hidden: true })
    .action(async () => exitWith((await import("./daemon/demo/demo-server.ts")).runDemoServer()));
  return signalbox;
}

/** For scripts and other agents: docs/scripts.md. */
function addSessionCommands(signalbox: Command): void {
  const load = () => import("./commands/sessions.ts");
  const json = ["--json", "print one line of JSON, with the fields of docs/scripts.md"] as const;
  signalbox
    .command("ls")
    .description("list the sessions and what they do")
    .option(...HOME)
    .option(...json)
    .action(async (options) => exitWith((await load()).list(options)));
  signalbox
    .command("status <session>")
    .description("say what a session does, by its id, the beginning of it, or its label")
    .option(...HOME)
    .option(...json)
    .action(async (session, options) => exitWith((await load()).status(session, options)));
  signalbox
    .command("new <agent> [args...]")
    .description("start an agent, a shell or any command in a session of the app, and print the session's id")
    .usage("[options] <agent> [-- args]")
    .option(...HOME)
    .option("--cwd <folder>", "where it runs (default: this folder)")
    .option("--label <text>", "name of the session")
    .option("--machine <name>", "the machine of the cluster on which it runs")
    .option(...json)
    .action(async (agent, args, options) => exitWith((await load()).create(agent, args, options)));
  signalbox
    .command("send <session> [text...]")
    .description("type a text into a session and press Return; - reads it from standard input")
    .option(...HOME)
    .option("--key <name>", "then press this key, as escape, up or ctrl-c; may be given again", gather)
    .option("--enter", "press Return last, also behind keys")
    .option("--no-enter", "do not press Return behind the text")
    .option(...json)
    .action(async (session, text, options) => exitWith((await load()).send(session, text, options)));
  signalbox
    .command("resume [session...]")
    .description("go on with the conversations of sessions whose agents have ended")
    .option(...HOME)
    .option("--all", "all that ran when their daemon ended, by a reboot for example")
    .option(...json)
    .action(async (session, options) => exitWith((await load()).resume(session, options)));
  signalbox
    .command("read <session>")
    .description("print what is on a session's terminal, as text")
    .option(...HOME)
    .option("--lines <n>", "so many lines from the end, also from above the screen", lines)
    .option(...json)
    .action(async (session, options) => exitWith((await load()).read(session, options)));
  signalbox
    .command("wait <session>")
    .description("wait for a session: exit code 0 when it came to that, 3 when the time is up, 4 when it ended before")
    .option(...HOME)
    .requiredOption(
      "--until <condition...>",
      "done (its turn or its program has ended), needs-you, or output <text>; may be given again, the first that holds counts",
      gather,
    )
    .option("--timeout <seconds>", "give up after so long", seconds)
    .option(...json)
    .action(async (session, options) => exitWith((await load()).wait(session, options)));
}

const gather = (value: string, before: string[] | undefined): string[] => [...(before ?? []), value];

function lines(text: string): number {
  const number = Number(text);
  if (!/^\d+$/.test(text) || number < 1 || number > 10_000) throw new InvalidArgumentError("a number from 1 to 10000");
  return number;
}

function seconds(text: string): number {
  const number = Number(text);
  if (text.trim() === "" || !(number > 0 && number <= 2_000_000)) throw new InvalidArgumentError("seconds, above 0");
  return number;
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
    complain(reasonOf(error));
    process.exitCode = 1;
  }
}
