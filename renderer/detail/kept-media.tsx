/** Shows a picture or plays a sound that is kept beside the events, read when it is looked at; other files can be saved. */
import { useEffect, useState } from "react";
import { visible } from "../../shared/text/visible.ts";
import { Button } from "../parts/button.tsx";
import { useServices } from "../shell/services.ts";
import { formatBytes } from "./format-bytes.ts";
import notes from "./notes.module.css";
import styles from "./payload.module.css";

interface KeptProps {
  session: string;
  /** Its name beside the events. */
  name: string;
  bytes: number;
  /** What it is shown as; the gateway itself says nothing of it. */
  type: string;
}

export type MediaKind = "image" | "audio" | "file";

export function KeptMedia({ kind, ...props }: KeptProps & { kind: MediaKind }) {
  return kind === "file" ? <KeptFile {...props} /> : <Shown kind={kind} {...props} />;
}

function Shown({ kind, session, name, bytes, type }: KeptProps & { kind: "image" | "audio" }) {
  const { client } = useServices();
  const [address, setAddress] = useState<string>();
  const [problem, setProblem] = useState<string>();
  const [attempt, setAttempt] = useState(0);

  // biome-ignore lint/correctness/useExhaustiveDependencies: another attempt reads it again.
  useEffect(() => {
    let made: string | undefined;
    let gone = false;
    setProblem(undefined);
    void client.part(session, name).then(async (answer) => {
      if (gone) return;
      if (!answer.ok) return setProblem(answer.fault.message);
      const content = new Blob([await answer.value.arrayBuffer()], { type });
      if (gone) return;
      made = URL.createObjectURL(content);
      setAddress(made);
    });
    return () => {
      gone = true;
      setAddress(undefined);
      if (made !== undefined) URL.revokeObjectURL(made);
    };
  }, [client, session, name, type, attempt]);

  const what = kind === "image" ? "picture" : "sound";
  if (problem !== undefined) {
    return (
      <p className={notes.warn} role="note">
        The {what} of {formatBytes(bytes)} couldn't be read: {visible(problem)}{" "}
        <Button kind="link" onClick={() => setAttempt(attempt + 1)}>
          Try again
        </Button>
      </p>
    );
  }
  if (address === undefined) return <p className={notes.none}>{`Loading the ${what}, ${formatBytes(bytes)}…`}</p>;
  if (kind === "image") return <img className={styles.image} alt="Result of the tool" src={address} />;
  return (
    <audio className={styles.audio} controls src={address}>
      <track kind="captions" />
    </audio>
  );
}

function KeptFile({ session, name, bytes, type }: KeptProps) {
  const { client } = useServices();
  const [problem, setProblem] = useState<string>();
  const save = async () => {
    const answer = await client.part(session, name);
    if (!answer.ok) return setProblem(answer.fault.message);
    setProblem(undefined);
    const address = URL.createObjectURL(await answer.value.blob());
    const link = document.createElement("a");
    link.href = address;
    link.download = `${name}.bin`;
    link.click();
    URL.revokeObjectURL(address);
  };
  return (
    <div className={styles.preview}>
      <span>
        {type === "" ? "A file" : visible(type)}, {formatBytes(bytes)}.
      </span>
      <Button onClick={() => void save()}>Save</Button>
      {problem !== undefined && <span role="alert">{visible(problem)}</span>}
    </div>
  );
}
