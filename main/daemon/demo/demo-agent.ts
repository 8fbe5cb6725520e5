/** The demo agent: a small scripted agent that runs in a terminal and calls the demo tools as a real MCP client. */

import { homedir } from "node:os";
import { basename, isAbsolute, join, relative } from "node:path";
import { createInterface } from "node:readline";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { reasonOf } from "../../../shared/text/reason-of.ts";
import { VERSION } from "../../home/version.ts";
import { createCaller } from "./call-tool.ts";
import { HELP, readCommand } from "./demo-commands.ts";
import { accent, bad, createScreen, gate, quiet, says, showCursor, strong, warn, width } from "./screen.ts";

const atHome = (path: string) => {
  const inside = relative(homedir(), path);
  return inside.startsWith("..") || isAbsolute(inside) ? path : join("~", inside);
};

/** Runs until `exit`, two Ctrl+C, or the end of its input. Gives 1 when it has no MCP endpoint to speak to. */
export async function runDemoAgent(): Promise<number> {
  const { SIGNALBOX_MCP_URL: url, SIGNALBOX_MCP_TOKEN: token } = process.env;
  const output = process.stdout;
  const cwd = process.cwd();
  const screen = createScreen(output);
  const say = (text: string) => screen.print(says(text, width(output)));
  if (url === undefined || token === undefined) {
    console.error("signalbox demo-agent: it is started by Signalbox, in a session of its own (signalbox run demo)");
    return 1;
  }

  screen.print(`${accent("▞▚")} ${strong("Signalbox demo agent")}`);
  screen.print(quiet("   A script, not a model: it needs no account and sends nothing anywhere."));
  screen.print(quiet(`   Its MCP tools are real and read the files of ${atHome(cwd)}`));

  const client = new Client({ name: "signalbox-demo-agent", version: VERSION });
  const headers = { authorization: `Bearer ${token}` };
  try {
    await client.connect(new StreamableHTTPClientTransport(new URL(url), { requestInit: { headers } }));
  } catch (error) {
    screen.print(bad(`\nThe MCP endpoint did not answer: ${reasonOf(error)}`));
    return 1;
  }
  const calls = createCaller(client, screen, () => width(output), cwd);

  const round = async () => {
    say(`I'll take stock of ${basename(cwd)}: a fingerprint of every file, and a count of its lines, side by side.`);
    const both = await Promise.all([calls.run("hash_tree", { path: cwd }), calls.run("count_lines", { path: cwd })]);
    if (both.includes("cancelled")) return;
    say("Now I'll look for work that somebody left a note about.");
    const searched = await calls.run("search_text", { path: cwd, text: "TODO" });
    if (searched === "cancelled") return;
    say("That was the round. Each call above is kept under Activity, with every step of its progress.");
  };

  const left = Promise.withResolvers<number>();
  let busy = true;
  let asked = false;
  /** A line that was finished while tools ran; it stands at the next prompt, to be sent or not. */
  let typed = "";
  const terminal = output.isTTY === true;
  const shown = gate(output, () => !busy);
  const input = createInterface({ input: process.stdin, output: shown, terminal, historySize: 50 });
  const prompt = () => {
    busy = false;
    screen.print("");
    if (terminal) output.write(showCursor(true));
    input.setPrompt(`${accent("›")} `);
    input.prompt(true);
    if (typed !== "") input.write(typed);
    typed = "";
  };
  const work = async (what: () => Promise<unknown>) => {
    busy = true;
    asked = false;
    if (terminal) output.write(showCursor(false));
    try {
      await what();
    } catch (error) {
      screen.print(bad(`\n${reasonOf(error)}`));
    }
    prompt();
  };
  const help = () => {
    screen.print("");
    for (const [command, meaning] of HELP) screen.print(`  ${accent(command.padEnd(22))}${quiet(meaning)}`);
  };

  input.on("SIGINT", () => {
    if (asked) return left.resolve(0);
    asked = true;
    if (busy && calls.cancelAll()) return;
    screen.print(warn(busy ? "" : "\nCtrl+C again to leave."));
    if (!busy) input.prompt();
  });
  input.on("close", () => left.resolve(0));
  input.on("line", (line) => {
    asked = false;
    if (busy) {
      typed = line;
      return;
    }
    const command = readCommand(line, cwd);
    switch (command.do) {
      case "again":
        return void work(round);
      case "tool":
        return void work(() => calls.run(command.tool, { path: command.path }));
      case "search":
        return void work(() => calls.run("search_text", { path: command.path, text: command.text }));
      case "exit":
        return left.resolve(0);
      case "unknown":
        screen.print(warn(`\n${command.said}: that is not one of these.`));
        break;
      case "help":
      case "nothing":
        break;
    }
    if (command.do !== "nothing") help();
    prompt();
  });

  void work(async () => {
    await round();
    help();
  });
  const code = await left.promise;
  screen.status(undefined);
  if (terminal) output.write(showCursor(true));
  input.close();
  await client.close();
  screen.print(
    quiet(`\nThe demo agent has left ${relative("/", cwd) === "" ? "/" : basename(cwd)}. Restart it any time.`),
  );
  return code;
}
