import { describe, expect, it } from "vitest";
import { barsOf, lanesOf } from "../charts/lanes";
import { anAlert } from "../testing";
import { alertHeadline, alertLength, alertSubject, isSnoozed, ruleSentence } from "./alerts";
import { draftOf, ruleOf } from "./ruleDraft";

const MINUTE = 60_000;
const BEGAN = Date.parse("2026-01-05T12:05:00Z");

describe("alerts", () => {
  const alert = anAlert();

  it("reads a share as percent and a ratio as a ratio", () => {
    expect(alertHeadline(alert)).toBe("Many negative posts: 71.0\u202f% negative");
    expect(alertHeadline({ ...alert, alert_type: "high_negative_ratio", actual_value: 4.25 })).toBe(
      "Negative far outweighs positive: 4.3 to 1",
    );
    expect(alertHeadline({ ...alert, alert_type: "high_volume", actual_value: 1250 })).toBe(
      "Many posts: 1,250 posts",
    );
    expect(alertHeadline({ ...alert, rule_name: "Aero" })).toBe("Aero: 71.0\u202f% negative");
  });

  it("names the product that has more than half of the negative posts, or that the rule looks at", () => {
    expect(alertSubject(alert)).toBeNull();
    const details = { negative: 20, products: { Boat: 3, Aero: 11 } };
    expect(alertSubject({ ...alert, details })).toBe("Aero");
    expect(alertSubject({ ...alert, details: { ...details, negative: 22 } })).toBeNull();
    expect(alertSubject({ ...alert, scope: { dimension: "product", value: "Boat" } })).toBe("Boat");
  });

  it("is snoozed until its rule may call again, and lasts until it has ended", () => {
    const snoozed_until = "2026-01-05T13:00:00Z";
    expect(isSnoozed({ snoozed_until }, BEGAN)).toBe(true);
    expect(isSnoozed({ snoozed_until }, Date.parse(snoozed_until))).toBe(false);
    expect(isSnoozed({ snoozed_until: null }, BEGAN)).toBe(false);
    expect(alertLength(alert, BEGAN + 7 * MINUTE)).toBe("7 min");
    expect(alertLength({ ...alert, resolved_at: "2026-01-05T14:05:00Z" }, BEGAN)).toBe("2 h");
  });
});

describe("lanes", () => {
  const other = anAlert({ id: 2, rule_id: "r", rule_name: "Boat" });
  const ended = anAlert({ id: 1, resolved_at: "2026-01-05T12:15:00Z" });
  const again = anAlert({ id: 3, triggered_at: "2026-01-05T12:20:00Z" });

  it("gives each rule one, the latest first, oldest episode first", () => {
    const lanes = lanesOf([again, other, ended]);
    expect(lanes.map(({ title, episodes }) => [title, episodes.map(({ id }) => id)])).toEqual([
      ["Many negative posts", [1, 3]],
      ["Boat", [2]],
    ]);
  });

  it("places episodes in time, cut to the range and never too thin to hit", () => {
    const [lane] = lanesOf([again, ended]);
    if (!lane) throw new Error("no lane");
    const start = BEGAN - 10 * MINUTE;
    const bars = barsOf(lane, start, start + 50 * MINUTE, 500, BEGAN + 20 * MINUTE);
    expect(bars.map(({ left, width }) => [left, width])).toEqual([
      [100, 100],
      [250, 50],
    ]);
    const cut = barsOf(lane, BEGAN + 9 * MINUTE, BEGAN + 16 * MINUTE, 700, BEGAN + 15 * MINUTE);
    expect(cut.map(({ left, width }) => [left, width])).toEqual([
      [0, 100],
      [600, 5],
    ]);
  });
});

describe("a rule in fields", () => {
  const rule = {
    name: "Aero",
    alert_type: "high_negative_sentiment" as const,
    threshold: 0.55,
    window_seconds: 900,
    min_posts: 30,
    hysteresis: 0.9,
    scope: null,
    enabled: true,
  };

  it("comes back as it was", () => {
    expect(draftOf(rule)).toMatchObject({ threshold: "55", minutes: "15", posts: "30", hysteresis: "90" });
    expect(ruleOf(draftOf(rule))).toEqual({ rule, problems: {} });
    expect(ruleOf({ ...draftOf(rule), threshold: "62,5" }).rule?.threshold).toBe(0.625);
    expect(ruleSentence(rule)).toBe(
      "More than 55.0\u202f% negative posts, as a share of scored posts, within 15 min and over at least 30 posts",
    );
  });

  it("says which field is wrong, and is none until all are right", () => {
    const wrong = ruleOf({ ...draftOf(rule), threshold: "101", minutes: "0.5", posts: "", hysteresis: "x" });
    expect(wrong.rule).toBeNull();
    expect(Object.keys(wrong.problems)).toEqual(["threshold", "minutes", "posts", "hysteresis"]);
    expect(ruleOf({ ...draftOf(rule), scope: { dimension: "product", value: "" } }).rule).toBeNull();
    expect(ruleOf({ ...draftOf(rule), type: "high_volume", threshold: "500" }).rule?.threshold).toBe(500);
  });
});
