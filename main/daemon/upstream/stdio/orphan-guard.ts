/** Ends the processes of MCP servers when the daemon was killed and can end them no more. */
import { type ChildProcess, spawn } from "node:child_process";
import { sealDescriptors } from "../../terminal/pty/seal-descriptors.ts";

export interface OrphanGuard {
  /** From now on this process group ends with the daemon, however the daemon ends. */
  hold(pid: number): void;
  /** The group has ended. */
  release(pid: number): void;
  dispose(): Promise<void>;
}

/** A guard that has nothing to end leaves at once. */
const LEAVE_MS = 500;

/**
 * A kill -9 gives the daemon no moment of its own, and a server may ignore the end of its input. So a small shell waits at a
 * pipe from the daemon: the pipe ends with the daemon, however that ended. Groups that are still there then get SIGTERM after
 * 0.4 s and SIGKILL 0.6 s later, as they do when a session ends. A group is known by its leader's number and start, so that a
 * stranger that has got the number is left alone. The shell reads nothing but our own numbers.
 */
const SCRIPT = `# Signalbox: ends MCP servers when their daemon was killed
trap '' HUP INT TERM
held=' '
start() {
  born=
  if [ -r /proc/self/stat ]; then
    # proc_pid_stat(5): the name in parentheses may hold anything, the start is the twentieth field behind it.
    { IFS= read -r line < "/proc/$1/stat"; } 2>/dev/null || return 0
    set -- \${line##*) }
    shift 19
    born=$1
  else
    born=$(ps -o lstart= -p "$1" 2>/dev/null)
  fi
}
while read -r word pid; do
  case $word in
    hold) start "$pid"; eval "born_$pid=\\$born"; held="$held$pid " ;;
    release) case $held in *" $pid "*) held="\${held%% $pid *} \${held#* $pid }" ;; esac ;;
  esac
done
end() {
  for pid in $held; do
    start "$pid"
    eval "then=\\$born_$pid"
    # Without its leader, a group keeps the number for itself.
    if [ -z "$born" ] || [ "$born" = "$then" ]; then kill -s "$1" -- "-$pid" 2>/dev/null; fi
  done
}
[ -z "\${held## }" ] && exit 0
sleep 0.4
end TERM
sleep 0.6
end KILL`;

/** Starts the shell with the first process. On Windows the system does it: children are in a job that ends with the daemon. */
export function createOrphanGuard(platform: NodeJS.Platform = process.platform): OrphanGuard {
  const held = new Set<number>();
  let shell: ChildProcess | undefined;
  let disposed = false;

  const tell = (word: "hold" | "release", pid: number) => shell?.stdin?.write(`${word} ${pid}\n`);

  function begin(): void {
    const started = spawn("/bin/sh", ["-c", SCRIPT, "signalbox-guard"], {
      cwd: "/",
      env: { PATH: "/usr/bin:/bin" },
      stdio: sealDescriptors(["pipe", "ignore", "ignore"] as const),
      // A session of its own: what ends the daemon's group must not end its guard.
      detached: true,
    });
    shell = started;
    started.unref();
    const gone = () => {
      if (shell === started) shell = undefined;
    };
    // Servers run without it, too; the next one tries again.
    started.once("error", gone);
    started.once("exit", gone);
    started.stdin?.on("error", gone);
    for (const pid of held) tell("hold", pid);
  }

  return {
    hold(pid) {
      if (platform === "win32" || disposed) return;
      held.add(pid);
      if (shell === undefined) begin();
      else tell("hold", pid);
    },
    release(pid) {
      if (held.delete(pid)) tell("release", pid);
    },
    async dispose() {
      disposed = true;
      const last = shell;
      if (last === undefined) return;
      const { promise, resolve } = Promise.withResolvers<void>();
      last.once("exit", () => resolve());
      const late = setTimeout(resolve, LEAVE_MS);
      last.stdin?.end();
      await promise;
      clearTimeout(late);
    },
  };
}
