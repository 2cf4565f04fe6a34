import { readFile } from "node:fs/promises";

/** Steps of tests/integration/test_dashboard_overview.py. */
const WAIT_MS = 20_000;
const CHART = '[data-testid="trend"] svg[tabindex="0"]';
const BAR = '[data-testid="trend"] g:has(> rect[data-series])';

/** Picks `item` of the menu of the panel `title`; what the browser then saves. */
export async function exported({ page }, { title, item }) {
  await page.getByRole("button", { name: `${title}: more`, exact: true }).click({ timeout: WAIT_MS });
  const [saved] = await Promise.all([
    page.waitForEvent("download", { timeout: WAIT_MS }),
    page.getByRole("menuitem", { name: item }).click(),
  ]);
  const content = await readFile(await saved.path());
  const name = saved.suggestedFilename();
  if (!name.endsWith(".png")) return { name, text: content.toString("utf8") };
  return { name, ...(await painted(page, content)) };
}

/** The size of a picture, how many of its pixels are of each of these colours, about, and how many below its title are drawn on. */
async function painted(page, content) {
  return page.evaluate(async (base64) => {
    const picture = new Image();
    picture.src = `data:image/png;base64,${base64}`;
    await picture.decode();
    const canvas = document.createElement("canvas");
    canvas.width = picture.width;
    canvas.height = picture.height;
    const context = canvas.getContext("2d");
    context.drawImage(picture, 0, 0);
    const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
    const style = getComputedStyle(document.documentElement);
    const pixelsOf = (name) => {
      const hex = style.getPropertyValue(name).trim();
      const wanted = [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16));
      let count = 0;
      for (let at = 0; at < data.length; at += 4)
        if (wanted.every((part, index) => Math.abs(part - data[at + index]) < 12)) count += 1;
      return count;
    };
    // Dark on light: what is written or drawn in the lower two thirds, where no title stands.
    let drawn = 0;
    for (let at = canvas.width * Math.round(canvas.height / 3) * 4; at < data.length; at += 4)
      if (data[at + 3] > 200 && data[at] + data[at + 1] + data[at + 2] < 600) drawn += 1;
    return {
      drawn,
      width: picture.width,
      height: picture.height,
      positive: pixelsOf("--pos"),
      negative: pixelsOf("--neg"),
    };
  }, content.toString("base64"));
}

/** The middles of the bars of the trend, from the left of the window, once there are as many as `least`. */
async function middles(page, least = 1) {
  const bars = page.locator(BAR);
  await bars.nth(least - 1).waitFor({ timeout: WAIT_MS });
  await page.locator(CHART).scrollIntoViewIfNeeded();
  return bars.evaluateAll((found) =>
    found.map((bar) => {
      const { left, right, bottom } = bar.getBoundingClientRect();
      return { x: (left + right) / 2, y: bottom - 5 };
    }),
  );
}

/** Drags across the trend, from bar `from` to bar `to`. */
export async function drag({ page }, { from, to }) {
  const bars = await middles(page, to + 1);
  await page.mouse.move(bars[from].x, bars[from].y);
  await page.mouse.down();
  await page.mouse.move(bars[to].x, bars[to].y, { steps: 8 });
  await page.locator('[data-testid="brush"]').waitFor({ timeout: WAIT_MS });
  await page.mouse.up();
}

/** Clicks on bar `index` of the trend. */
export async function clickBar({ page }, { index }) {
  const bars = await middles(page, index + 1);
  await page.mouse.click(bars[index].x, bars[index].y);
}

/** Puts the focus on the trend and presses `keys`; what is read aloud then. */
export async function readTrend({ page }, { keys }) {
  await middles(page);
  await page.locator(CHART).focus();
  for (const key of keys) await page.keyboard.press(key);
  return page.locator('[data-testid="trend"] [role="status"]').innerText({ timeout: WAIT_MS });
}

/** Waits until the address holds `part`; the whole address. */
export async function at({ page }, { part }) {
  await page.waitForURL((url) => decodeURIComponent(url.href).includes(part), { timeout: WAIT_MS });
  return decodeURIComponent(page.url());
}

export async function back({ page }) {
  await page.goBack();
}

/** What fills the screen: the panel's share of the window, and whether the browser went along. */
export async function covered({ page }, { title }) {
  const panel = page.getByRole("dialog", { name: title });
  await panel.waitFor({ timeout: WAIT_MS });
  return panel.evaluate((element) => {
    const { width, height } = element.getBoundingClientRect();
    const svg = element.querySelector("svg[tabindex]")?.getBoundingClientRect();
    return {
      share: (width * height) / (document.documentElement.clientWidth * window.innerHeight),
      chart: svg ? svg.height : 0,
      native: document.fullscreenElement !== null,
      inside: element.contains(document.activeElement),
    };
  });
}

/** How often a line of the time before is drawn. */
export async function ghosts({ page }) {
  await middles(page);
  return page.locator('[data-testid="ghost"]').count();
}
