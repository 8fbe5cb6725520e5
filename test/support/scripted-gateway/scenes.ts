/** Lists all scenes: every state that the page can be in, each as data. */
import { callScenes } from "./call-scenes.ts";
import { inboxScenes } from "./inbox-scenes.ts";
import type { Scene } from "./scene.ts";
import { stateScenes } from "./state-scenes.ts";
import { viewScenes } from "./view-scenes.ts";

/** `now`: milliseconds; what the scenes say happened lies before it. */
export const scenes = (now: number): Scene[] => [
  ...viewScenes(now),
  ...stateScenes(now),
  ...callScenes(now),
  ...inboxScenes(now),
];
