/** Gets a preview into its frame: asks what its page would meet, for a way in, and again when either ends. */
import { type RefObject, useCallback, useEffect, useRef, useState } from "react";
import type { Fault } from "../../shared/protocol/fault.ts";
import { type PortView, PREVIEW_CLOSED, type PreviewCheck } from "../../shared/protocol/preview-api.ts";
import { useServices } from "../shell/services.ts";
import { useApp } from "../stores/app-store.ts";

export interface PreviewFrame {
  /** What a request meets now; undefined until that is known. */
  check: PreviewCheck | undefined;
  /** Address to load, and a number that is another one for each time that it is loaded anew. */
  frame: { url: string; load: number } | undefined;
  /** Why there is no way in. */
  fault: Fault | undefined;
  /** The browser keeps nothing that would let a frame in. */
  shut: boolean;
  reload: () => void;
}

/** How often it is asked whether the program is there again, in milliseconds. */
const LOOK_MS = 1_000;
/** A frame that is closed again so soon after it was let in keeps no cookie. */
const SHUT_MS = 5_000;
const MAX_RETRIES = 2;

/** `port` is undefined while nothing may be shown. */
export function usePreview(
  session: string,
  port: PortView | undefined,
  path: string,
  element: RefObject<HTMLIFrameElement | null>,
): PreviewFrame {
  const { client } = useServices();
  const run = useApp((store) => store.app?.run);
  const [check, setCheck] = useState<PreviewCheck>();
  const [frame, setFrame] = useState<PreviewFrame["frame"]>();
  const [fault, setFault] = useState<Fault>();
  const [shut, setShut] = useState(false);
  const [asked, setAsked] = useState(0);
  const tries = useRef({ at: 0, count: 0 });
  const reload = useCallback(() => {
    tries.current = { at: 0, count: 0 };
    setShut(false);
    setAsked((count) => count + 1);
  }, []);
  const number = port?.port;
  const health = port?.health;

  useEffect(() => {
    // That it is up again is noticed below, by asking.
    if (health === "down") setAsked((count) => count + 1);
  }, [health]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: a reload and another gateway ask again.
  useEffect(() => {
    if (number === undefined) return;
    let ended = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    async function look(at: number): Promise<void> {
      const looked = await client.checkPreview(session, at, path);
      if (ended) return;
      if (!looked.ok) {
        setFault(looked.fault);
        timer = setTimeout(() => void look(at), LOOK_MS);
        return;
      }
      setCheck(looked.value);
      if (looked.value.health === "down" || looked.value.framing === "refused") {
        setFault(undefined);
        setFrame(undefined);
        if (looked.value.health === "down") timer = setTimeout(() => void look(at), LOOK_MS);
        return;
      }
      const granted = await client.grantPreview(session, at, path);
      if (ended) return;
      setFault(granted.ok ? undefined : granted.fault);
      setFrame((before) => (granted.ok ? { url: granted.value.url, load: (before?.load ?? 0) + 1 } : undefined));
    }
    void look(number);
    return () => {
      ended = true;
      clearTimeout(timer);
    };
  }, [client, session, number, path, asked, run]);

  const origin = port?.url === undefined ? undefined : new URL(port.url).origin;
  useEffect(() => {
    function hear(event: MessageEvent): void {
      if (event.data !== PREVIEW_CLOSED || event.origin !== origin) return;
      if (element.current === null || event.source !== element.current.contentWindow) return;
      const now = performance.now();
      const { at, count } = tries.current;
      tries.current = { at: now, count: now - at < SHUT_MS ? count + 1 : 1 };
      if (tries.current.count > MAX_RETRIES) setShut(true);
      else setAsked((before) => before + 1);
    }
    window.addEventListener("message", hear);
    return () => window.removeEventListener("message", hear);
  }, [origin, element]);

  return { check, frame, fault, shut, reload };
}
