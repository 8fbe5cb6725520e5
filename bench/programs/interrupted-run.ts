/** A run for tests to interrupt: it makes what runs make, tells about it, and waits. */
import { join } from "node:path";
import { launch, temporaryFolder } from "../harness/own-processes.ts";

const folder = temporaryFolder();
const waits = "setInterval(() => {}, 1e6)";
const direct = await launch(process.execPath, ["-e", waits], { stdio: "ignore" });
// Like a daemon: started by something that the run started, in a group of its own, and known by the home in its arguments.
const starter = `require("node:child_process").spawn(process.execPath, process.argv.slice(1), { detached: true, stdio: "ignore" }).unref()`;
const detached = ["-e", waits, "--", "--home", join(folder.path, "home")];
const started = await launch(process.execPath, ["-e", starter, "--", ...detached], { stdio: "ignore" });
if (started.child.exitCode === null) await new Promise((resolve) => started.child.once("exit", resolve));
console.log(JSON.stringify({ pid: direct.pid, folder: folder.path }));
