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

/** The kit's dark greys, in the tone of tokens.css. */
const dark: MantineColorsTuple = [
  "#d5dbe3",
  "#b3bcc8",
  "#97a2b1",
  "#5b6675",
  "#3b4452",
  "#262c36",
  "#1d222b",
  "#151920",
  "#10141a",
  "#0c0f14",
];

export const theme = createTheme({
  colors: { iris, dark },
  primaryColor: "iris",
  primaryShade: { light: 6, dark: 4 },
  fontFamily:
    '"Inter Variable", system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif',
  fontFamilyMonospace: 'ui-monospace, SFMono-Regular, Menlo, Consolas, "Liberation Mono", monospace',
  defaultRadius: "md",
  cursorType: "pointer",
  respectReducedMotion: true,
  components: {
    // The header of a dialog is not that of the page.
    ModalHeader: { defaultProps: { role: "presentation" } },
    DrawerHeader: { defaultProps: { role: "presentation" } },
    ModalTitle: { defaultProps: { fw: 600 } },
  },
});
