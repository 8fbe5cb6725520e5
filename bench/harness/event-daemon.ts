/** The bench's hold on the scripted daemon, a foreign one or one that stands for ours: sessions to read from, and orders to emit. */
import { randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { type CreateSessionResponse, createSessionResponseSchema } from "../../shared/protocol/daemon-api.ts";
import { z } from "../../shared/protocol/schema.ts";
import { milliseconds } from "./clock.ts";
import type { emitCommand } from "./event-script.ts";
import { type Program, parse, startProgram } from "./program.ts";

const emitted = z.object({ began: z.string() });

export interface EventDaemon extends Program {
  createSession(): Promise<CreateSessionResponse>;
  /** Returns when the last event has been written, with the moment of the first (`now()` of clock.ts). */
  emit(command: z.input<typeof emitCommand>): Promise<number>;
  /** Writes a discovery file that names it, and gives the file's path. */
  announce(folder: string): string;
  /** Makes it our own daemon of a home whose gateway has not started yet. */
  takeHome(home: string): void;
}

export async function startEventDaemon(whose: "foreign" | "own" = "foreign"): Promise<EventDaemon> {
  const key = randomBytes(32).toString("hex");
  const program = await startProgram("event-daemon", whose === "own" ? [key] : []);
  const post = async (path: string, body: object) => {
    const response = await fetch(program.url + path, { method: "POST", body: JSON.stringify(body) });
    if (!response.ok) throw new Error(`the event daemon answered ${response.status}`);
    return response.text();
  };
  return {
    ...program,
    createSession: async () => parse(createSessionResponseSchema, await post("/session", {})),
    emit: async (command) => milliseconds(parse(emitted, await post("/emit", command)).began),
    announce(folder) {
      const path = join(folder, "event-daemon.json");
      writeFileSync(path, JSON.stringify({ url: `${program.url}/mcp`, pid: program.pid }), { mode: 0o600 });
      return path;
    },
    takeHome(home) {
      writeFileSync(join(home, "daemon.key"), `${key}\n`, { mode: 0o600 });
      writeFileSync(join(home, "mcp.json"), JSON.stringify({ url: `${program.url}/mcp`, pid: program.pid }), {
        mode: 0o600,
      });
    },
  };
}
