/** README's pictures: `node e2e/screenshots.mjs ADDRESS FOLDER`, of the Overview of the server at ADDRESS. */
import { launch } from "./browser.mjs";

const LOOKS = [
  { name: "dark", width: 1440, height: 1000, colorScheme: "dark" },
  { name: "light", width: 1440, height: 1000, colorScheme: "light" },
  { name: "phone", width: 390, height: 844, colorScheme: "light" },
];

const [address, folder] = process.argv.slice(2);
const browser = await launch();
for (const { name, width, height, colorScheme } of LOOKS) {
  const page = await browser.newPage({
    viewport: { width, height },
    colorScheme,
    reducedMotion: "reduce",
    timezoneId: "Europe/Berlin",
  });
  await page.goto(address);
  await page.locator('[data-testid="live-state"][data-phase="live"]').waitFor();
  await page.locator('[data-testid="in-short"] button').nth(1).waitFor();
  await page.locator('[data-testid="in-short"]:has-text("…")').waitFor({ state: "detached" });
  await page.locator('[data-testid="trend"] rect[data-series]').filter({ visible: true }).first().waitFor();
  await page.locator('[aria-label="Loading"]').first().waitFor({ state: "detached" });
  await page.evaluate(() => document.fonts.ready);
  await page.screenshot({ path: `${folder}/dashboard-${name}.png` });
}
await browser.close();
