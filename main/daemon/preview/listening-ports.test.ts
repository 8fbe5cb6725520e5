/** Proves that listening ports are read from what each system really says. */
import { expect, it } from "vitest";
import { descendants, parseLsof, parseNetstat, parseProcessCsv, parseProcTable, parsePs } from "./listening-ports.ts";

it("Linux: those that listen where loopback arrives, of both families, and no connections", () => {
  const tcp = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:1435 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 51012 1 0000000000000000 100 0 0 10 0
   1: 00000000:0016 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 18123 1 0000000000000000 100 0 0 10 0
   2: 0A00020F:0050 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 18124 1 0000000000000000 100 0 0 10 0
   3: 0100007F:1435 0100007F:9C40 01 00000000:00000000 00:00000000 00000000  1000        0 51999 1 0000000000000000 20 4 30 10 -1`;
  const tcp6 = `  sl  local_address                         remote_address                        st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 00000000000000000000000001000000:0BB8 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 60001 1 0000000000000000 100 0 0 10 0
   1: 00000000000000000000000000000000:1F90 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 60002 1 0000000000000000 100 0 0 10 0
   2: 0000000000000000FFFF00000100007F:1F91 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 60003 1 0000000000000000 100 0 0 10 0
   3: B80D0120000000000000000001000000:1F92 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 60004 1 0000000000000000 100 0 0 10 0`;
  expect(parseProcTable(tcp)).toEqual([
    { port: 5173, uid: 1000, inode: 51012 },
    { port: 22, uid: 0, inode: 18123 },
  ]);
  expect(parseProcTable(tcp6).map(({ port }) => port)).toEqual([3000, 8080, 8081]);
  expect(parseProcTable("")).toEqual([]);
  expect(parseProcTable("rubbish\n 0A \n")).toEqual([]);
});

it("macOS: lsof's fields, a process with several sockets, and names with spaces", () => {
  const output = `p812
cnode
f23
PTCP
n127.0.0.1:5173
f24
PTCP
n[::1]:5173
p90
cGoogle Chrome He
f9
PTCP
n*:7000
f10
PTCP
n192.168.1.4:9000
`;
  expect(parseLsof(output)).toEqual([
    { port: 5173, pid: 812, process: "node" },
    { port: 5173, pid: 812, process: "node" },
    { port: 7000, pid: 90, process: "Google Chrome He" },
  ]);
});

it("Windows: netstat in any language, and no connections", () => {
  const output = `\r
Aktive Verbindungen\r
\r
  Proto  Lokale Adresse         Remoteadresse          Status           PID\r
  TCP    0.0.0.0:135            0.0.0.0:0              ABHÖREN          1128\r
  TCP    127.0.0.1:5173         0.0.0.0:0              ABHÖREN          8420\r
  TCP    127.0.0.1:5173         127.0.0.1:61000        HERGESTELLT      8420\r
  TCP    192.168.1.4:139        0.0.0.0:0              ABHÖREN          4\r
  TCP    [::1]:3000             [::]:0                 ABHÖREN          8421\r
`;
  expect(parseNetstat(output)).toEqual([
    { port: 135, pid: 1128 },
    { port: 5173, pid: 8420 },
    { port: 3000, pid: 8421 },
  ]);
});

it("a program's descendants are its session's, whoever their parents were", () => {
  const rows = parsePs(
    "    1     0 /sbin/launchd\n  500     1 /bin/zsh\n  501   500 /usr/local/bin/node\n  502   501 esbuild\n  900     1 other\n",
  );
  expect(rows).toHaveLength(5);
  expect([...descendants(rows, 500)].toSorted()).toEqual([500, 501, 502]);
  const csv = '"ProcessId","ParentProcessId","Name"\r\n"8400","700","powershell.exe"\r\n"8420","8400","node.exe"\r\n';
  expect(parseProcessCsv(csv)).toEqual([
    { pid: 8400, parent: 700, name: "powershell" },
    { pid: 8420, parent: 8400, name: "node" },
  ]);
  // Numbers are used again: a process may seem to be its own ancestor.
  expect(
    [
      ...descendants(
        [
          { pid: 1, parent: 2, name: "" },
          { pid: 2, parent: 1, name: "" },
        ],
        1,
      ),
    ].toSorted(),
  ).toEqual([1, 2]);
});
