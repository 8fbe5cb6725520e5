/** The panels whose code is loaded when they are first shown: one call, and a preview. */
import { lazy, Suspense, useMemo } from "react";
import type { SessionView } from "../../shared/protocol/app-frames.ts";
import { loadCode } from "../gateway/load-code.ts";
import { useView } from "../stores/view-store.ts";
import { useServices } from "./services.ts";

export const loadCallDrawer = () =>
  loadCode(() => import("../detail/call-drawer.tsx")).then(({ CallDrawer }) => ({ default: CallDrawer }));
const CallDrawer = lazy(loadCallDrawer);
export const PreviewPanel = lazy(() =>
  loadCode(() => import("../preview/preview-panel.tsx")).then(({ PreviewPanel }) => ({ default: PreviewPanel })),
);

export function Drawer({ session }: { session: SessionView }) {
  const { streams } = useServices();
  const call = useView((view) => view.call);
  const store = useMemo(() => streams.open(session.id), [streams, session.id]);
  if (call === undefined) return null;
  return (
    <Suspense>
      <CallDrawer key={session.id} store={store} session={session.id} id={call} />
    </Suspense>
  );
}
