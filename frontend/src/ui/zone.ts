import { offsetAt, timeZone } from "../lib/timeZone";

/** The viewer's time zone, short: "Europe/Berlin, UTC+1". */
export function zoneNote(now: Date): string {
  const zone = timeZone();
  const minutes = offsetAt(now.getTime());
  if (minutes === 0) return zone === "UTC" ? "UTC" : `${cityOf(zone)} (UTC)`;
  const sign = minutes > 0 ? "+" : "−";
  const hours = Math.floor(Math.abs(minutes) / 60);
  const rest = Math.abs(minutes) % 60;
  return `${cityOf(zone)} (UTC${sign}${hours}${rest ? `:${String(rest).padStart(2, "0")}` : ""})`;
}

function cityOf(zone: string): string {
  return zone.slice(zone.lastIndexOf("/") + 1).replaceAll("_", " ");
}
