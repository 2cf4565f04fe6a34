import { describe, expect, it } from "vitest";
import { fileName, toCsv } from "./table";

describe("toCsv", () => {
  it("writes a header and rows, quotes what needs it, and leaves absent cells empty", () => {
    expect(
      toCsv({
        columns: ["city", "score"],
        rows: [
          ["Oslo, NO", -0.4],
          ['the "old" town\nby night', null],
        ],
      }),
    ).toBe('city,score\r\n"Oslo, NO",-0.4\r\n"the ""old"" town\nby night",\r\n');
  });

  it.each(["=1+1", "+1", "-1", "@sum", "\tx"])("lets %j run nothing", (cell) => {
    expect(toCsv({ columns: ["text"], rows: [[cell]] })).toBe(`text\r\n'${cell}\r\n`);
    expect(toCsv({ columns: [cell], rows: [] })).toBe(`'${cell}\r\n`);
  });

  it("guards before it quotes, so that the guard stands inside the quotes", () => {
    expect(toCsv({ columns: ["text"], rows: [["=1,2"]] })).toBe(`text\r\n"'=1,2"\r\n`);
  });
});

describe("fileName", () => {
  it("says what and when", () => {
    expect(fileName("Live feed", "csv", Date.parse("2026-01-05T12:03:09Z"))).toBe(
      "sentistream-live-feed-2026-01-05-1203.csv",
    );
  });
});
