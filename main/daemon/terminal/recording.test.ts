/** Proves that a recording is what was printed, when it was printed, without secrets and without end. */
import { mkdtempSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { silentLog } from "../../home/create-log.ts";
import { asciicast } from "../../home/recording/asciicast.ts";
import { readRecording, removeRecording } from "../../home/recording/read-recording.ts";
import { createRecording } from "./recording.ts";

const TOKEN = "canary-0123456789";

function begin(more: { segmentBytes?: number; recordings?: string } = {}) {
  const recordings = more.recordings ?? mkdtempSync(join(tmpdir(), "signalbox-recordings-"));
  const clock = { now: 1_000 };
  const recording = createRecording({
    folder: join(recordings, "s-1"),
    size: { cols: 80, rows: 24 },
    secrets: () => [TOKEN, "short"],
    now: () => clock.now,
    log: silentLog(),
    ...(more.segmentBytes === undefined ? {} : { segmentBytes: more.segmentBytes }),
  });
  return { recordings, recording, clock };
}

/** A segment can be read while it is the present one. */
const everything = (recordings: string): Buffer =>
  Buffer.concat(Array.from(readRecording(recordings, "s-1"), ({ header, read }) => read(header.offset, 100_000)));

it("holds every byte as it was printed, also what is no text", async () => {
  const { recordings, recording } = begin();
  const bytes = Buffer.from([0xff, 0x00, 0x1b, 0xe2, 0x80, 0xa6, 0xc3, 0x28]);
  for (const byte of bytes) recording.output(Buffer.of(byte));
  await recording.flush();
  recording.output(bytes);
  await recording.close();
  expect(everything(recordings)).toEqual(Buffer.concat([bytes, bytes]));
  const folder = join(recordings, "s-1");
  expect(statSync(folder).mode & 0o777).toBe(0o700);
  for (const file of readdirSync(folder)) expect(statSync(join(folder, file)).mode & 0o777).toBe(0o600);
  removeRecording(recordings, "s-1");
  expect(readdirSync(recordings)).toEqual([]);
  expect([...readRecording(recordings, "s-1"), ...readRecording(recordings, "../s-1")]).toEqual([]);
});

it("plays as asciicast v3: intervals, sizes, markers where calls began, and the exit", async () => {
  const { recordings, recording, clock } = begin();
  recording.output(Buffer.from("$ "));
  clock.now += 500;
  recording.output(Buffer.from("caf").subarray(0, 3));
  clock.now += 100;
  recording.output(Buffer.from([0xc3]));
  clock.now += 100;
  recording.output(Buffer.from([0xa9]));
  recording.resize({ cols: 100, rows: 30 });
  clock.now += 1_000;
  recording.output(Buffer.from("before|after"));
  recording.exit({ code: 3, signal: null });
  await recording.close();
  const markers = [{ offset: 14, label: "build" }];
  const [header, ...events] = [...asciicast(readRecording(recordings, "s-1"), markers, { title: "t" })].map((line) =>
    JSON.parse(line),
  );
  expect(header).toMatchObject({ version: 3, term: { cols: 80, rows: 24 }, title: "t", timestamp: expect.any(Number) });
  expect(events).toEqual([
    [0, "o", "$ "],
    [0.5, "o", "caf"],
    [0.2, "o", "é"],
    [0, "r", "100x30"],
    [1, "o", "before|"],
    [0, "m", "build"],
    [0, "o", "after"],
    [0, "x", "3"],
  ]);
});

it("A7: a secret that a program prints is masked, wherever the reads cut it", async () => {
  const text = Buffer.from(`SIGNALBOX_MCP_TOKEN=${TOKEN}\nand ${TOKEN}${TOKEN} short`);
  for (let at = 0; at <= text.length; at += 7) {
    const { recordings, recording } = begin();
    recording.output(Buffer.from(text.subarray(0, at)));
    await recording.flush();
    recording.output(Buffer.from(text.subarray(at)));
    await recording.close();
    expect(everything(recordings).toString()).toBe(text.toString().replaceAll(TOKEN, "*".repeat(TOKEN.length)));
  }
});

it("has all that a quiet program printed, and masks a secret that began with it when the rest comes", async () => {
  const { recordings, recording } = begin();
  recording.output(Buffer.from("CANARY OR can"));
  await recording.flush();
  expect(String(everything(recordings)), "three letters are no secret").toBe("CANARY OR can");
  recording.output(Buffer.from("ary-"));
  await recording.flush();
  expect(String(everything(recordings)), "too much of one").toBe("CANARY OR can");
  recording.output(Buffer.from("0123456789\r\n"));
  await recording.flush();
  expect(String(everything(recordings))).toBe(`CANARY OR ${"*".repeat(TOKEN.length)}\r\n`);
  await recording.close();
});

it("A7: masks what is written of a secret also in segments that are closed", async () => {
  const { recordings, recording } = begin({ segmentBytes: 2 });
  for (const character of `>${TOKEN}<`) {
    recording.output(Buffer.from(character));
    for (const dress of ["\u001b[1m", "\r\n"]) recording.output(Buffer.from(dress));
    await recording.flush();
    const text = String(everything(recordings));
    expect(text.split("\u001b[1m\r\n").join("")).not.toContain(TOKEN.slice(0, 4));
  }
  await recording.close();
  const bytes = Buffer.concat(
    readdirSync(join(recordings, "s-1"))
      .filter((name) => name.endsWith(".out"))
      .map((name) => readFileSync(join(recordings, "s-1", name))),
  );
  expect(bytes.includes("c")).toBe(false);
});

it("ends with the program's last byte, also where that could begin a secret", async () => {
  const { recordings, recording } = begin();
  recording.output(Buffer.from("done, canar"));
  await recording.flush();
  expect(String(everything(recordings)), "a secret may be coming").toBe("done, ");
  recording.exit({ code: 0, signal: null });
  await recording.flush();
  expect(String(everything(recordings))).toBe("done, canar");
  // The next program's output is held back again.
  recording.start();
  recording.output(Buffer.from(` ok ${TOKEN.slice(0, 5)}`));
  await recording.flush();
  expect(String(everything(recordings))).toBe("done, canar ok ");
  recording.output(Buffer.from(TOKEN.slice(5)));
  await recording.close();
  expect(String(everything(recordings))).toBe(`done, canar ok ${"*".repeat(TOKEN.length)}`);
});

it("keeps the newest of an endless session, and offsets still find their place", async () => {
  const { recordings, recording } = begin({ segmentBytes: 1_000 });
  for (let n = 0; n < 100; n += 1) {
    recording.output(Buffer.from(`${String(n).padStart(99, "0")}\n`));
    await recording.flush();
  }
  await recording.close();
  const beginnings = Array.from(readRecording(recordings, "s-1"), ({ header: { offset }, read }) => [
    offset,
    Number(read(offset, offset + 100).toString()),
  ]);
  expect(beginnings).toEqual([
    [6_000, 60],
    [7_000, 70],
    [8_000, 80],
    [9_000, 90],
  ]);
  const lines = [
    ...asciicast(readRecording(recordings, "s-1"), [
      { offset: 10, label: "gone" },
      { offset: 6_100, label: "here" },
    ]),
  ];
  expect(lines.join("")).not.toContain("gone");
  expect(lines.findIndex((line) => line.includes("here"))).toBe(2);
});

it("a disk that refuses ends the recording and nothing else", async () => {
  const recordings = mkdtempSync(join(tmpdir(), "signalbox-recordings-"));
  writeFileSync(join(recordings, "s-1"), "a file where the folder should be");
  const { recording } = begin({ recordings });
  recording.output(Buffer.from("x"));
  await recording.flush();
  recording.output(Buffer.from("y"));
  await recording.close();
  expect([...readRecording(recordings, "s-1")]).toEqual([]);
});
