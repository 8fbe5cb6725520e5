/** Owns the proof that quitting asks once, does what was answered, and ends once. */
import { expect, it, vi } from "vitest";
import { createQuit, type QuitOptions } from "./run-quit.ts";

function quitWith(options: Partial<QuitOptions> = {}) {
  const answers: ((response: number) => void)[] = [];
  const parts = {
    running: () => 1,
    tray: () => true,
    hide: vi.fn(),
    askDaemon: vi.fn(async (): Promise<string | undefined> => undefined),
    end: vi.fn(async () => {}),
    onProblem: vi.fn(),
    ...options,
  };
  const dialog = {
    showMessageBox: vi.fn(
      () => new Promise<{ response: number }>((resolve) => answers.push((response) => resolve({ response }))),
    ),
    showOpenDialog: async () => ({ canceled: true, filePaths: [] }),
    showErrorBox: () => {},
  };
  return { quit: createQuit({ ...parts, electron: { dialog } }), parts, dialog, answers };
}

it("a second request while the first question is open changes nothing", async () => {
  const { quit, dialog, answers, parts } = quitWith();
  const first = quit.request(false);
  await quit.request(false);
  expect(dialog.showMessageBox).toHaveBeenCalledTimes(1);
  answers[0]?.(0);
  await first;
  expect(parts.end).not.toHaveBeenCalled();
  const again = quit.request(false);
  expect(dialog.showMessageBox).toHaveBeenCalledTimes(2);
  answers[1]?.(0);
  await again;
});

it("the system's shutdown ends it although the question is open, and only once", async () => {
  const { quit, answers, parts } = quitWith();
  const asked = quit.request(false);
  await quit.request(true);
  expect(parts.end).toHaveBeenCalledTimes(1);
  expect(parts.askDaemon).not.toHaveBeenCalled();
  answers[0]?.(2);
  await asked;
  expect(parts.end).toHaveBeenCalledTimes(1);
});

it("a daemon that will not stop is told in the log, and the app still ends", async () => {
  const { quit, answers, parts } = quitWith({ askDaemon: async () => "the gateway answered 503" });
  const asked = quit.request(false);
  answers[0]?.(2);
  await asked;
  expect(parts.onProblem).toHaveBeenCalledWith("the daemon did not stop", { reason: "the gateway answered 503" });
  expect(parts.end).toHaveBeenCalledWith(false);
});
