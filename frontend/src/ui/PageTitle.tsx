import { VisuallyHidden } from "@mantine/core";
import { useDocumentTitle } from "@mantine/hooks";
import { useEffect, useRef } from "react";
import { useNavigationType } from "react-router";

/**
 * The page's name: on the tab of the browser, and as the heading that screen readers look for. A page that a link led
 * to begins at its top, with the focus on its name, which is then read out; the way back is the browser's own.
 */
export function PageTitle({ children }: { children: string }) {
  useDocumentTitle(`${children} · SentiStream`);
  const heading = useRef<HTMLHeadingElement>(null);
  const isNew = useNavigationType() === "PUSH";
  const wasNew = useRef(isNew);
  useEffect(() => {
    if (!wasNew.current) return;
    window.scrollTo(0, 0);
    heading.current?.focus({ preventScroll: true });
  }, []);
  return (
    <VisuallyHidden component="h1" ref={heading} tabIndex={-1}>
      {children}
    </VisuallyHidden>
  );
}
