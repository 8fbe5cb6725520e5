/** Owns the short notes about what a person's own action led to; nothing else makes a toast. */
import { Toast } from "@base-ui/react/toast";
import type { Fault } from "../../shared/protocol/fault.ts";

export const toasts = Toast.createToastManager();

export const toastDone = (title: string): void => void toasts.add({ title, type: "done", timeout: 3_000 });

/** What happened, and what was not lost or what to do next. */
export function toastFault(fault: Fault): void {
  toasts.add({
    title: fault.message,
    ...(fault.hint === undefined ? {} : { description: fault.hint }),
    type: "fault",
    priority: "high",
    timeout: 10_000,
  });
}

/** A done deed that can be taken back for a while. */
export function toastUndo(title: string, undo: () => void): void {
  const id = toasts.add({
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
