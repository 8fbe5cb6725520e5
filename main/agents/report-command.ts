/** The shell command by which an agent's hook passes what it is given on to the daemon: nobody waits for it, and it cannot fail. */
import { selfCommand } from "../home/self-command.ts";
import { type LaunchContext, TOKEN_VARIABLE } from "./launch-plan.ts";

/** By then the agent ends it, and by a second less it ends itself. */
export const REPORT_LIMIT_SECONDS = 4;

/**
 * curl where there is one, else this program's own Node, which costs a tenth of a second of the processor each time. curl reads the
 * token from a third descriptor, so that no list of processes shows it. Undefined where no daemon of ours listens.
 */
export function reportCommand(context: LaunchContext, from: string): string | undefined {
  if (context.foreign === true) return undefined;
  const { command, env } = selfCommand();
  const limit = REPORT_LIMIT_SECONDS - 1;
  const url = `"${ADDRESS}?from=${from}"`;
  const curl = `curl -s -m ${limit} --noproxy '*' -o /dev/null -K /dev/fd/3 -H 'content-type: application/json' --data-binary @- ${url}`;
  const node = [...Object.entries(env).map(([name, value]) => `${name}=${quoted(value)}`), quoted(command), "-e"].join(
    " ",
  );
  // One line: the settings that it stands in are an argument, and are logged and shown as one.
  const header = `printf 'header = "authorization: Bearer %s"' "$${TOKEN_VARIABLE}"`;
  return `{ if command -v curl >/dev/null && [ -e /dev/fd/0 ]; then ${header} | ${curl} 3<&0 0<&4; else ${node} ${quoted(script(from, limit))}; fi; } 4<&0 >/dev/null 2>&1 || true`;
}

/** A person may take a day. The agent's own dialog is open meanwhile, and whichever answers first counts. */
export const PERMISSION_LIMIT_SECONDS = 24 * 60 * 60;

/** The shell command that asks the inbox, too, and prints its answer for the agent; nothing where there is none. Undefined as above. */
export function permissionCommand(context: LaunchContext): string | undefined {
  if (context.foreign === true) return undefined;
  const { command, env } = selfCommand();
  const url = `"${PERMISSION}"`;
  const curl = `curl -s -f -m ${PERMISSION_LIMIT_SECONDS} --noproxy '*' -K /dev/fd/3 -H 'content-type: application/json' --data-binary @- ${url}`;
  const node = [...Object.entries(env).map(([name, value]) => `${name}=${quoted(value)}`), quoted(command), "-e"].join(
    " ",
  );
  return `{ if command -v curl >/dev/null && [ -e /dev/fd/0 ]; then ${curl} 3<<END
header = "authorization: Bearer $${TOKEN_VARIABLE}"
END
else ${node} ${quoted(PERMISSION_SCRIPT)}; fi; } 2>/dev/null || true`;
}

const PERMISSION = `\${SIGNALBOX_MCP_URL%/mcp}/session/$SIGNALBOX_SESSION_ID/permission`;
const PERMISSION_SCRIPT = `let b="";process.stdin.on("data",(d)=>{b+=d}).on("end",()=>fetch(process.env.SIGNALBOX_MCP_URL.slice(0,-"/mcp".length)+"/session/"+process.env.SIGNALBOX_SESSION_ID+"/permission",{method:"POST",headers:{"content-type":"application/json",authorization:"Bearer "+process.env.${TOKEN_VARIABLE}},body:b}).then(async(a)=>{if(a.status===200)process.stdout.write(await a.text())}).catch(()=>{}))`;

const script = (from: string, limit: number): string =>
  `let b="";process.stdin.on("data",(d)=>{b+=d}).on("end",()=>fetch(${ADDRESS_SCRIPT}+"?from=${from}",{method:"POST",headers:{"content-type":"application/json",authorization:"Bearer "+process.env.${TOKEN_VARIABLE}},body:b,signal:AbortSignal.timeout(${limit}e3)}).catch(()=>{}))`;

/** In the words of a shell: the daemon's address is that of its MCP endpoint. */
const ADDRESS = `\${SIGNALBOX_MCP_URL%/mcp}/session/$SIGNALBOX_SESSION_ID/agent-events`;
/** In JavaScript. */
export const ADDRESS_SCRIPT =
  'process.env.SIGNALBOX_MCP_URL.slice(0,-"/mcp".length)+"/session/"+process.env.SIGNALBOX_SESSION_ID+"/agent-events"';

const quoted = (word: string): string => `'${word.replaceAll("'", "'\\''")}'`;
