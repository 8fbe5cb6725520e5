/** Reads a command line as the agent itself will: which words are its options' values, which its command, and which may be a prompt. */

/** `one` value, `many` up to the next option, `maybe` one where the next word is none. */
type Takes = "none" | "one" | "many" | "maybe";

/** What an agent's own `--help` says of its command line. */
export interface Grammar {
  readonly options: ReadonlyMap<string, Takes>;
  /** Its commands. `agent`: one that starts the agent, with what the person's own options say. */
  readonly commands: ReadonlyMap<string, "agent" | "other">;
}

export interface CommandLine {
  /** `at`: the place of the word in which each stands; `length`: how many words it takes. */
  options: { name: string; values: string[]; at: number; length: number }[];
  /** The words before `--` that are neither an option nor one's value, up to the command and without it. */
  words: string[];
  /** The places of these words. */
  places: number[];
  /** The first word, where it is a command of the agent, and what follows it. */
  command?: { name: string; kind: "agent" | "other"; rest: string[] };
  /** Where the `--` stands that ends the options. */
  end: number | undefined;
  /** An option that the grammar does not know: it may take the next word, and that may be anything. */
  unsure: boolean;
}

/** Each list names options separated by spaces; of a command, `agent` ones and others. */
export function grammar(lists: Partial<Record<Takes | "agent" | "other", string>>): Grammar {
  const names = (text = "") => text.split(/\s+/).filter((word) => word !== "");
  const of = <T extends Takes | "agent" | "other">(kinds: readonly T[]) =>
    new Map(kinds.flatMap((kind) => names(lists[kind]).map((name): [string, T] => [name, kind])));
  return { options: of(["none", "one", "many", "maybe"]), commands: of(["agent", "other"]) };
}

export function readCommandLine({ options, commands }: Grammar, args: readonly string[]): CommandLine {
  const line: CommandLine = { options: [], words: [], places: [], end: undefined, unsure: false };
  let at = 0;
  /** The word at `at`, if it is no option. */
  const value = (): string | undefined => {
    const word = args[at];
    return word === undefined || (word.startsWith("-") && word !== "-") ? undefined : word;
  };

  function take(name: string, attached: string | undefined): void {
    const takes = options.get(name);
    const values: string[] = attached === undefined ? [] : [attached];
    const option = { name, values, at: at - 1, length: 1 };
    line.options.push(option);
    if (takes === undefined) line.unsure = true;
    if (attached !== undefined || takes === undefined || takes === "none") return;
    // Such an option takes what follows it, whatever it looks like.
    if (takes === "one") {
      const word = args[at];
      at += 1;
      if (word !== undefined) values.push(word);
      option.length = 2;
      return;
    }
    for (let word = value(); word !== undefined; word = takes === "many" ? value() : undefined) {
      values.push(word);
      at += 1;
      option.length += 1;
    }
  }

  while (at < args.length) {
    const word = args[at] ?? "";
    at += 1;
    if (word === "--") {
      line.end = at - 1;
      line.words.push(...args.slice(at));
      line.places.push(...args.slice(at).map((_, index) => at + index));
      break;
    }
    if (word.startsWith("--")) {
      const is = word.indexOf("=");
      const name = is === -1 ? word : word.slice(0, is);
      take(name, is === -1 ? undefined : word.slice(is + 1));
    } else if (word.startsWith("-") && word !== "-") takeShort(word);
    else {
      const kind = line.words.length === 0 ? commands.get(word) : undefined;
      if (kind !== undefined) {
        line.command = { name: word, kind, rest: args.slice(at) };
        break;
      }
      line.words.push(word);
      line.places.push(at - 1);
    }
  }
  return line;

  /** `-abc` are three options, or `-a` with its value `bc`. */
  function takeShort(word: string): void {
    for (let index = 1; index < word.length; index += 1) {
      const name = `-${word[index]}`;
      const rest = word.slice(index + 1);
      const takes = options.get(name);
      if (rest === "" || takes === undefined || takes === "none") take(name, undefined);
      else {
        take(name, rest.replace(/^=/, ""));
        return;
      }
      // After an unknown letter the others may be its value.
      if (takes === undefined) return;
    }
  }
}

/** How a conversation is continued: by arguments that name it, or as the last one of its folder, which may be another session's. */
export interface Resumption {
  args: string[];
  by: "name" | "folder";
}

export interface ResumeRules {
  grammar: Grammar;
  /** Put before the person's arguments to continue the last conversation of the folder. */
  last: readonly string[];
  /** Options with which there is no conversation to come back to, or not in this folder, or a prompt that would be sent again. */
  never: ReadonlySet<string>;
  /** Options by which the person continues the last conversation of the folder. */
  lastAlready: ReadonlySet<string>;
  /** Options by which the person continues a conversation: the named one, or chosen in the agent where they have no value. */
  named: ReadonlySet<string>;
  /** An option that gives a new conversation its name: put in its place, the second one goes on with it. */
  names?: { option: string; resume: string };
}

/**
 * The person's arguments, changed so that the conversation goes on and nothing else happens; undefined where that is not sure: behind a
 * prompt, which would be sent a second time, a command, or an option that is not known.
 */
export function resumption(rules: ResumeRules, args: readonly string[]): Resumption | undefined {
  const line = readCommandLine(rules.grammar, args);
  if (line.unsure || line.words.length > 0 || line.command !== undefined) return undefined;
  const used = (names: ReadonlySet<string>) => line.options.filter(({ name }) => names.has(name));
  if (used(rules.never).length > 0) return undefined;
  // Behind `--` there is nothing.
  const own = line.end === undefined ? [...args] : args.slice(0, line.end);
  if (used(rules.named).length > 0) return { args: own, by: "name" };
  if (used(rules.lastAlready).length > 0) return { args: own, by: "folder" };
  const { names } = rules;
  const [given, another] = line.options.filter(({ name }) => name === names?.option);
  // Of two names the agent takes one, and nobody here knows which.
  if (another !== undefined) return undefined;
  if (names !== undefined && given !== undefined) {
    const id = given.values[0];
    const at = own.findIndex((word) => word === names.option || word.startsWith(`${names.option}=`));
    const rest = own.filter((_, index) => index !== at && !(own[at] === names.option && index === at + 1));
    return id ? { args: [names.resume, id, ...rest], by: "name" } : undefined;
  }
  return { args: [...rules.last, ...own], by: "folder" };
}

/**
 * The person's arguments, changed so that exactly this conversation goes on: `by` names it. A prompt among them is left out, as it has
 * been sent. Undefined where it is not sure which words are one, and where there is no such conversation to come back to.
 */
export function resumptionByName(
  rules: ResumeRules,
  args: readonly string[],
  by: readonly string[],
): Resumption | undefined {
  const line = readCommandLine(rules.grammar, args);
  if (line.unsure || line.command !== undefined) return undefined;
  if (line.options.some(({ name }) => rules.never.has(name))) return undefined;
  const left = line.options.filter(
    ({ name }) => rules.named.has(name) || rules.lastAlready.has(name) || name === rules.names?.option,
  );
  // Of several letters behind one dash, one cannot be taken away.
  if (left.some(({ at }) => line.options.filter((option) => option.at === at).length > 1)) return undefined;
  const gone = new Set(line.places);
  for (const { at, length } of left) for (let place = at; place < at + length; place += 1) gone.add(place);
  const own = args.filter((_, place) => place !== line.end && !gone.has(place));
  return { args: [...by, ...own], by: "name" };
}

export const setOf = (names: string): ReadonlySet<string> => new Set(names.split(/\s+/));

/** Whether these arguments start the agent, so that it wants its MCP server; a command such as `mcp list` refuses what it does not know. */
export function startsAgent(rules: Grammar, args: readonly string[]): boolean {
  return readCommandLine(rules, args).command?.kind !== "other";
}
