/** Which keys belong to an input method and mean nothing to the page: they choose, or end, what is being composed. */

/** Value of `keyCode` for such a key (UI Events, legacy key codes). Safari has it also for the key that ended the composition. */
export const INPUT_METHOD_KEY = 229;

/** Takes the browser's event, or React's around it. */
export function isInputMethod(event: KeyboardEvent | { nativeEvent: KeyboardEvent }): boolean {
  const { isComposing, keyCode } = "nativeEvent" in event ? event.nativeEvent : event;
  return isComposing || keyCode === INPUT_METHOD_KEY;
}
