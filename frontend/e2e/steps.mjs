const WAIT_MS = 20_000;

const testId = (name) => `[data-testid="${name}"]`;
const numberOf = (text) => Number((text ?? "").replaceAll(/[^\d]/g, ""));

/**
 * Opens `url` in a new page of its own; complaints of the console are collected. Panels of the overview come when
 * they are looked at: with `whole` each of them is, from the top to the bottom, and then the top again.
 */
export async function open(session, { url, width = 1440, height = 900, scheme = "light", whole = true }) {
  await leave(session);
  const context = await session.browser.newContext({
    viewport: { width, height },
    colorScheme: scheme,
    timezoneId: "Europe/Berlin",
  });
  session.page = await context.newPage();
  session.complaints = [];
  session.page.on("console", (message) => {
    if (message.type() === "error") session.complaints.push(message.text());
  });
  session.page.on("pageerror", (error) => session.complaints.push(error.message));
  await session.page.goto(url);
  if (whole) await session.page.evaluate(lookedThrough, WAIT_MS);
}

/** Closes the page, if one is open, with all that it kept. */
export async function leave(session) {
  await session.page?.context().close();
  session.page = null;
}

async function lookedThrough(ms) {
  const { pathname, search } = window.location;
  const isOverview =
    pathname === "/" && !search.includes("wall=") && document.getElementById("root") !== null;
  if (!isOverview) return;
  const deadline = performance.now() + ms;
  const next = () => document.querySelector('[data-slot][data-seen="false"]');
  const isThere = () => document.querySelector('[data-slot], [data-testid="first-steps"]') !== null;
  while (!isThere() || next() !== null) {
    if (performance.now() > deadline) throw new Error("the panels of the overview never came");
    next()?.scrollIntoView();
    await new Promise(requestAnimationFrame);
  }
  window.scrollTo(0, 0);
}

/** The panels whose code and data were fetched, and the paths of the API that were asked, with their counts. */
export async function fetched({ page }) {
  return page.evaluate(() => ({
    seen: [...document.querySelectorAll('[data-slot][data-seen="true"]')].map(({ dataset }) => dataset.slot),
    waiting: [...document.querySelectorAll('[data-slot][data-seen="false"]')].map(
      ({ dataset }) => dataset.slot,
    ),
    asked: performance
      .getEntriesByType("resource")
      .map(({ name }) => new URL(name).pathname)
      .filter((path) => path.startsWith("/api/")),
  }));
}

/** How far things jumped while the page came, as Chromium counts it (CLS). */
export async function shifted({ page }) {
  return page.evaluate(
    () =>
      new Promise((resolve) => {
        let sum = 0;
        const add = (list) => {
          for (const { value, hadRecentInput } of list.getEntries()) if (!hadRecentInput) sum += value;
        };
        const observer = new PerformanceObserver(add);
        observer.observe({ type: "layout-shift", buffered: true });
        // What happened before is told in a task of its own.
        setTimeout(() => resolve(sum), 100);
      }),
  );
}

/** Scrolls the panel `title` into view. */
export async function reach({ page }, { title }) {
  await page.locator(`[data-slot="${title}"]`).scrollIntoViewIfNeeded({ timeout: WAIT_MS });
}

/** What the console complained about since `open`. */
export const complaints = (session) => session.complaints;

/** Waits for `selector`; returns its text. */
export async function text(session, { selector }) {
  const found = session.page.locator(selector).first();
  await found.waitFor({ timeout: WAIT_MS });
  // What is drawn as SVG has no inner text.
  return found.evaluate((element) => element.innerText ?? element.textContent);
}

/** Waits until nothing matches `selector`. */
export async function gone(session, { selector }) {
  await session.page.locator(selector).first().waitFor({ state: "detached", timeout: WAIT_MS });
}

/** What a person sees move: totals, the chart's bars, the newest post. */
export async function look({ page }) {
  await page.locator(testId("post")).first().waitFor({ timeout: WAIT_MS });
  await page
    .locator(`${testId("trend")} rect[data-series]`)
    .filter({ visible: true })
    .first()
    .waitFor({ timeout: WAIT_MS });
  await page.evaluate(lookedThrough, WAIT_MS);
  await page
    .locator(`${testId("ranking-products")} li`)
    .first()
    .waitFor({ timeout: WAIT_MS });
  const bars = await page
    .locator(`${testId("trend")} rect[data-series]`)
    .evaluateAll((rects) => rects.map((rect) => rect.getAttribute("height")).join(" "));
  return {
    posts: numberOf(await page.locator(testId("total-posts")).innerText()),
    arrivals: numberOf(await page.locator(testId("total-arrivals")).innerText()),
    bars,
    newest: await page.locator(testId("post")).first().getAttribute("data-post-id"),
    distribution: await page.locator(testId("distribution")).innerText(),
    products: await page.locator(`${testId("ranking-products")} li`).count(),
    ledger: await page.locator(testId("ledger")).innerText(),
    phase: await page.locator(testId("live-state")).getAttribute("data-phase"),
  };
}

/** What was read beside the sentiment: the emotions' means and the risks, in percent. */
export async function readings({ page }) {
  const rows = page.locator(`${testId("emotions")} [data-emotion]`);
  await rows.first().waitFor({ timeout: WAIT_MS });
  await page.locator(testId("post-emotion")).first().waitFor({ timeout: WAIT_MS });
  const means = await rows.evaluateAll((found) =>
    found.map((row) => [row.dataset.emotion, Number.parseFloat(row.querySelector("[data-mean]").innerText)]),
  );
  return {
    emotions: Object.fromEntries(means),
    churn: Number.parseFloat(await page.locator(testId("total-churn")).innerText()),
    toxicity: Number.parseFloat(await page.locator(testId("total-toxicity")).innerText()),
  };
}

/** Waits until the connection is in `phase`. */
export async function phase({ page }, { wanted }) {
  await page.locator(`${testId("live-state")}[data-phase="${wanted}"]`).waitFor({ timeout: WAIT_MS });
}

/** The server is away: what the screen says of it, twice, a little later the second time. */
export async function away({ page }) {
  await phase({ page }, { wanted: "away" });
  const read = async () => ({
    state: await page.locator(testId("live-state")).innerText(),
    posts: numberOf(await page.locator(testId("total-posts")).innerText()),
    greyed: await page.locator("[data-away]").count(),
    isGrey: await page.locator("[data-feed-scroller]").evaluate((element) => {
      const style = getComputedStyle(element);
      return style.getPropertyValue("--ink") === style.getPropertyValue("--ink-3");
    }),
  });
  const first = await read();
  const age = page.locator(testId("data-age"));
  const before = await age.innerText();
  await page.waitForFunction(
    ([selector, old]) => document.querySelector(selector)?.innerText !== old,
    [testId("data-age"), before],
    { timeout: WAIT_MS },
  );
  return { first, ages: [before, await age.innerText()] };
}

/** Waits for the note that the gap is filled; returns how many posts it counts. */
export async function gap({ page }) {
  const note = page.locator(testId("gap"));
  await note.waitFor({ timeout: 60_000 });
  return Number(await note.getAttribute("data-count"));
}

/**
 * Scrolls the feed from its top to its end, post by post as they are drawn; returns the ids of all.
 * Being scrolled holds the feed, so that places do not move meanwhile.
 */
export async function feed({ page }) {
  return page.evaluate(async () => {
    const scroller = document.querySelector("[data-feed-scroller]");
    const frames = async (count) => {
      for (let frame = 0; frame < count; frame++) await new Promise(requestAnimationFrame);
    };
    const drawn = () =>
      [...scroller.querySelectorAll("[data-post-id]")].map((card) => ({
        id: card.dataset.postId,
        place: Number(card.ariaPosInSet),
        total: Number(card.ariaSetSize),
      }));
    const ids = [];
    scroller.scrollTo({ top: 60 });
    await frames(5);
    const deadline = performance.now() + 60_000;
    for (let total = 1; ids.length < total; ) {
      if (performance.now() > deadline) throw new Error(`stuck at post ${ids.length} of ${total}`);
      const cards = drawn();
      for (const card of cards) {
        if (card.place === ids.length + 1) ids.push(card.id);
        total = card.total;
      }
      const ahead = cards.length > 0 && cards[0].place > ids.length + 1;
      scroller.scrollBy({ top: scroller.clientHeight * (ahead ? -0.5 : 0.5) });
      await frames(2);
    }
    // Back at the top the feed goes on, for the next look.
    scroller.scrollTo({ top: 0 });
    await frames(10);
    return ids;
  });
}

export async function press({ page }, { key }) {
  await page.keyboard.press(key);
}

export async function type({ page }, { selector, text: words }) {
  await page.locator(selector).first().fill(words);
}

export async function click({ page }, { selector }) {
  await page.locator(selector).first().click({ timeout: WAIT_MS });
}

export async function focused({ page }) {
  return page.evaluate(() => document.activeElement?.getAttribute("aria-label"));
}

export const address = ({ page }) => page.url();

export async function screenshot({ page }, { path, whole = false }) {
  await page.screenshot({ path, fullPage: whole });
}

/** Tries everything a hostile page may try, from the page that is open, against `server`. */
export async function attack({ page }, { server, post }) {
  return page.evaluate(
    async ([target, body]) => {
      const attempt = async (init) => {
        try {
          const answer = await fetch(`${target}/api/v1/posts`, init);
          return { status: answer.status, type: answer.type, text: (await answer.text()).slice(0, 2_000) };
        } catch (error) {
          return { refused: error.name };
        }
      };
      const socket = (url) =>
        new Promise((resolve) => {
          const live = new WebSocket(url);
          live.onmessage = (event) => resolve({ opened: true, text: String(event.data).slice(0, 200) });
          live.onerror = () => resolve({ opened: false });
          setTimeout(() => resolve({ opened: false, silent: true }), 5_000);
        });
      const withId = (id) => JSON.stringify({ posts: [{ ...body, post_id: id }] });
      return {
        json: await attempt({
          method: "POST",
          headers: { "Content-Type": "application/json" },
          body: withId("foreign-json"),
        }),
        // What a page may send without asking first.
        simple: await attempt({ method: "POST", mode: "no-cors", body: withId("foreign-simple") }),
        read: await attempt({}),
        socket: await socket(`${target.replace("http", "ws")}/ws/sentiment`),
      };
    },
    [server, post],
  );
}
