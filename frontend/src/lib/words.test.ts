import { describe, expect, it } from "vitest";
import { piecesOf, strengths, strongestWords, toneOf, type WordContribution } from "./words";

function word(start: number, end: number, text: string, sentiment: number): WordContribution {
  return { start, end, text, sentiment, toxicity: null, churn_risk: null };
}

describe("piecesOf", () => {
  it("counts code points, so that marks fall where they belong behind an emoji", () => {
    const pieces = piecesOf("😍😍 good e\u0301clair!", [word(0, 2, "😍😍", 0.1), word(3, 7, "good", 0.4)]);
    expect(pieces?.map(({ text, word: found }) => [text, found?.sentiment ?? null])).toEqual([
      ["😍😍", 0.1],
      [" ", null],
      ["good", 0.4],
      [" e\u0301clair!", null],
    ]);
    expect(pieces?.map(({ start }) => start)).toEqual([0, 2, 3, 7]);
  });

  it("keeps every letter of right to left text", () => {
    const content = "שלום עולם";
    const pieces = piecesOf(content, [word(5, 9, "עולם", 0.2)]);
    expect(pieces?.map(({ text }) => text).join("")).toBe(content);
    expect(pieces?.[1]?.text).toBe("עולם");
  });

  it("gives up where the text is another one by now", () => {
    expect(piecesOf("edited since", [word(0, 4, "good", 0.4)])).toBeNull();
    expect(piecesOf("good", [word(0, 4, "good", 0), word(2, 4, "od", 0)])).toBeNull();
  });
});

describe("strengths", () => {
  const words = [word(0, 1, "a", 0.4), word(2, 3, "b", -0.2), word(4, 5, "c", 0.01), word(6, 7, "d", 0.001)];

  it("goes by the strongest and leaves out what is not worth a mark", () => {
    expect([...strengths(words, "sentiment")].map(([{ text }, size]) => [text, size])).toEqual([
      ["a", 1],
      ["b", 0.5],
    ]);
    expect(strengths(words, "toxicity").size).toBe(0);
  });

  it("makes little of texts in which no word adds much", () => {
    expect(
      strengths([word(0, 1, "a", 0.02)], "sentiment")
        .values()
        .next().value,
    ).toBeCloseTo(0.2);
  });

  it("names the strongest first, either way", () => {
    expect(strongestWords(words, "sentiment", 2).map(({ text }) => text)).toEqual(["a", "b"]);
    expect(strongestWords(words, "sentiment", 1).map(({ text }) => text)).toEqual(["a"]);
  });
});

describe("toneOf", () => {
  it.each([
    ["sentiment", 0.1, "good"],
    ["sentiment", -0.1, "bad"],
    ["toxicity", 0.1, "bad"],
    ["churn_risk", -0.1, "good"],
  ] as const)("of %s %f is %s", (measure, adds, tone) => {
    expect(toneOf(measure, adds)).toBe(tone);
  });
});
