/** Who can use it: what axe finds, and what does not fit. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
const DESK = { width: 1440, height: 900 };
const PHONE = { width: 390, height: 844 };
const LOOKS = [
  { size: DESK, colorScheme: "light" },
  { size: DESK, colorScheme: "dark" },
  { size: PHONE, colorScheme: "light" },
];

/** Violations of accessibility, of every level, each as one readable line. */
export async function axe({ page }) {
  await page.evaluate(AXE);
  const { violations } = await page.evaluate((runOnly) => globalThis.axe.run(document, { runOnly }), RULES);
  return violations.map(
    ({ id, impact, help, nodes }) =>
      `${impact}, ${id}: ${help}: ${nodes.map(({ target, failureSummary }) => `${target} (${failureSummary})`).join("; ")}`,
  );
}

/** By how many pixels the page is wider than the window. */
export async function overflow({ page }) {
  return page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
}

/** What is wrong with what is open now: at a desk in light and in dark, and on a phone. */
export async function everywhere(session) {
  const { page } = session;
  const wrong = [];
  for (const { size, colorScheme } of LOOKS) {
    await page.setViewportSize(size);
    await page.emulateMedia({ colorScheme });
    await page.locator(`html[data-mantine-color-scheme="${colorScheme}"]`).waitFor();
    await atRest(page);
    const where = `${size.width} ${colorScheme}`;
    wrong.push(...(await axe(session)).map((violation) => `${where}: ${violation}`));
    const wider = await overflow(session);
    if (wider > 0) wrong.push(`${where}: ${wider} pixels wider than the window`);
  }
  return wrong;
}

/** What moves or changes its colour has neither its place nor its contrast yet; what never ends is not waited for. */
async function atRest(page) {
  await page.evaluate(async () => {
    for (let frame = 0; frame < 3; frame++) await new Promise(requestAnimationFrame);
    const ending = document
      .getAnimations()
      .filter((animation) => animation.effect.getComputedTiming().endTime !== Number.POSITIVE_INFINITY);
    await Promise.allSettled(ending.map(({ finished }) => finished));
  });
}

/** The window of another size, the page as it is. */
export async function resize({ page }, { width, height }) {
  await page.setViewportSize({ width, height });
  await atRest(page);
}
