/** One stroke width and one grid for every sign on the screen. Decorative: words stand beside them. */
const PATHS = {
  search: "M11 4a7 7 0 1 1 0 14 7 7 0 0 1 0-14Zm5 12 4.5 4.5",
  command: "M5 7l5 5-5 5M12.5 17H19",
  sun: "M12 8a4 4 0 1 1 0 8 4 4 0 0 1 0-8ZM12 2.500v2M12 19.500v2M2.5 12h2M19.5 12h2M5.3 5.300l1.4 1.400M17.3 17.300l1.4 1.400M5.3 18.700l1.4-1.400M17.3 6.700l1.4-1.4",
  moon: "M20 14.500A8 8 0 0 1 9.5 4 8.2 8.2 0 1 0 20 14.500Z",
  auto: "M12 4a8 8 0 1 1 0 16 8 8 0 0 1 0-16ZM12 4v16M12 8l6 2.500M12 12.500l7 2",
  pause: "M8 5v14M16 5v14",
  play: "M7 4.500v15l12-7.500Z",
  close: "M6 6l12 12M18 6 6 18",
  check: "M5 12.5 10 17.5 19.5 7",
  plus: "M12 5v14M5 12h14",
  down: "M6 9.500l6 6 6-6",
  up: "M6 14.500l6-6 6 6",
  arrowUp: "M12 19V5M6 11l6-6 6 6",
  arrowDown: "M12 5v14M6 13l6 6 6-6",
  refresh: "M19.5 12A7.5 7.5 0 1 1 17 6.400M19.5 3.500v4h-4",
  help: "M12 3a9 9 0 1 1 0 18 9 9 0 0 1 0-18ZM9.5 9.300a2.6 2.6 0 1 1 3.7 2.600c-.8.4-1.2 1-1.2 1.900M12 17v.01",
  book: "M5 4.500h5.500c.9 0 1.5.6 1.5 1.500v14c0-.9-.6-1.5-1.5-1.500H5ZM19 4.500h-5.500c-.9 0-1.5.6-1.5 1.500v14c0-.9.6-1.5 1.5-1.500H19Z",
  alert: "M12 4 21 19.500H3ZM12 10v4M12 17v.01",
  info: "M12 3a9 9 0 1 1 0 18 9 9 0 0 1 0-18ZM12 11v5M12 8v.01",
  copy: "M9 9h10v11H9ZM5 15V4h10",
  clock: "M12 3a9 9 0 1 1 0 18 9 9 0 0 1 0-18ZM12 7v5l3.5 2",
  calendar: "M4 6h16v14H4ZM4 10.500h16M8 3.500V8M16 3.500V8",
  zoom: "M10.5 4a6.5 6.5 0 1 1 0 13 6.5 6.5 0 0 1 0-13ZM15.300 15.300 20.500 20.500M10.5 7.500v6M7.500 10.500h6",
  flag: "M6 21V4h12l-3 4.500 3 4.500H6",
  link: "M10 14a4 4 0 0 0 6 .4l3-3a4 4 0 0 0-5.7-5.700l-1.5 1.500M14 10a4 4 0 0 0-6-.4l-3 3a4 4 0 0 0 5.7 5.700l1.5-1.5",
  pin: "M12 21s-6.5-6-6.5-11a6.5 6.5 0 0 1 13 0c0 5-6.5 11-6.5 11ZM12 7.500a2.5 2.5 0 1 1 0 5 2.5 2.5 0 0 1 0-5Z",
  box: "M4 8l8-4 8 4v8l-8 4-8-4ZM4 8l8 4 8-4M12 12v8",
  overview: "M4 4h7v9H4ZM13 4h7v5h-7ZM13 11h7v9h-7ZM4 15h7v5H4Z",
  posts: "M4 5h16v5H4ZM4 14h16v5H4Z",
  layers: "M12 3 21 8l-9 5-9-5ZM3 12.5l9 5 9-5M3 16.500l9 5 9-5",
  plug: "M9 3v5M15 3v5M6 8h12v3a6 6 0 0 1-12 0ZM12 17v4",
  positive: "M12 3a9 9 0 1 1 0 18 9 9 0 0 1 0-18ZM8 13.500c1 2 2.4 3 4 3s3-1 4-3M9 9v.5M15 9v.5",
  neutral: "M12 3a9 9 0 1 1 0 18 9 9 0 0 1 0-18ZM8.5 15h7M9 9v.5M15 9v.5",
  negative: "M12 3a9 9 0 1 1 0 18 9 9 0 0 1 0-18ZM8 16.500c1-2 2.4-3 4-3s3 1 4 3M9 9v.5M15 9v.5",
  joy: "M12 3a9 9 0 1 1 0 18 9 9 0 0 1 0-18ZM7.5 13h9a4.5 4.5 0 0 1-9 0ZM9 8.5v.5M15 8.5v.5",
  surprise:
    "M12 3a9 9 0 1 1 0 18 9 9 0 0 1 0-18ZM12 13a2.2 2.2 0 1 1 0 4.4 2.2 2.2 0 0 1 0-4.4ZM9 8v1M15 8v1",
  sadness: "M12 3a9 9 0 1 1 0 18 9 9 0 0 1 0-18ZM9 16.5c1.5-1.5 4.5-1.5 6 0M7.5 10h2.5M14 10h2.5M15.5 12.5v2",
  anger:
    "M12 3a9 9 0 1 1 0 18 9 9 0 0 1 0-18ZM8.5 16.5c1-1.4 2.2-2 3.5-2s2.5.6 3.5 2M7.5 8.5l3 2M16.5 8.5l-3 2",
  fear: "M12 3a9 9 0 1 1 0 18 9 9 0 0 1 0-18ZM7.5 16l1.5-1.5 1.5 1.5 1.5-1.5 1.5 1.5 1.5-1.5 1.5 1.5M9 8.5v2M15 8.5v2",
  disgust:
    "M12 3a9 9 0 1 1 0 18 9 9 0 0 1 0-18ZM8 14h8M12.5 14v1.5a1.7 1.7 0 0 0 3.4 0V14M8 9.5h2.5M13.5 9.5H16",
  churn: "M13 4H5v16h8M10 12h10.5M17 8l4 4-4 4",
  toxicity: "M4 5h16v11h-8l-5 4v-4H4ZM12 8v3M12 13.5v.01",
  bookmark: "M7 4h10v16l-5-4-5 4Z",
  sliders: "M4 7h8M16.500 7H20M14.500 4.500v5M4 17h3.500M12 17h8M9.500 14.500v5",
  more: "M5.5 12v.01M12 12v.01M18.5 12v.01",
  image: "M4 5h16v14H4ZM4 16l5-5 4 4 2.500-2.500L20 17M15 9v.01",
  table: "M4 5h16v14H4ZM4 10h16M4 14.500h16M10 5v14",
  expand: "M14 4h6v6M20 4l-7 7M10 20H4v-6M4 20l7-7",
  shrink: "M20 10h-6V4M14 10l6-6M4 14h6v6M10 14l-6 6",
  screen: "M3 5h18v11H3ZM9 20h6M12 16v4",
  unscored: "M12 3a9 9 0 1 1 0 18 9 9 0 0 1 0-18ZM6 18 18 6",
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name, size = 16 }: { name: IconName; size?: number }) {
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      strokeWidth={size < 16 ? 2.2 : 1.9}
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
      focusable="false"
    >
      <path d={PATHS[name]} />
    </svg>
  );
}
