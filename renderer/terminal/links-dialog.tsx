/** The links in a session's terminal, for people without a mouse or a key to hold with it. */
import { useEffect, useState } from "react";
import type { FilePlace } from "../../shared/links/editor-address.ts";
import type { SessionView } from "../../shared/protocol/app-frames.ts";
import { oneLine } from "../../shared/text/visible.ts";
import { Dialog } from "../parts/dialog.tsx";
import { Empty } from "../parts/notice.tsx";
import picks from "../sessions/session-dialogs.module.css";
import { useServices } from "../shell/services.ts";
import { closeOverlay } from "../stores/view-store.ts";
import { showPlace } from "./link-target.ts";
import { openPlace } from "./open-place.ts";

export function LinksDialog({ session }: { session: SessionView }) {
  const { client, host, terminals } = useServices();
  const links = terminals.known(session.id)?.links;
  const addresses = links?.all() ?? [];
  const [files, setFiles] = useState<FilePlace[]>();
  useEffect(() => {
    let gone = false;
    void Promise.resolve(links?.files() ?? []).then((found) => {
      if (!gone) setFiles(found);
    });
    return () => {
      gone = true;
    };
  }, [links]);
  const pick = (text: string, open: () => Promise<void>) => (
    <li key={text}>
      <button
        type="button"
        className={picks.pick}
        onClick={() => {
          closeOverlay();
          void open();
        }}
      >
        {oneLine(text, 300)}
      </button>
    </li>
  );
  return (
    <Dialog title="Open a link" onClose={closeOverlay} width={560}>
      {addresses.length === 0 && files?.length === 0 ? (
        <Empty
          text="There is no link in this terminal."
          hint="Addresses that begin with http:// or https:// are links, and paths of files that exist."
        />
      ) : (
        <ul className={picks.picks}>
          {addresses.map((address) => pick(address, () => host.openExternal(address)))}
          {files?.map((place) => pick(showPlace(place), () => openPlace(host, client, session.id, place)))}
        </ul>
      )}
    </Dialog>
  );
}
