/** A process that reads streams with Node's own EventSource (`--experimental-eventsource`) and prints what it saw, as JSON. */
const [base = "", count = "0"] = process.argv.slice(2);

interface Source {
  onmessage: ((event: { data: string }) => void) | null;
  onerror: (() => void) | null;
  close(): void;
}
const EventSource = (globalThis as { EventSource?: new (url: string) => Source }).EventSource;
if (EventSource === undefined) throw new Error("start it with --experimental-eventsource");

const seen: string[][] = [];
for (let i = 0; i < Number(count); i += 1) {
  const events: string[] = [];
  await new Promise<void>((resolve) => {
    const source = new EventSource(`${base}/${i}`);
    source.onmessage = ({ data }) => events.push(data);
    // The end of the stream: it would come back for more.
    source.onerror = () => {
      source.close();
      resolve();
    };
  });
  seen.push(events);
}
console.log(JSON.stringify(seen));
