/** Owns the three forms of the window. */
import { useSyncExternalStore } from "react";

export type Width = "narrow" | "middle" | "wide";

const wide = window.matchMedia("(min-width: 1100px)");
const middle = window.matchMedia("(min-width: 760px)");

const current = (): Width => (wide.matches ? "wide" : middle.matches ? "middle" : "narrow");

/** From 1100 px three panels; from 760 px the sessions are a rail; below it one pane. */
export const useWidth = (): Width =>
  useSyncExternalStore((told) => {
    wide.addEventListener("change", told);
    middle.addEventListener("change", told);
    return () => {
      wide.removeEventListener("change", told);
      middle.removeEventListener("change", told);
    };
  }, current);
