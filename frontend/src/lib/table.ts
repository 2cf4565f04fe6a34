/** What a panel shows, as rows: a header and cells that spreadsheets understand. */
export interface Table {
  columns: readonly string[];
  rows: readonly (readonly Cell[])[];
}

/** Null is an empty cell: absent is never 0. */
export type Cell = string | number | null | undefined;

/** A row an item and a column a field, each by its own name. */
export function tableOfFields<Name extends string>(
  items: readonly { readonly [name in Name]: Cell }[],
  columns: readonly Name[],
): Table {
  return { columns, rows: items.map((item) => columns.map((name) => item[name])) };
}

/** With these a spreadsheet begins a formula; posts are written by strangers. */
const FORMULA_STARTS = ["=", "+", "-", "@", "\t", "\r"];

/** As RFC 4180; text that would run as a formula begins with `'`, as in the export of posts. */
export function toCsv({ columns, rows }: Table): string {
  return [columns, ...rows].map((row) => `${row.map(written).join(",")}\r\n`).join("");
}

function written(cell: Cell): string {
  if (cell === null || cell === undefined) return "";
  if (typeof cell === "number") return String(cell);
  const guarded = FORMULA_STARTS.some((start) => cell.startsWith(start)) ? `'${cell}` : cell;
  return /[",\r\n]/.test(guarded) ? `"${guarded.replaceAll('"', '""')}"` : guarded;
}

/** A moment as the API writes it, which every spreadsheet reads. */
export const cellOfMoment = (ms: number): string => new Date(ms).toISOString();

/** What a file of this panel is called: sentistream-live-feed-2026-01-05-1203.csv. */
export function fileName(title: string, ending: string, now: number): string {
  const words = title.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-");
  const moment = new Date(now).toISOString().slice(0, 16).replace("T", "-").replace(":", "");
  return `sentistream-${words}-${moment}.${ending}`;
}
