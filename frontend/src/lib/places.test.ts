import { expect, it } from "vitest";
import { COUNTRY_BY_NUMBER } from "./countries";
import { describePlace, type Located, mapSummary, nameOfPlace, radiusOf } from "./places";

const place = (change: Partial<Located> = {}): Located => ({
  key: "US/Chicago",
  city: "Chicago",
  country: "US",
  latitude: 41.9,
  longitude: -87.7,
  posts: 120,
  scored: 100,
  negative_share: 0.4,
  average_sentiment: -0.12,
  ...change,
});

it("names places and says what they know", () => {
  expect(nameOfPlace(place())).toBe("Chicago, United States");
  expect(nameOfPlace(place({ country: null }))).toBe("Chicago");
  expect(describePlace(place())).toBe("−0.12, 40.0\u202f% negative, 120 posts");
  expect(describePlace(place({ scored: 29 }))).toContain("too few to be sure");
});

it("draws bubbles by area, none of them invisible", () => {
  expect(radiusOf(400, 400, 1)).toBe(15);
  expect(radiusOf(100, 400, 1)).toBe(7.5);
  expect(radiusOf(1, 10_000, 0.5)).toBe(3);
});

it("puts the map into words", () => {
  const country = place({ key: "US", city: null });
  expect(mapSummary([country], [place()])).toBe(
    "Map of mean sentiment in 1 country and 1 city, most posts first: United States −0.12; Chicago, United States −0.12.",
  );
});

it("knows the countries of the atlas by their two letters", () => {
  expect([COUNTRY_BY_NUMBER.get("840"), COUNTRY_BY_NUMBER.get("004")]).toEqual(["US", "AF"]);
  expect([...COUNTRY_BY_NUMBER.values()].every((code) => /^[A-Z]{2}$/.test(code))).toBe(true);
});
