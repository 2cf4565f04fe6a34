/** One thing that the command palette can do. */
export interface Command {
  id: string;
  group: string;
  title: string;
  /** The key that does the same, where there is one. */
  key?: string;
  run(): void;
}

/** Fewest letters from which what is typed is offered as a search. */
const SEARCH_FROM = 2;

/** Those whose group and title hold every word of `text`; titles that begin with it come first. */
export function matching(commands: readonly Command[], text: string): Command[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return [...commands];
  const found = commands.filter(({ group, title }) => {
    const whole = `${group} ${title}`.toLowerCase();
    return words.every((word) => whole.includes(word));
  });
  const begins = ({ title }: Command) => title.toLowerCase().startsWith(words.join(" "));
  return [...found.filter(begins), ...found.filter((command) => !begins(command))];
}

/** In groups, in the order in which they first appear. */
export function grouped(commands: readonly Command[]): [string, Command[]][] {
  const groups = new Map<string, Command[]>();
  for (const command of commands) groups.set(command.group, [...(groups.get(command.group) ?? []), command]);
  return [...groups];
}

export function isSearch(text: string): boolean {
  return text.trim().length >= SEARCH_FROM;
}
