export const RANGES = ["15m", "1h", "6h", "24h", "7d", "30d"] as const;
export type Range = (typeof RANGES)[number];
export type Period = "minute" | "hour" | "day";

interface Shape {
  hours: number;
  period: Period;
  title: string;
  previous: string;
}

export const RANGE_SHAPES: Record<Range, Shape> = {
  "15m": { hours: 0.25, period: "minute", title: "last 15 minutes", previous: "the 15 minutes before" },
  "1h": { hours: 1, period: "minute", title: "last hour", previous: "the hour before" },
  "6h": { hours: 6, period: "minute", title: "last 6 hours", previous: "the 6 hours before" },
  "24h": { hours: 24, period: "hour", title: "last 24 hours", previous: "the 24 hours before" },
  "7d": { hours: 168, period: "hour", title: "last 7 days", previous: "the 7 days before" },
  "30d": { hours: 720, period: "day", title: "last 30 days", previous: "the 30 days before" },
};

export const PERIOD_MS: Record<Period, number> = { minute: 60_000, hour: 3_600_000, day: 86_400_000 };
