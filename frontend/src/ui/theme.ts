import { createTheme, type MantineColorsTuple } from "@mantine/core";

const iris: MantineColorsTuple = [
  "#ecedfb",
  "#d5d6f5",
  "#b4b6ee",
  "#9093e6",
  "#7174dd",
  "#5a5cd4",
  "#4648c8",
  "#3c3eb4",
  "#32349a",
  "#282a7c",
];

export const theme = createTheme({
  colors: { iris },
  primaryColor: "iris",
  primaryShade: { light: 6, dark: 4 },
  fontFamily:
    '"Inter Variable", system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif',
  fontFamilyMonospace: 'ui-monospace, SFMono-Regular, Menlo, Consolas, "Liberation Mono", monospace',
  defaultRadius: "md",
  cursorType: "pointer",
  respectReducedMotion: true,
});
