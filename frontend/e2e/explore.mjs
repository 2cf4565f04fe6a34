/** Steps of tests/integration/test_dashboard_explore.py. */
const WAIT_MS = 20_000;

/** Runs `script`, the body of an async function, in the page; returns what it returns. */
export async function evaluate({ page }, { script }) {
  return page.evaluate(`(async () => { ${script} })()`);
}

/** Waits until `script`, an expression in the page, is true; the page itself may not evaluate strings. */
export async function until({ page }, { script, ms = WAIT_MS }) {
  const deadline = Date.now() + ms;
  while (!(await page.evaluate(script))) {
    if (Date.now() > deadline) throw new Error(`never true: ${script}`);
    await page.waitForTimeout(50);
  }
}

export async function hover({ page }, { selector }) {
  await page.locator(selector).first().hover({ timeout: WAIT_MS });
}

/** Chooses `value`, or what is called so, in the list `selector`. */
export async function select({ page }, { selector, value }) {
  await page.locator(selector).first().selectOption(value, { timeout: WAIT_MS });
}

/** What was copied last. */
export async function copied({ page }) {
  await page.context().grantPermissions(["clipboard-read"]);
  return page.evaluate(() => navigator.clipboard.readText());
}

/**
 * Answers every socket of the page in the server's place: `count` posts in frames of 50 each, as fast as
 * they are taken, of which `skipped` are left out of each frame. For what no real server could bring in the time of a test.
 */
export async function flood({ page }, { url, count, skipped = 0 }) {
  const [model] = (await (await fetch(new URL("/api/v1/posts?limit=1", url))).json()).data;
  await page.routeWebSocket(/ws\/sentiment/, (socket) => {
    const now = () => new Date().toISOString();
    socket.send(JSON.stringify({ type: "connected", position: "stub-0", as_of: now() }));
    let sent = 0;
    const timer = setInterval(() => {
      if (sent >= count) return clearInterval(timer);
      const data = Array.from({ length: 50 }, (_, index) => ({
        ...model,
        id: `stub-${sent + index}`,
        post_id: `stub-${sent + index}`,
        content: `${model.content} (${sent + index})`,
        ingested_at: now(),
      }));
      socket.send(
        JSON.stringify({
          type: "posts",
          from: `stub-${sent}`,
          to: `stub-${sent + 50}`,
          count: 50 + skipped,
          skipped,
          data,
        }),
      );
      sent += 50;
    }, 5);
  });
  await page.goto(url);
}

/** Scrolls the feed for `frames` frames; the milliseconds of scripting in each, by Chromium's own tracer. */
export async function scrollFeed({ page }, { frames }) {
  const client = await page.context().newCDPSession(page);
  const events = [];
  client.on("Tracing.dataCollected", ({ value }) => events.push(...value));
  const done = new Promise((resolve) => client.once("Tracing.tracingComplete", resolve));
  const includedCategories = ["devtools.timeline", "blink.user_timing"];
  await client.send("Tracing.start", { transferMode: "ReportEvents", traceConfig: { includedCategories } });
  await page.evaluate(async (count) => {
    const scroller = document.querySelector("[data-feed-scroller]");
    for (let frame = 0; frame <= count; frame++) {
      performance.mark("scroll-frame");
      scroller.scrollBy({ top: 240 });
      await new Promise(requestAnimationFrame);
    }
  }, frames);
  await client.send("Tracing.end");
  await done;
  const marks = events.filter(({ name }) => name === "scroll-frame").map(({ ts }) => ts);
  const calls = events.filter(({ name, dur }) => name === "FunctionCall" && dur);
  return marks.slice(1).map((end, index) => {
    const within = calls.filter(({ ts }) => ts >= marks[index] && ts < end);
    return within.reduce((sum, { dur }) => sum + dur / 1_000, 0);
  });
}

/** What keeps Chromium from offering to install the page. */
export async function installable({ page }) {
  const client = await page.context().newCDPSession(page);
  const { installabilityErrors } = await client.send("Page.getInstallabilityErrors");
  // A private window, as that of a test, is never asked.
  return installabilityErrors.filter(({ errorId }) => errorId !== "in-incognito");
}

/** The same page once more, in the same window. */
export async function open_again({ page }) {
  await page.reload();
}
