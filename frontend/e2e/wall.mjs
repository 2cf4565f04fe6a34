/** Steps of tests/integration/test_dashboard_wall.py. */
const WAIT_MS = 20_000;
const WALL = '[data-testid="wall"]';

/** Waits for `scene`, holding the rotation there; how it is lettered and whether it keeps to its place. */
export async function wallScene({ page }, { scene }) {
  await page.locator(`${WALL}[data-scene="${scene}"]`).waitFor({ timeout: WAIT_MS });
  await page.locator(`${WALL}:not(:has-text("Loading…"))`).waitFor({ timeout: WAIT_MS });
  return page.evaluate(async (selector) => {
    const wall = document.querySelector(selector);
    // A scene that still fades in has neither its place nor its contrast.
    const scene = wall.querySelector("[class*=scene]");
    await Promise.all(scene.getAnimations().map((animation) => animation.finished));
    const foot = wall.querySelector("footer").getBoundingClientRect().top;
    const sizes = [];
    let lowest = 0;
    for (const element of wall.querySelectorAll("*")) {
      const { width, bottom } = element.getBoundingClientRect();
      // What is for screen readers alone is one pixel wide.
      if (width <= 2 || element.closest("footer")) continue;
      lowest = Math.max(lowest, bottom);
      const told = [...element.childNodes].some(({ nodeType, data }) => nodeType === 3 && data.trim());
      const scale = element.ownerSVGElement ? element.getScreenCTM().a : 1;
      if (told) sizes.push(Number.parseFloat(getComputedStyle(element).fontSize) * scale);
    }
    return { smallest: Math.min(...sizes), largest: Math.max(...sizes), free: foot - lowest };
  }, WALL);
}

/** Which scene is shown, once it is another than `not`. */
export async function sceneAfter({ page }, { not }) {
  const shown = page.locator(`${WALL}:not([data-scene="${not}"])`);
  await shown.waitFor({ timeout: WAIT_MS });
  return shown.getAttribute("data-scene");
}

/** The milliseconds that the longest motion of the wallboard takes, those that have just ended included. */
export async function longest_motion({ page }) {
  return page.evaluate((selector) => {
    const milliseconds = (times) =>
      times.split(",").map((time) => Number.parseFloat(time) * (time.trim().endsWith("ms") ? 1 : 1_000));
    const moved = [...document.querySelectorAll(`${selector} *`)].map((element) => getComputedStyle(element));
    const animated = moved.filter(({ animationName }) => animationName !== "none");
    return Math.max(0, ...animated.flatMap(({ animationDuration }) => milliseconds(animationDuration)));
  }, WALL);
}

/** As somebody has it who asked the system for less motion. */
export async function reduce_motion({ page }) {
  await page.emulateMedia({ reducedMotion: "reduce" });
}
