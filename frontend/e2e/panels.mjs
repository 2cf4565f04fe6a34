/** Steps of tests/integration/test_dashboard_panels.py: what every panel has, and what it says when it cannot be read. */
import { exported } from "./overview.mjs";

const WAIT_MS = 20_000;
const GLANCE_MS = 500;
const UNAVAILABLE = {
  status: 503,
  json: { error: { code: "UNAVAILABLE", message: "The database is being moved.", details: {} } },
};

const frameOf = (page, title) => page.getByRole("region", { name: title, exact: true });

/** Scrolls to `frame` until `selector` is found in it: what kept its place gives way to it meanwhile. */
async function foundIn(frame, selector) {
  const found = frame.locator(selector).first();
  const deadline = Date.now() + WAIT_MS;
  for (;;) {
    await frame.evaluate((element) => element.scrollIntoView({ block: "nearest" }), null, {
      timeout: WAIT_MS,
    });
    const isThere = await found.waitFor({ timeout: GLANCE_MS }).then(
      () => true,
      (error) => {
        if (Date.now() > deadline) throw error;
        return false;
      },
    );
    if (isThere) return found;
  }
}

/** What the panel `title` says of itself, how old it says it is, and its table. */
export async function described(session, { title }) {
  const { page } = session;
  const frame = frameOf(page, title);
  const age = await foundIn(frame, '[data-testid="panel-age"]');
  return {
    abouts: await explained(page, frame),
    age: await age.innerText(),
    readAt: await age.locator("time").getAttribute("title"),
    table: (await exported(session, { title, item: "Export CSV" })).text,
  };
}

/** The words behind each info sign of the frame, by what they are about. */
async function explained(page, frame) {
  const words = {};
  for (const sign of await frame.getByRole("button", { name: /^About / }).all()) {
    await sign.click({ timeout: WAIT_MS });
    const popup = page.locator(`[id="${await sign.getAttribute("aria-controls")}"]`);
    await popup.waitFor({ timeout: WAIT_MS });
    words[await sign.getAttribute("aria-label")] = await popup.innerText();
    await sign.press("Escape");
    await popup.waitFor({ state: "detached", timeout: WAIT_MS });
  }
  return words;
}

/** Lets the panel `title` fill the screen and leaves by Escape; its share of the window, and whether it had the focus. */
export async function filled({ page }, { title }) {
  await page.getByRole("button", { name: `${title}: more`, exact: true }).click({ timeout: WAIT_MS });
  await page.getByRole("menuitem", { name: "Full screen" }).click({ timeout: WAIT_MS });
  const panel = page.getByRole("dialog", { name: title, exact: true });
  await panel.waitFor({ timeout: WAIT_MS });
  await page.locator('[role="menu"]').waitFor({ state: "detached", timeout: WAIT_MS });
  const seen = await panel.evaluate((element) => {
    const { width, height } = element.getBoundingClientRect();
    const share = (width * height) / (document.documentElement.clientWidth * window.innerHeight);
    return { share, inside: element.contains(document.activeElement) };
  });
  await page.keyboard.press("Escape");
  await panel.waitFor({ state: "detached", timeout: WAIT_MS });
  return seen;
}

/**
 * From now on the server answers the page with 503 and closes its sockets (`refused`), says nothing (`held`), or answers
 * as ever (`answered`); what was held is answered the same way.
 */
export async function answers(session, { now }) {
  const { page } = session;
  if (session.answers?.page !== page) {
    const answers = { page, now, held: [] };
    session.answers = answers;
    const take = (answer) => (answers.now === "held" ? answers.held.push(answer) : answer());
    await page.route("**/api/v1/**", (route) =>
      take(() => (answers.now === "refused" ? route.fulfill(UNAVAILABLE) : route.continue())),
    );
    await page.routeWebSocket(/ws\/sentiment/, (socket) =>
      take(() => (answers.now === "refused" ? socket.close() : socket.connectToServer())),
    );
  }
  session.answers.now = now;
  if (now !== "held") for (const answer of session.answers.held.splice(0)) await answer();
}

/** Another address in the same page. */
export async function visit({ page }, { url }) {
  await page.goto(url);
}

/** Scrolls through the page until each of `titles` is there and `selector` is found in it; the words of each. */
export async function wordsOf({ page }, { titles, selector }) {
  const words = {};
  for (const title of titles) {
    const found = await foundIn(frameOf(page, title), selector);
    words[title] = await found.evaluate((element) => element.innerText || element.ariaLabel);
  }
  return words;
}

/** Presses `button` in each of `titles` that still has it, until none does; how often it did. */
export async function triedAgain({ page }, { titles, button = "Try again" }) {
  let pressed = 0;
  for (const title of titles) {
    const again = frameOf(page, title).getByRole("button", { name: button });
    // Panels that ask the same heal together, so that one may be gone by the time of its turn.
    pressed += await again.evaluateAll((buttons) => {
      for (const one of buttons) one.click();
      return buttons.length;
    });
    await again.waitFor({ state: "detached", timeout: WAIT_MS });
  }
  return pressed;
}

/**
 * Presses `selector` while the code of its menu is on its way, and lets go when it is there: the menu must open, and
 * Escape close it. Whether the focus is on the button again.
 * `file` is the beginning of that code's name.
 */
export async function pressed_while_it_loads({ page }, { selector, file }) {
  let send;
  const held = new Promise((resolve) => {
    send = resolve;
  });
  const pattern = `**/assets/${file}-*.js`;
  await page.route(pattern, async (route) => {
    await held;
    await route.continue();
  });
  const asked = page.waitForRequest(pattern, { timeout: WAIT_MS });
  const button = page.locator(selector).first();
  await button.hover({ timeout: WAIT_MS });
  const code = (await asked).url();
  await page.mouse.down();
  send();
  await page.evaluate(async (address) => {
    await import(address);
    for (let frame = 0; frame < 3; frame++) await new Promise(requestAnimationFrame);
  }, code);
  await page.mouse.up();
  await page.getByRole("menu").waitFor({ timeout: WAIT_MS });
  await page.keyboard.press("Escape");
  await page.getByRole("menu").waitFor({ state: "detached", timeout: WAIT_MS });
  await page.unroute(pattern);
  return button.evaluate((element) => element === document.activeElement);
}
