/** Reads the marks by which shells say where their prompts are (OSC 133, of FinalTerm). */

/** `A`, perhaps with options, begins a prompt. `k=s` and `k=r` are continued lines and right-hand prompts, which nobody goes to. */
export const isPrompt = (data: string): boolean => /^[AN](?:;|$)/.test(data) && !/;k=[sr](?:;|$)/.test(data);
