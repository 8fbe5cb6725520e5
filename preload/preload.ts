/** The preload script: it gives the page one object, and runs in a sandbox. */
import { contextBridge, ipcRenderer } from "electron";
import { HOST_BRIDGE_KEY } from "../shared/protocol/host-bridge.ts";
import { createBridge } from "./create-bridge.ts";

contextBridge.exposeInMainWorld(HOST_BRIDGE_KEY, createBridge(ipcRenderer, process.platform));
