import { expect, it } from "vitest";
import { type Order, type Ranked, ranked } from "./ranking";

const group = (key: string, change: Partial<Ranked>): Ranked => ({
  key,
  posts: 100,
  scored: 100,
  positive: 30,
  negative: 30,
  average_churn_risk: 0.1,
  churn_posts: 100,
  average_toxicity: 0.1,
  toxicity_posts: 100,
  ...change,
});

const GROUPS = [
  group("tiny", { posts: 3, scored: 3, positive: 0, negative: 3, churn_posts: 3, average_churn_risk: 0.9 }),
  group("big", { posts: 900, scored: 900, positive: 100, negative: 700, average_toxicity: 0.6 }),
  group("glad", { posts: 400, scored: 400, positive: 380, negative: 10, average_churn_risk: 0.7 }),
  group("unread", { average_churn_risk: null, churn_posts: 0, average_toxicity: null, toxicity_posts: 0 }),
];

it.each<[Order, string[]]>([
  ["posts", ["big", "glad", "unread", "tiny"]],
  ["negative", ["big", "tiny", "unread", "glad"]],
  ["positive", ["glad", "unread", "big", "tiny"]],
  ["churn", ["glad", "tiny", "big", "unread"]],
  ["toxic", ["big", "glad", "tiny", "unread"]],
])("sorts by %s, the surest first", (order, keys) => {
  expect(ranked(GROUPS, order).map(({ key }) => key)).toEqual(keys);
});
