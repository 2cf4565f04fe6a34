import { describe, expect, it } from "vitest";
import { type Command, grouped, isSearch, matching } from "./commands";

const command = (group: string, title: string): Command => ({
  id: title,
  group,
  title,
  run: () => undefined,
});
const COMMANDS = [
  command("Go to", "Posts"),
  command("Product", "Mobile App"),
  command("Theme", "Dark mobile"),
];
const titles = (text: string) => matching(COMMANDS, text).map(({ title }) => title);

describe("matching", () => {
  it("offers everything while nothing is typed", () => {
    expect(titles("  ")).toEqual(["Posts", "Mobile App", "Dark mobile"]);
  });

  it("wants every word, in group or title, in any case and order", () => {
    expect(titles("APP prod")).toEqual(["Mobile App"]);
    expect(titles("app posts")).toEqual([]);
  });

  it("puts first what begins so", () => {
    expect(
      matching([COMMANDS[2] as Command, COMMANDS[1] as Command], "mob").map(({ title }) => title),
    ).toEqual(["Mobile App", "Dark mobile"]);
  });
});

it("keeps groups together", () => {
  const two = [command("A", "1"), command("B", "2"), command("A", "3")];
  expect(grouped(two).map(([group, of]) => [group, of.map(({ title }) => title)])).toEqual([
    ["A", ["1", "3"]],
    ["B", ["2"]],
  ]);
});

it("searches from two letters on", () => {
  expect([" a ", "ab"].map(isSearch)).toEqual([false, true]);
});
