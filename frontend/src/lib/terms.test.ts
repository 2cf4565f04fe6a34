import { expect, it } from "vitest";
import { cloudSummary, sampleNote, sizeOf, steady, withTerm } from "./terms";

it("asks for a term beside what is asked for already, phrases in quotes", () => {
  expect(withTerm("", "refund")).toBe("refund");
  expect(withTerm("refund", "late flight")).toBe('refund "late flight"');
  expect(withTerm('"late flight"', "late flight")).toBe('"late flight"');
  expect(withTerm("", "#fail")).toBe("#fail");
});

it("says how much was read", () => {
  expect(sampleNote({ posts: 81_200, sampled_posts: 5_000 })).toBe("newest 5,000 of 81,200 posts");
  expect(sampleNote({ posts: 812, sampled_posts: 812 })).toBe("812 posts");
});

it("grows with people, between two sizes", () => {
  expect(sizeOf(100, 100, 1)).toBe(34);
  expect(sizeOf(0, 0, 1)).toBe(11);
  expect(sizeOf(25, 100, 1)).toBe(23);
  expect(sizeOf(100, 100, 0.6)).toBe(20);
});

it("is random the same way each time", () => {
  const [one, other] = [steady(), steady()];
  const numbers = Array.from({ length: 100 }, one);
  expect(Array.from({ length: 100 }, other)).toEqual(numbers);
  expect(new Set(numbers).size).toBe(100);
  expect(numbers.every((number) => number >= 0 && number < 1)).toBe(true);
});

it("puts the cloud into words", () => {
  const terms = [{ term: "late flight", people: 1_234, average_sentiment: -0.5 }];
  expect(cloudSummary(terms)).toBe(
    "The terms most people use, with how many and their mean sentiment: late flight (1,234, −0.50).",
  );
});
