/**
 * The typefaces of this page as style rules that carry their files with them. html-to-image would make them itself,
 * but resolves addresses by a base element, which our content security policy forbids. Only what is in use is read:
 * a face comes in a file per alphabet.
 */
export async function embeddedFontFaces(): Promise<string> {
  const inUse = new Set([...document.fonts].filter(isLoaded).map((face) => face.unicodeRange));
  const rules = [...document.styleSheets].flatMap((sheet) =>
    [...sheet.cssRules].flatMap((rule) =>
      rule instanceof CSSFontFaceRule && inUse.has(rule.style.getPropertyValue("unicode-range"))
        ? [embedded(rule, sheet.href ?? document.baseURI)]
        : [],
    ),
  );
  return (await Promise.all(rules)).join("\n");
}

const isLoaded = (face: FontFace) => face.status === "loaded";

async function embedded(rule: CSSFontFaceRule, base: string): Promise<string> {
  const address = /url\("?([^")]+)"?\)/.exec(rule.style.getPropertyValue("src"))?.[1];
  if (address === undefined) return rule.cssText;
  const file = await (await fetch(new URL(address, base))).blob();
  return rule.cssText.replace(address, await dataAddress(file));
}

function dataAddress(file: Blob): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(String(reader.result));
    reader.onerror = () => reject(reader.error ?? new Error("the typeface could not be read"));
    reader.readAsDataURL(file);
  });
}
