/** Asks this system which programs listen on which ports, and to which session each belongs. */
import { execFile } from "node:child_process";
import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { join } from "node:path/win32";
import {
  descendants,
  type Listener,
  type ProcessRow,
  parseLsof,
  parseNetstat,
  parseProcessCsv,
  parseProcTable,
  parsePs,
} from "./listening-ports.ts";

/** A session and the program that it began with. */
export interface Leader {
  session: string;
  pid: number;
}

export interface FoundListener {
  port: number;
  /** Undefined: a program of none of these sessions. */
  session: string | undefined;
  process: string | undefined;
  /** Looks that found no session for it: a program may still be about to become what it will be. */
  tries?: number;
}

/** Looks at one socket until it is believed that it belongs to none of the sessions. */
const MAX_TRIES = 3;

/** What listens now; on Linux cheap enough to be asked every second. */
export function readListeners(): Listener[] | undefined {
  if (process.platform !== "linux") return undefined;
  return ["/proc/net/tcp", "/proc/net/tcp6"].flatMap((path) => parseProcTable(textOf(path)));
}

/**
 * Whose each listening port is. `known`: earlier answers by socket, for the sockets that are still there; a process is looked
 * at only where there is a new one.
 */
export async function findListeners(
  leaders: readonly Leader[],
  known: Map<number, FoundListener>,
): Promise<FoundListener[]> {
  const listeners = readListeners();
  if (listeners === undefined) return findElsewhere(leaders);
  const isOpen = (inode: number) => {
    const before = known.get(inode);
    return before === undefined || (before.session === undefined && (before.tries ?? 0) < MAX_TRIES);
  };
  const fresh = new Set(listeners.flatMap(({ inode }) => (inode !== undefined && isOpen(inode) ? [inode] : [])));
  const owners = fresh.size === 0 ? new Map<number, number>() : socketOwners(fresh);
  const there = new Set<number>();
  for (const { inode = 0, port } of listeners) {
    there.add(inode);
    if (!fresh.has(inode)) continue;
    const pid = owners.get(inode);
    // A socket whose process is not ours to look at belongs to none of the sessions.
    const session = pid === undefined ? undefined : sessionOf(pid, leaders);
    const process = pid === undefined ? undefined : textOf(`/proc/${pid}/comm`).trim();
    known.set(inode, { port, session, process, tries: (known.get(inode)?.tries ?? 0) + 1 });
  }
  for (const inode of known.keys()) if (!there.has(inode)) known.delete(inode);
  return [...known.values()];
}

function socketOwners(wanted: ReadonlySet<number>): Map<number, number> {
  const owners = new Map<number, number>();
  for (const pid of numbersIn("/proc")) {
    for (const file of namesIn(`/proc/${pid}/fd`)) {
      const [, inode] = /^socket:\[(\d+)\]$/.exec(linkOf(`/proc/${pid}/fd/${file}`)) ?? [];
      if (inode !== undefined && wanted.has(Number(inode))) owners.set(Number(inode), pid);
    }
  }
  return owners;
}

/**
 * A program that an agent starts often leaves the terminal's process session and its parents (`setsid`, `nohup`); the environment
 * that it was started with stays readable, and names the session.
 */
function sessionOf(pid: number, leaders: readonly Leader[]): string | undefined {
  for (let at: number | undefined = pid, steps = 0; at !== undefined && at > 1 && steps < 64; steps += 1) {
    const leader = leaders.find((item) => item.pid === at);
    if (leader !== undefined) return leader.session;
    at = parentOf(at);
  }
  const environment = textOf(`/proc/${pid}/environ`).split("\0");
  return leaders.find(({ session }) => environment.includes(`SIGNALBOX_SESSION_ID=${session}`))?.session;
}

/** proc_pid_stat(5): the name in parentheses may hold anything. */
function parentOf(pid: number): number | undefined {
  const text = textOf(`/proc/${pid}/stat`);
  const parent = Number(text.slice(text.lastIndexOf(")") + 2).split(" ")[1]);
  return Number.isInteger(parent) ? parent : undefined;
}

async function findElsewhere(leaders: readonly Leader[]): Promise<FoundListener[]> {
  const [listeners, rows] = process.platform === "win32" ? await askWindows() : await askMac();
  const members = leaders.map(({ session, pid }) => ({ session, pids: descendants(rows, pid) }));
  const names = new Map(rows.map(({ pid, name }) => [pid, name]));
  const ports = new Map<number, FoundListener>();
  for (const { port, pid = 0, process: name } of listeners) {
    const session = members.find(({ pids }) => pids.has(pid))?.session;
    const found = { port, session, process: names.get(pid) ?? name };
    if (session !== undefined || !ports.has(port)) ports.set(port, found);
  }
  return [...ports.values()];
}

async function askMac(): Promise<[Listener[], ProcessRow[]]> {
  const [lsof, ps] = await Promise.all([
    outputOf("/usr/sbin/lsof", ["-nP", "-iTCP", "-sTCP:LISTEN", "-FpcPn"]),
    outputOf("/bin/ps", ["-axo", "pid=,ppid=,comm="]),
  ]);
  return [parseLsof(lsof), parsePs(ps)];
}

async function askWindows(): Promise<[Listener[], ProcessRow[]]> {
  const folder = join(process.env.SystemRoot ?? "C:\\Windows", "System32");
  const list =
    "Get-CimInstance Win32_Process | Select-Object ProcessId,ParentProcessId,Name | ConvertTo-Csv -NoTypeInformation";
  const [four, six, rows] = await Promise.all([
    outputOf(join(folder, "netstat.exe"), ["-ano", "-p", "TCP"]),
    outputOf(join(folder, "netstat.exe"), ["-ano", "-p", "TCPv6"]),
    outputOf(join(folder, "WindowsPowerShell\\v1.0\\powershell.exe"), [
      "-NoProfile",
      "-NonInteractive",
      "-Command",
      list,
    ]),
  ]);
  return [[...parseNetstat(four), ...parseNetstat(six)], parseProcessCsv(rows)];
}

/** Milliseconds that one of these tools may take. */
const TOOL_MS = 10_000;

/** Empty where the tool fails: a port is then not known. `lsof` ends with 1 where it finds nothing. */
const outputOf = (command: string, args: string[]): Promise<string> =>
  new Promise((resolve) => {
    execFile(command, args, { timeout: TOOL_MS, windowsHide: true, maxBuffer: 16 * 1024 * 1024 }, (_error, stdout) =>
      resolve(stdout),
    );
  });

function textOf(path: string): string {
  try {
    return readFileSync(path, "latin1");
  } catch {
    return "";
  }
}

function linkOf(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return "";
  }
}

function namesIn(path: string): string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}

const numbersIn = (path: string): number[] =>
  namesIn(path)
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
