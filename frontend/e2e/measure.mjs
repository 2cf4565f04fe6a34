/**
 * What the dashboard costs a browser, by Chromium's own metrics; for benchmarks/screen.py.
 *
 * `node e2e/measure.mjs QUESTION '{"url": …}'` prints one line of JSON.
 */
import { launch } from "./browser.mjs";
import { flood, scrollFeed } from "./explore.mjs";

const WAIT_MS = 60_000;
const CHART = '[data-testid="trend"] svg[tabindex]';
const POST = '[data-testid="post"]';

/** Watches paints, shifts and long tasks from the first moment on. */
function watched() {
  window.seen = { lcp: 0, cls: 0, longest: 0, long: 0 };
  const watch = (type, take) =>
    new PerformanceObserver((list) => list.getEntries().forEach(take)).observe({ type, buffered: true });
  watch("largest-contentful-paint", (entry) => {
    window.seen.lcp = entry.startTime;
  });
  watch("layout-shift", (entry) => {
    if (!entry.hadRecentInput) window.seen.cls += entry.value;
  });
  watch("longtask", (entry) => {
    window.seen.long += 1;
    window.seen.longest = Math.max(window.seen.longest, entry.duration);
  });
}

async function opened(browser, { width = 1440, height = 1000 } = {}) {
  const context = await browser.newContext({ viewport: { width, height } });
  const page = await context.newPage();
  await page.addInitScript(watched);
  return { page, client: await context.newCDPSession(page) };
}

const metricsOf = async (client) =>
  Object.fromEntries(
    (await client.send("Performance.getMetrics")).metrics.map(({ name, value }) => [name, value]),
  );

/** The first load with the CPU `slow` times slower: bytes until the first chart, largest paint, shifts. */
async function load(browser, { url, slow, ...size }) {
  const { page, client } = await opened(browser, size);
  await client.send("Network.enable");
  await client.send("Performance.enable", { timeDomain: "threadTicks" });
  await client.send("Emulation.setCPUThrottlingRate", { rate: slow });
  let bytes = 0;
  client.on("Network.loadingFinished", ({ encodedDataLength }) => {
    bytes += encodedDataLength;
  });
  await page.goto(url, { waitUntil: "commit" });
  await page.locator(CHART).first().waitFor({ timeout: WAIT_MS });
  const beforeChart = bytes;
  // On a phone the feed is further down, and comes when somebody gets there.
  if (await page.locator('[data-slot="Live feed"][data-seen="true"]').count())
    await page.locator(POST).first().waitFor({ timeout: WAIT_MS });
  const { TaskDuration } = await metricsOf(client);
  await page.locator('[data-testid="ledger"]').waitFor({ timeout: WAIT_MS });
  await page.waitForTimeout(1_000 * slow);
  const { lcp, cls } = await page.evaluate(() => window.seen);
  return { kilobytes: beforeChart / 1_000, lcp, cls, busy: TaskDuration * 1_000 };
}

/** Posts arrive for `minutes`: how busy the main thread is, its longest task, how the heap grows after a minute. */
async function arrivals(browser, { url, minutes }) {
  const { page, client } = await opened(browser);
  await client.send("Performance.enable", { timeDomain: "timeTicks" });
  await page.goto(url);
  await page.locator(POST).first().waitFor({ timeout: WAIT_MS });
  const heap = async () => {
    await client.send("HeapProfiler.collectGarbage");
    return (await client.send("Runtime.getHeapUsage")).usedSize / 2 ** 20;
  };
  const first = Math.min(60_000, minutes * 30_000);
  await page.waitForTimeout(first);
  const early = await heap();
  await page.evaluate(() => Object.assign(window.seen, { longest: 0, long: 0 }));
  const begun = await metricsOf(client);
  const received = () => page.locator('[data-testid="feed-received"]').innerText();
  const countedFrom = await received();
  await page.waitForTimeout(minutes * 60_000 - first);
  const ended = await metricsOf(client);
  const countedTo = await received();
  const { longest, long } = await page.evaluate(() => window.seen);
  const wall = ended.Timestamp - begun.Timestamp;
  // The time since when it counts stands behind the number.
  const number = (text) => Number(text.split(" since")[0].replaceAll(/\D/g, ""));
  return {
    busy: (100 * (ended.TaskDuration - begun.TaskDuration)) / wall,
    longest,
    long,
    growth: (await heap()) - early,
    heap: early,
    rate: (number(countedTo) - number(countedFrom)) / wall,
  };
}

/** Ms from choosing a value of each filter to the picture of it: totals and trend drawn anew. */
async function filters(browser, { url }) {
  const { page } = await opened(browser);
  await page.goto(url);
  await page.locator(CHART).first().waitFor({ timeout: WAIT_MS });
  await page.locator('[data-testid="ledger"]').waitFor({ timeout: WAIT_MS });
  const found = {};
  for (const title of [
    "Platform",
    "Product",
    "Channel",
    "Country",
    "City",
    "Language",
    "Sentiment",
    "Emotion",
  ]) {
    const pill = page.locator("search button", { hasText: title }).first();
    if ((await pill.count()) === 0) continue;
    await pill.click();
    const box = page.locator('[role="dialog"] input[type="checkbox"]');
    try {
      await box.first().waitFor({ timeout: 5_000 });
    } catch {
      await page.keyboard.press("Escape");
      continue;
    }
    found[title] = await page.evaluate(pictured, '[role="dialog"] input[type="checkbox"]');
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: "Clear all" }).click();
    await page.waitForTimeout(1_500);
  }
  for (const range of ["1h", "6h", "7d", "30d"]) {
    found[range] = await page.evaluate(pictured, `search input[type="radio"][value="${range}"]`);
    await page.waitForTimeout(1_500);
  }
  return found;
}

/** Clicks on `selector`; the ms until totals and trend have changed and were painted. */
async function pictured(selector) {
  const parts = ['[data-testid="total-posts"]', '[data-testid="trend"] svg[tabindex]'];
  const looks = () => parts.map((part) => document.querySelector(part)?.outerHTML);
  const before = looks();
  const began = performance.now();
  document.querySelector(selector).click();
  while (looks().some((look, index) => look === undefined || look === before[index])) {
    if (performance.now() - began > 20_000) return null;
    await new Promise(requestAnimationFrame);
  }
  await new Promise(requestAnimationFrame);
  return performance.now() - began;
}

/** Ms from a frame with a post to its picture, `count` times. */
async function frames(browser, { url, count }) {
  const { page } = await opened(browser);
  await page.addInitScript(() => {
    window.received = new Map();
    const Plain = window.WebSocket;
    window.WebSocket = class extends Plain {
      constructor(...given) {
        super(...given);
        this.addEventListener("message", ({ data }) => {
          const frame = JSON.parse(data);
          if (frame.type === "posts") window.received.set(frame.data.at(-1).id, performance.now());
        });
      }
    };
  });
  await page.goto(url);
  await page.locator("[data-feed-scroller]").waitFor({ timeout: WAIT_MS });
  return page.evaluate(async (wanted) => {
    const delays = [];
    const done = new Set();
    window.received.clear();
    while (delays.length < wanted) {
      await new Promise(requestAnimationFrame);
      const drawn = [...window.received].filter(
        ([id]) => !done.has(id) && document.querySelector(`[data-post-id="${CSS.escape(id)}"]`),
      );
      if (drawn.length === 0) continue;
      // The callback of the frame after runs once this one is on its way to the screen.
      await new Promise(requestAnimationFrame);
      for (const [id, at] of drawn) {
        done.add(id);
        delays.push(performance.now() - at);
      }
    }
    return delays;
  }, count);
}

/** Ms of scripting in each frame while a feed of 50,000 posts is scrolled. */
async function scrolled(browser, { url, posts }) {
  const { page } = await opened(browser);
  await flood({ page }, { url, count: posts });
  const wanted = String(posts).replace(/\B(?=(\d{3})+$)/g, ",");
  await page.locator(`[data-testid="feed-received"]:has-text("${wanted}")`).waitFor({ timeout: 120_000 });
  await page.locator("[data-feed-scroller]").hover();
  return scrollFeed({ page }, { frames: 300 });
}

const QUESTIONS = { load, arrivals, filters, frames, scrolled };
const [, , question, given] = process.argv;
const browser = await launch();
try {
  console.log(JSON.stringify(await QUESTIONS[question](browser, JSON.parse(given))));
} finally {
  await browser.close();
}
