/** The three forms of the window. */
import { useSyncExternalStore } from "react";
import { watchMedia } from "../theme/watch-media.ts";

export type Width = "narrow" | "middle" | "wide";

/** Sessions and activity leave a terminal of 80 columns from here on. */
const wide = watchMedia("(min-width: 1280px)");
const middle = watchMedia("(min-width: 760px)");

const current = (): Width => (wide.matches ? "wide" : middle.matches ? "middle" : "narrow");

/** From 1280 px three panels; from 760 px the sessions are a rail; below it one pane. */
export const useWidth = (): Width =>
  useSyncExternalStore((told) => {
    const stops = [wide.onChange(told), middle.onChange(told)];
    return () => {
      for (const stop of stops) stop();
    };
  }, current);
