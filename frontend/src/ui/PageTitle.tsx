import { VisuallyHidden } from "@mantine/core";
import { useDocumentTitle } from "@mantine/hooks";

/** The page's name: on the tab of the browser, and as the heading that screen readers look for. */
export function PageTitle({ children }: { children: string }) {
  useDocumentTitle(`${children} · SentiStream`);
  return <VisuallyHidden component="h1">{children}</VisuallyHidden>;
}
