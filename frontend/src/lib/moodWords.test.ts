import { expect, it } from "vitest";
import { isMood } from "./moodWords";

it.each([
  ["terrible", true],
  ["Awful", true],
  ["absolutely terrible", false],
  ["worst shit", true],
  ["charged", false],
  ["terrible service", false],
])("%s tells a mood alone: %s", (term, expected) => expect(isMood(term)).toBe(expected));
