/** Reads what each system says of the TCP ports that programs listen on, where a connection to loopback arrives. Pure. */

export interface Listener {
  port: number;
  /** Linux: the user that made the socket, and the socket's name among the open files of its process. */
  uid?: number;
  inode?: number;
  /** macOS and Windows say the process at once. */
  pid?: number;
  process?: string;
}

/** State of a listening socket in the kernel's table (include/net/tcp_states.h). */
const LISTEN = "0A";
/** 127.0.0.1 and any, ::1 and any, and the IPv4 ones in their IPv6 form, each in the kernel's own order of bytes. */
const REACHED = /^(?:0{8}|0100007F|0{32}|0{24}01000000|0{16}FFFF0000(?:0{8}|0100007F))$/;

/** `/proc/net/tcp` and `/proc/net/tcp6`, proc_net(5). */
export function parseProcTable(table: string): Listener[] {
  const found: Listener[] = [];
  for (const line of table.split("\n")) {
    // Most rows of a busy machine are connections: they are left at the first look.
    if (!line.includes(` ${LISTEN} `)) continue;
    const [, local = "", , state, , , , uid, , inode] = line.trim().split(/\s+/);
    const [address = "", hex = ""] = local.split(":");
    if (state !== LISTEN || !REACHED.test(address)) continue;
    found.push({ port: Number.parseInt(hex, 16), uid: Number(uid), inode: Number(inode) });
  }
  return found;
}

/** `lsof -nP -iTCP -sTCP:LISTEN -FpcPn`, lsof(8), "Output for other programs": a letter and a value a line. */
export function parseLsof(output: string): Listener[] {
  const found: Listener[] = [];
  let pid: number | undefined;
  let process: string | undefined;
  for (const line of output.split("\n")) {
    const value = line.slice(1);
    if (line.startsWith("p")) [pid, process] = [Number(value), undefined];
    else if (line.startsWith("c")) process = value;
    else if (line.startsWith("n")) {
      const [, host, digits] = /^(\*|127\.0\.0\.1|\[::1?\]|\[::ffff:127\.0\.0\.1\]|localhost):(\d+)$/.exec(value) ?? [];
      if (host === undefined || pid === undefined) continue;
      found.push({ port: Number(digits), pid, ...(process === undefined ? {} : { process }) });
    }
  }
  return found;
}

/** `netstat -ano -p TCP` and the same for TCPv6; the words of the state differ by language, so the far end tells it: no port yet. */
export function parseNetstat(output: string): Listener[] {
  const found: Listener[] = [];
  for (const line of output.split(/\r?\n/)) {
    const [protocol, local = "", far = "", ...rest] = line.trim().split(/\s+/);
    if (protocol !== "TCP" || !/^(?:0\.0\.0\.0|\[::\]):0$/.test(far)) continue;
    const [, host, digits] = /^(0\.0\.0\.0|127\.0\.0\.1|\[::1?\]):(\d+)$/.exec(local) ?? [];
    const pid = Number(rest.at(-1));
    if (host !== undefined && Number.isInteger(pid)) found.push({ port: Number(digits), pid });
  }
  return found;
}

export interface ProcessRow {
  pid: number;
  parent: number;
  name: string;
}

/** `ps -axo pid=,ppid=,comm=`. */
export function parsePs(output: string): ProcessRow[] {
  return output.split("\n").flatMap((line) => {
    const [, pid, parent, command] = /^\s*(\d+)\s+(\d+)\s+(.+?)\s*$/.exec(line) ?? [];
    return command === undefined
      ? []
      : [{ pid: Number(pid), parent: Number(parent), name: command.slice(command.lastIndexOf("/") + 1) }];
  });
}

/** `Get-CimInstance Win32_Process | Select ProcessId,ParentProcessId,Name | ConvertTo-Csv -NoTypeInformation`. */
export function parseProcessCsv(output: string): ProcessRow[] {
  return output.split(/\r?\n/).flatMap((line) => {
    const [, pid, parent, name] = /^"(\d+)","(\d+)","([^"]*)"$/.exec(line) ?? [];
    return name === undefined ? [] : [{ pid: Number(pid), parent: Number(parent), name: name.replace(/\.exe$/i, "") }];
  });
}

/** The processes that descend from `leader`, itself included. A parent that has gone ends the line. */
export function descendants(rows: readonly ProcessRow[], leader: number): Set<number> {
  const children = new Map<number, number[]>();
  for (const { pid, parent } of rows) children.set(parent, [...(children.get(parent) ?? []), pid]);
  const found = new Set<number>();
  const next = [leader];
  for (let pid = next.pop(); pid !== undefined; pid = next.pop()) {
    if (found.has(pid)) continue;
    found.add(pid);
    next.push(...(children.get(pid) ?? []));
  }
  return found;
}
