/** Steps of tests/integration/test_dashboard_live.py: the connection, the clock, and a page that nobody sees. */
const WAIT_MS = 20_000;

/**
 * Goes to `url` from an empty page, and remembers every socket and every question from then on. With `clock` the
 * browser's clock can be moved; it goes on by itself until `stop_clock`.
 */
export async function watched(session, { url, clock = false }) {
  const { page } = session;
  session.sockets = [];
  session.asked = [];
  if (clock) await page.clock.install();
  page.on("request", (request) => {
    const { pathname, search } = new URL(request.url());
    if (pathname.startsWith("/api/")) session.asked.push(pathname + search);
  });
  // Everything passes through to the server, so that a socket can be cut while the server stays.
  await page.routeWebSocket(/ws\/sentiment/, (socket) => {
    const server = socket.connectToServer();
    const { searchParams } = new URL(socket.url());
    const one = { since: searchParams.get("since"), isOpen: true, cut: () => socket.close({ code: 4000 }) };
    session.sockets.push(one);
    socket.onClose(() => {
      one.isOpen = false;
      void server.close();
    });
    server.onClose(() => {
      one.isOpen = false;
      void socket.close();
    });
  });
  await page.goto(url);
}

/** The sockets since `watched`: where each wanted to go on, and whether it is open. */
export const sockets = ({ sockets }) => sockets.map(({ since, isOpen }) => ({ since, isOpen }));

/** Cuts the socket, not the server. */
export async function cut(session) {
  const one = session.sockets.at(-1);
  one.isOpen = false;
  await one.cut();
}

/** The questions to the API since the last look. */
export const asked = (session) => session.asked.splice(0);

/** The browser's clock stands still from a moment on that is just ahead. */
export async function stop_clock({ page }) {
  await page.clock.pauseAt((await page.evaluate(() => Date.now())) + 1_000);
}

export async function start_clock({ page }) {
  await page.clock.resume();
}

/** As if `ms` had passed: every timer runs as often as it is due. */
export async function pass_time({ page }, { ms }) {
  await page.clock.runFor(ms);
}

/** Lets a stopped clock creep, so slowly that no timer of a second is due, until `script` is true. */
export async function creep({ page }, { script }) {
  const deadline = Date.now() + WAIT_MS;
  while (!(await page.evaluate(script))) {
    if (Date.now() > deadline) throw new Error(`never true: ${script}`);
    await page.clock.runFor(1);
  }
}

/** Nobody sees the page, or somebody does again. */
export async function hide({ page }, { hidden }) {
  await page.evaluate((value) => {
    const told = { hidden: value, visibilityState: value ? "hidden" : "visible" };
    for (const [name, is] of Object.entries(told))
      Object.defineProperty(document, name, { configurable: true, get: () => is });
    document.dispatchEvent(new Event("visibilitychange", { bubbles: true }));
  }, hidden);
}

/** Lets tries fail, the clock being stopped, until the next is `least` seconds away; the seconds. */
export async function long_wait({ page }, { least }) {
  const state = page.locator('[data-testid="live-state"]');
  for (let tries = 0; tries < 1_000; tries++) {
    const seconds = Number(/next try in (\d+) s/.exec(await state.innerText())?.[1]);
    if (seconds >= least) return seconds;
    await page.clock.runFor(100);
  }
  throw new Error("it never waits that long");
}

/**
 * How many posts the feed holds, as the stopped clock goes on in steps of `every` ms, until there are `wanted`; each
 * number once.
 */
export async function feed_sizes({ page }, { every, wanted }) {
  const sizes = [];
  for (let steps = 0; steps < 1_000; steps++) {
    const size = await page.evaluate(() =>
      Number(document.querySelector("[data-feed-scroller] article")?.ariaSetSize),
    );
    if (size !== sizes.at(-1)) sizes.push(size);
    if (size >= wanted) return sizes;
    await page.clock.runFor(every);
  }
  throw new Error(`the feed holds no more than ${sizes.at(-1)} posts`);
}

/** The first post of the feed that is seen from its top on, and how far below the top of the feed it begins. */
export async function first_seen({ page }) {
  return page.evaluate(() => {
    const scroller = document.querySelector("[data-feed-scroller]");
    const top = scroller.getBoundingClientRect().top;
    const post = [...scroller.querySelectorAll("article")].find(
      (one) => one.getBoundingClientRect().top >= top,
    );
    return { id: post.dataset.postId, top: Math.round(post.getBoundingClientRect().top - top) };
  });
}

/** The milliseconds that the longest animation or transition of anything on the page takes. */
export async function slowest({ page }) {
  return page.evaluate(() => {
    const milliseconds = (times) =>
      times.split(",").map((time) => Number.parseFloat(time) * (time.trim().endsWith("ms") ? 1 : 1_000));
    const styles = [...document.querySelectorAll("*")].map((element) => getComputedStyle(element));
    return Math.max(
      ...styles.flatMap(({ animationDuration, transitionDuration }) => [
        ...milliseconds(animationDuration),
        ...milliseconds(transitionDuration),
      ]),
    );
  });
}
