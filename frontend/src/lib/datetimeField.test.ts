import { describe, expect, it } from "vitest";
import { checkedRange, fromField, toField } from "./datetimeField";

const NOW = Date.parse("2026-07-05T12:00Z");

describe("toField and fromField", () => {
  it("speak the viewer's zone, and undo each other", () => {
    expect(toField(Date.parse("2026-01-05T10:00:30Z"))).toBe("2026-01-05T11:00");
    expect(toField(Date.parse("2026-07-05T22:05Z"))).toBe("2026-07-06T00:05");
    expect(fromField("2026-07-06T00:05")).toBe(Date.parse("2026-07-05T22:05Z"));
  });

  it.each(["", "2026-07-06", "2026-99-06T00:05", "yesterday"])("find no moment in %j", (text) => {
    expect(fromField(text)).toBeNull();
  });
});

describe("checkedRange", () => {
  it("gives the range in UTC", () => {
    expect(checkedRange("2026-07-05T10:00", "2026-07-05T12:00", NOW)).toEqual({
      range: "2026-07-05T08:00Z/2026-07-05T10:00Z",
    });
  });

  it.each([
    ["", "2026-07-05T12:00", "from"],
    ["2026-07-05T10:00", "", "to"],
    ["2026-07-05T14:00", "2026-07-05T15:00", "from"],
    ["2026-07-05T10:00", "2026-07-05T10:00", "to"],
    ["2025-01-05T10:00", "2026-07-05T10:00", "to"],
  ])("finds what is wrong with %j to %j", (from, to, field) => {
    expect(checkedRange(from, to, NOW)).toMatchObject({ field });
  });
});
