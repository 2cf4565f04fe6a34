import { describe, expect, it } from "vitest";
import { highlighted, phrasesOf } from "./highlight";

const hits = (text: string, q: string) =>
  highlighted(text, phrasesOf(q))
    .filter(({ hit }) => hit)
    .map((stretch) => stretch.text);

describe("highlighted", () => {
  it("marks whole words, whatever their case and accents", () => {
    expect(hits("The Crème was LOST; losting is no word", "creme lost")).toEqual(["Crème", "LOST"]);
  });

  it("marks a phrase as one, and not its words alone", () => {
    expect(hits("never again, again never", '"never again"')).toEqual(["never again"]);
  });

  it("loses nothing of the text", () => {
    const text = "<b>late</b> again 🙂 late";
    expect(
      highlighted(text, phrasesOf("late"))
        .map((stretch) => stretch.text)
        .join(""),
    ).toBe(text);
    expect(highlighted(text, [])).toEqual([{ at: 0, text, hit: false }]);
  });
});
