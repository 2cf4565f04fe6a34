import { embeddedFontFaces } from "./fontFaces";

const SCALE = 2;

/** What our style sheets say of the parts of a drawing. */
const DRAWN = [
  "fill",
  "fill-opacity",
  "stroke",
  "stroke-width",
  "stroke-dasharray",
  "stroke-linecap",
  "opacity",
  "display",
  "visibility",
  "paint-order",
  "text-anchor",
  "font-family",
  "font-size",
  "font-weight",
  "font-style",
];

/** `element` as it is on the screen, as PNG; what carries data-no-picture is left out. */
export async function pictureOf(element: HTMLElement): Promise<Blob> {
  const { toBlob } = await import("html-to-image");
  const fontEmbedCSS = await embeddedFontFaces();
  const restore = writeStyles(element);
  try {
    const picture = await toBlob(element, {
      pixelRatio: SCALE,
      fontEmbedCSS,
      backgroundColor: getComputedStyle(element).backgroundColor,
      filter: (node) => !(node instanceof HTMLElement && "noPicture" in node.dataset),
    });
    if (picture === null) throw new Error("the browser drew nothing");
    return picture;
  } finally {
    restore();
  }
}

/**
 * Writes what the style sheets say into the parts of drawings themselves: html-to-image copies a drawing whole, and
 * the copy knows no style sheet. Returns how to take it back.
 */
function writeStyles(element: HTMLElement): () => void {
  const parts = [...element.querySelectorAll<SVGElement>("svg *")];
  const before = parts.map((part) => part.getAttribute("style"));
  const computed = parts.map((part) => {
    const style = getComputedStyle(part);
    return DRAWN.map((name) => [name, style.getPropertyValue(name)] as const);
  });
  parts.forEach((part, index) => {
    for (const [name, value] of computed[index] ?? []) part.style.setProperty(name, value);
  });
  return () =>
    parts.forEach((part, index) => {
      const style = before[index];
      if (style == null) part.removeAttribute("style");
      else part.setAttribute("style", style);
    });
}
