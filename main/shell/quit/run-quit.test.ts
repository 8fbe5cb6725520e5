/** Proves that quitting asks once, does what was answered, and ends once. */
import { expect, it, vi } from "vitest";
import { createQuit, type QuitOptions } from "./run-quit.ts";

function quitWith(options: Partial<QuitOptions> = {}) {
  const answers: ((response: number) => void)[] = [];
  const parts = {
    running: () => 1,
    tray: async () => true,
    hide: vi.fn(),
    askDaemon: vi.fn(async (): Promise<string | undefined> => undefined),
    end: vi.fn(async () => {}),
    onProblem: vi.fn(),
    ...options,
  };
  const dialog = {
    showMessageBox: vi.fn(
      (_question: object) =>
        new Promise<{ response: number }>((resolve) => answers.push((response) => resolve({ response }))),
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
  await vi.waitFor(() => expect(dialog.showMessageBox).toHaveBeenCalledTimes(2));
  answers[1]?.(0);
  await again;
});

it("the system's shutdown ends it although the question is open, and only once", async () => {
  const { quit, answers, parts } = quitWith();
  const asked = quit.request(false);
  await vi.waitFor(() => expect(answers).toHaveLength(1));
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
  await vi.waitFor(() => expect(answers).toHaveLength(1));
  answers[0]?.(2);
  await asked;
  expect(parts.onProblem).toHaveBeenCalledWith("the daemon did not stop", { reason: "the gateway answered 503" });
  expect(parts.end).toHaveBeenCalledWith("asked");
});

it("the tray is asked for anew each time, and one that has gone is not offered as a place to go on", async () => {
  let tray = true;
  const { quit, answers, parts, dialog } = quitWith({ tray: async () => tray });
  tray = false;
  const asked = quit.request(false);
  await vi.waitFor(() => expect(answers).toHaveLength(1));
  expect(dialog.showMessageBox.mock.calls[0]).toMatchObject([
    { buttons: expect.arrayContaining(["Quit, keep agents running"]) },
  ]);
  answers[0]?.(1);
  await asked;
  expect(parts.hide).not.toHaveBeenCalled();
  expect(parts.end).toHaveBeenCalledTimes(1);
});

it("a question that could not be asked loses nothing, and the next one is asked", async () => {
  const { quit, dialog, parts, answers } = quitWith();
  dialog.showMessageBox.mockRejectedValueOnce(new Error("the window has gone"));
  await quit.request(false);
  expect(parts.end).not.toHaveBeenCalled();
  expect(parts.onProblem).toHaveBeenCalledOnce();
  const again = quit.request(false);
  await vi.waitFor(() => expect(answers).toHaveLength(1));
  answers[0]?.(1);
  await again;
  expect(parts.hide).toHaveBeenCalledOnce();
});
