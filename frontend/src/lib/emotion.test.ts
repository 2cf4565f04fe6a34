import { describe, expect, it } from "vitest";
import { someNumbers } from "../testing";
import { emotionOf, emotionRows, strongest } from "./emotion";

describe("emotionRows", () => {
  const emotions = {
    joy: 0.2,
    sadness: 0.1,
    anger: 0.35,
    fear: 0.02,
    surprise: 0.1,
    disgust: 0.03,
    neutral: 0.6,
  };

  it("stands the strongest first and neutral, the absence of the others, last", () => {
    const rows = emotionRows(someNumbers({ emotions }), someNumbers({ emotions: null }));
    expect(rows.map((row) => row.emotion)).toEqual([
      "anger",
      "joy",
      "surprise",
      "sadness",
      "disgust",
      "fear",
      "neutral",
    ]);
    expect(rows[0]).toEqual({ emotion: "anger", mean: 0.35, before: null, change: null, sure: false });
  });

  it("tells a change from chance", () => {
    const before = { ...emotions, joy: 0.1, fear: 0.025 };
    const rows = emotionRows(
      someNumbers({ emotions, emotion_posts: 400 }),
      someNumbers({ emotions: before, emotion_posts: 400 }),
    );
    const of = (emotion: string) => rows.find((row) => row.emotion === emotion);
    expect(of("joy")).toMatchObject({ before: 0.1, sure: true });
    expect(of("joy")?.change).toEqual({ direction: "up", text: "+10.0\u202fpp" });
    expect(of("fear")).toMatchObject({ before: 0.025, sure: false });
  });

  it("has no rows where no model reads emotions", () => {
    expect(emotionRows(someNumbers({ emotions: null }), someNumbers({ emotions }))).toEqual([]);
  });
});

describe("emotionOf", () => {
  it.each([
    ["joy", "joy"],
    ["neutral", "neutral"],
    ["envy", null],
    [null, null],
  ])("%s: %s", (label, expected) => expect(emotionOf(label)).toBe(expected));
});

describe("strongest", () => {
  it("lists from the strongest down and leaves out what says next to nothing", () => {
    expect(strongest({ joy: 0.05, anger: 0.8, sadness: 0.4 })).toEqual([
      ["anger", 0.8],
      ["sadness", 0.4],
    ]);
    expect(strongest(null)).toEqual([]);
  });
});
