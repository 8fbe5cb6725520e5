/** An example: offers agents a tool that counts the lines of the files in one folder, and reports its progress. */
import { readdir, readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { connectTools } from "./client-tools.js";

const { SIGNALBOX_URL = "http://127.0.0.1:54400", CLIENT_TOKEN } = process.env;
const folder = resolve(process.argv[2] ?? ".");
if (CLIENT_TOKEN === undefined) {
  console.error("Set CLIENT_TOKEN to a client token; README.md says how to make one.");
  process.exit(1);
}

const client = connectTools({
  url: `${SIGNALBOX_URL.replace(/^http/, "ws")}/ws/tools`,
  token: CLIENT_TOKEN,
  name: "count-lines",
  tools: [
    {
      name: "lines_per_file",
      description: `Counts the lines of the files in ${folder}.`,
      inputSchema: {
        type: "object",
        properties: { ending: { type: "string", description: "Only files whose names end so, such as “.md”." } },
      },
      async run({ ending = "" }, { progress, signal }) {
        const entries = await readdir(folder, { withFileTypes: true });
        const names = entries.filter((entry) => entry.isFile() && entry.name.endsWith(ending)).map(({ name }) => name);
        const lines = {};
        for (const [index, name] of names.sort().entries()) {
          signal.throwIfAborted();
          progress(index, names.length, name);
          lines[name] = (await readFile(join(folder, name), "utf8")).split("\n").length - 1;
        }
        return { lines };
      },
    },
  ],
  onState(state, reason) {
    console.log(reason ? `${state}: ${reason}` : state);
  },
});

process.once("SIGINT", () => client.close());
