/** A stretch of a text; `hit` where it is what was searched for. */
export interface Stretch {
  /** Where it begins, in UTF-16 units: also its key. */
  at: number;
  text: string;
  hit: boolean;
}

/** The words of `text`, folded as the server folds them: case and accents do not matter. */
function wordsOf(text: string): { word: string; start: number; end: number }[] {
  return [...text.matchAll(/[\p{L}\p{N}\p{M}]+/gu)].map((match) => ({
    word: match[0].normalize("NFD").replaceAll(/\p{M}/gu, "").toLowerCase(),
    start: match.index,
    end: match.index + match[0].length,
  }));
}

/** What a search asks for, each as a row of words: single words, and phrases between quotes. */
export function phrasesOf(q: string): string[][] {
  return q
    .split('"')
    .flatMap((part, index) => (index % 2 === 1 ? [part] : part.split(/\s+/)))
    .map((term) => wordsOf(term).map(({ word }) => word))
    .filter((phrase) => phrase.length > 0);
}

/** `text` cut where one of `phrases` stands in it. */
export function highlighted(text: string, phrases: readonly string[][]): Stretch[] {
  const words = phrases.length > 0 ? wordsOf(text) : [];
  const stretches: Stretch[] = [];
  let at = 0;
  for (let index = 0; index < words.length; ) {
    const length = longestAt(words, index, phrases);
    const first = words[index];
    const last = words[index + length - 1];
    if (length === 0 || !first || !last) {
      index++;
      continue;
    }
    if (first.start > at) stretches.push({ at, text: text.slice(at, first.start), hit: false });
    stretches.push({ at: first.start, text: text.slice(first.start, last.end), hit: true });
    at = last.end;
    index += length;
  }
  if (at < text.length) stretches.push({ at, text: text.slice(at), hit: false });
  return stretches;
}

function longestAt(words: { word: string }[], index: number, phrases: readonly string[][]): number {
  const fitting = phrases.filter((phrase) =>
    phrase.every((word, step) => words[index + step]?.word === word),
  );
  return Math.max(0, ...fitting.map((phrase) => phrase.length));
}
