/** The short notes about what a person's own action led to; nothing else makes a toast. */
import { Toast } from "@base-ui/react/toast";
import type { Fault } from "../../shared/protocol/fault.ts";

export const toasts = Toast.createToastManager();
type NewToast = Parameters<typeof toasts.add>[0];

/** What was said before the place for it had come; that is fetched with the first screen, and later than it. */
let waiting: NewToast[] | undefined = [];
let count = 0;

function add(toast: NewToast): string {
  count += 1;
  const named = { ...toast, id: `toast-${count}` };
  if (waiting === undefined) toasts.add(named);
  else waiting.push(named);
  return named.id;
}

/** From now on toasts are shown at once. */
export function showToasts(): void {
  const missed = waiting ?? [];
  waiting = undefined;
  for (const toast of missed) toasts.add(toast);
}

/** One with a description is longer to read. */
export function toastDone(title: string, description?: string): void {
  add({ title, type: "done", timeout: description === undefined ? 3_000 : 6_000, ...(description && { description }) });
}

/** What happened, and what was not lost or what to do next. */
export function toastFault(fault: Fault): void {
  add({
    title: fault.message,
    ...(fault.hint === undefined ? {} : { description: fault.hint }),
    type: "fault",
    priority: "high",
    timeout: 10_000,
  });
}

/** A done deed that can be taken back for a while. */
export function toastUndo(title: string, undo: () => void): void {
  const id = add({
    title,
    type: "done",
    timeout: 8_000,
    actionProps: {
      children: "Undo",
      onClick() {
        toasts.close(id);
        undo();
      },
    },
  });
}
