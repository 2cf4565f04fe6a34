import { describe, expect, it } from "vitest";
import { aPost } from "../testing";
import { countFilters, filterParameters, matchesDimensions, NO_FILTERS } from "./filters";
import { outcomesOf } from "./ledger";
import { safeLink } from "./links";
import { sentimentOf } from "./sentiment";
import { differ, wilson } from "./statistics";

describe("filterParameters", () => {
  it("holds only what is set, alternatives joined, commas in values kept apart", () => {
    const filters = {
      ...NO_FILTERS,
      product: ["Phones, Inc", "Cable"],
      sentiment: ["negative"],
      q: "  late ",
    };
    expect(filterParameters(filters)).toEqual({
      product: "Phones\\, Inc,Cable",
      sentiment: "negative",
      q: "late",
    });
    expect(countFilters(filters)).toBe(3);
    expect(countFilters(NO_FILTERS)).toBe(0);
  });
});

describe("matchesDimensions", () => {
  const post = aPost("a", 0, { city: "Chicago", country: "US", product: "United", emotion: "joy" });
  it.each([
    [{}, true],
    [{ product: ["United", "Delta"] }, true],
    [{ product: ["Delta"] }, false],
    [{ city: ["US/Chicago"] }, true],
    [{ city: ["Chicago"] }, true],
    [{ city: ["GB/Chicago"] }, false],
    [{ channel: ["app"] }, false],
    [{ sentiment: ["positive"], country: ["US"] }, true],
    [{ emotion: ["joy", "fear"] }, true],
    [{ emotion: ["anger"] }, false],
    [{ sentiment: ["negative"], country: ["US"] }, false],
  ])("%j: %s", (chosen, expected) => {
    expect(matchesDimensions({ ...NO_FILTERS, ...chosen }, post)).toBe(expected);
  });
});

describe("safeLink", () => {
  it.each([
    "javascript:alert(1)",
    " javascript:alert(1)",
    "data:text/html,x",
    "file:///etc/passwd",
    "//x",
    "",
    null,
  ])("refuses %s", (link) => expect(safeLink(link)).toBeNull());

  it("keeps links to the web", () => {
    expect(safeLink("https://example.org/a?b=c")).toBe("https://example.org/a?b=c");
    expect(safeLink("http://example.org")).toBe("http://example.org/");
  });
});

describe("wilson", () => {
  it("agrees with a published value: 10 of 20 lies between 29.9 % and 70.1 %", () => {
    const interval = wilson(10, 20);
    expect(interval?.low).toBeCloseTo(0.299, 3);
    expect(interval?.high).toBeCloseTo(0.701, 3);
  });

  it("stays inside 0 and 1 and is not sure of small samples", () => {
    expect(wilson(0, 3)?.low).toBeCloseTo(0, 12);
    expect(wilson(0, 3)?.low).toBeGreaterThanOrEqual(0);
    expect(wilson(0, 3)?.high).toBeGreaterThan(0.5);
    expect(wilson(3, 3)?.high).toBeCloseTo(1, 12);
    expect(wilson(3, 3)?.high).toBeLessThanOrEqual(1);
    expect(wilson(0, 0)).toBeNull();
  });
});

describe("differ", () => {
  it("takes a difference seriously only beyond chance", () => {
    expect(differ(520, 1_000, 500, 1_000)).toBe(false);
    expect(differ(560, 1_000, 500, 1_000)).toBe(true);
    expect(differ(10, 20, 0, 20)).toBe(false);
    expect(differ(0, 100, 0, 100)).toBe(false);
  });
});

describe("sentimentOf", () => {
  it("never takes an unknown label for neutral", () => {
    expect(sentimentOf("mixed")).toBe("unscored");
    expect(sentimentOf("negative")).toBe("negative");
  });
});

describe("outcomesOf", () => {
  it("leaves out what nothing met, and always shows what matters", () => {
    const total = {
      received: 12,
      in_flight: 0,
      created: 10,
      edited: 0,
      duplicate: 2,
      stale: 0,
      deleted: 0,
      tombstoned: 0,
      corrected: 0,
      filtered: 0,
      dead_lettered: 0,
      balanced: true,
    };
    const shown = outcomesOf(total);
    expect(shown.map(({ name }) => name)).toEqual(["created", "duplicate", "dead_lettered", "in_flight"]);
    expect(shown.reduce((sum, { value }) => sum + value, 0)).toBe(total.received);
  });
});
