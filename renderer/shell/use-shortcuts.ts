/** Listens for the page's keys, before the terminal sees them and only for those that it does not need. */
import { useEffect, useMemo } from "react";
import type { CommandId } from "../keys/commands.ts";
import { INPUT_METHOD_KEY } from "../keys/input-method.ts";
import { isForField, keyMap, keyName, keysOf, sessionNumber, showKey } from "../keys/key-map.ts";
import { useSettings } from "../stores/settings-store.ts";
import { runCommand } from "./command-bus.ts";
import { keepBack } from "./early-keys.ts";
import { useServices } from "./services.ts";

export function useShortcuts(onSessionNumber: (number: number) => void): void {
  const { host } = useServices();
  const own = useSettings((settings) => settings.keys);
  const map = useMemo(() => keyMap(host.platform, own), [host.platform, own]);
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.isComposing || event.keyCode === INPUT_METHOD_KEY || event.defaultPrevented) return;
      if (keepBack(event)) return;
      const number = sessionNumber(event, host.platform);
      const command = map.get(keyName(event));
      if (number === undefined && (command === undefined || isForField(command, event.target))) return;
      // A recorder of keys wants them raw.
      if (event.target instanceof HTMLElement && event.target.dataset.keys === "raw") return;
      event.preventDefault();
      event.stopPropagation();
      if (number !== undefined) onSessionNumber(number);
      else if (command !== undefined) runCommand(command);
    };
    window.addEventListener("keydown", onKeyDown, { capture: true });
    return () => window.removeEventListener("keydown", onKeyDown, { capture: true });
  }, [map, host.platform, onSessionNumber]);
}

/** The first key of a command as people read it; undefined when it has none. */
export function useKeys(id: CommandId): string | undefined {
  const { host } = useServices();
  const own = useSettings((settings) => settings.keys);
  const [first] = keysOf(id, host.platform, own);
  return first === undefined ? undefined : showKey(first, host.platform);
}
