/** Who can use it: what axe finds, and what does not fit. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const SCREENSHOTS = fileURLToPath(new URL("../test-results/screenshots", import.meta.url));
const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
const DESK = { width: 1440, height: 900 };
const PHONE = { width: 390, height: 844 };
const LOOKS = [
  { name: "desk-light", size: DESK, colorScheme: "light" },
  { name: "desk-dark", size: DESK, colorScheme: "dark" },
  { name: "phone-light", size: PHONE, colorScheme: "light" },
  { name: "phone-dark", size: PHONE, colorScheme: "dark" },
];

/** Violations of accessibility, of every level, each as one readable line. */
export async function axe({ page }) {
  await page.evaluate(AXE);
  const { violations } = await page.evaluate(
    (runOnly) => globalThis.axe.run(document, { runOnly, resultTypes: ["violations"] }),
    RULES,
  );
  return violations.map(
    ({ id, impact, help, nodes }) =>
      `${impact}, ${id}: ${help}: ${nodes.map(({ target, failureSummary }) => `${target} (${failureSummary})`).join("; ")}`,
  );
}

/** By how many pixels the page is wider than the window. */
export async function overflow({ page }) {
  return page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
}

/**
 * What is wrong with what is open now: at a desk and on a phone, in light and in dark. Each look is kept as a picture in
 * test-results/screenshots, under `place`.
 */
export async function everywhere(session, { place }) {
  const { page } = session;
  const wrong = [];
  for (const { name, size, colorScheme } of LOOKS) {
    await page.setViewportSize(size);
    await page.emulateMedia({ colorScheme });
    await page.locator(`html[data-mantine-color-scheme="${colorScheme}"]`).waitFor();
    await atRest(page);
    await page.screenshot({ path: `${SCREENSHOTS}/${place.replaceAll(/\W+/g, "-")}-${name}.png` });
    wrong.push(...(await axe(session)).map((violation) => `${name}: ${violation}`));
    const wider = await overflow(session);
    if (wider > 0) wrong.push(`${name}: ${wider} pixels wider than the window`);
  }
  return wrong;
}

/**
 * What the tab key reaches from the top of the page on, at most `count` stops: the name of each, whether its focus can
 * be seen, and whether it is on the screen.
 */
export async function tabbed({ page }, { count }) {
  await page.evaluate(() => window.scrollTo(0, 0));
  const stops = [];
  for (let stop = 0; stop < count; stop++) {
    await page.keyboard.press("Tab");
    const found = await page.evaluate(() => {
      const { activeElement: element } = document;
      if (element === document.body) return null;
      // A choice has no size of its own: its label is what is seen.
      const drawn = element.offsetWidth > 0 ? element : element.nextElementSibling;
      const { top, bottom, left, right, width } = drawn.getBoundingClientRect();
      return {
        name: (element.ariaLabel ?? drawn.innerText) || element.tagName,
        place: [...document.querySelectorAll("*")].indexOf(element),
        ringed: getComputedStyle(drawn).outlineStyle !== "none",
        seen: width > 0 && bottom > 0 && top < innerHeight && right > 0 && left < innerWidth,
      };
    });
    if (found === null) break;
    stops.push(found);
  }
  return stops;
}

/** What moves or changes its colour has neither its place nor its contrast yet; what repeats is not waited for. */
async function atRest(page) {
  await page.evaluate(async () => {
    for (let frame = 0; frame < 3; frame++) await new Promise(requestAnimationFrame);
    const ending = document
      .getAnimations()
      .filter(({ effect }) => effect.getComputedTiming().iterations === 1);
    await Promise.allSettled(ending.map(({ finished }) => finished));
  });
}

/** The window of another size, the page as it is. */
export async function resize({ page }, { width, height }) {
  await page.setViewportSize({ width, height });
  await atRest(page);
}
