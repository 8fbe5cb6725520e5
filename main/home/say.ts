/** Prints for a person: what other programs and files said is shown in it, and never drives the terminal. */
import type { Fault } from "../../shared/protocol/fault.ts";
import { visibleJson, visibleLines } from "../../shared/text/visible.ts";

/** One or more lines on standard output. */
export const say = (text: string): void => console.log(visibleLines(text));

/** The same on standard error, with the name of the program that says it. */
export const complain = (text: string, program = "signalbox"): void =>
  console.error(`${program}: ${visibleLines(text)}`);

/** One line for a program that reads it: no character of it drives a terminal, and every reader of JSON gives it back unchanged. */
export const sayJson = (value: unknown): void => console.log(visibleJson(JSON.stringify(value)));

/** Why a command could not do it, for a person and, where that was asked for, for a program. Gives the exit code. */
export function sayFault(fault: Fault, json: boolean): 1 {
  if (json) sayJson({ error: fault });
  complain(`${fault.message}${fault.hint === undefined ? "" : `\n${fault.hint}`}`);
  return 1;
}
