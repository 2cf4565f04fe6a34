/**
 * Keeps the built files of the dashboard, whose names change with their content, and nothing else: never an
 * answer of the API, never a page, so that nothing on the screen can be older than it says.
 */
const ASSETS = "__ASSETS__";
const CACHE = "assets";

self.addEventListener("message", (event) => {
  if (event.data === "take over") self.skipWaiting();
});

self.addEventListener("activate", (event) => {
  event.waitUntil(forgetOld().then(() => self.clients.claim()));
});

self.addEventListener("fetch", (event) => {
  const { origin, pathname } = new URL(event.request.url);
  if (event.request.method !== "GET" || origin !== self.location.origin || !ASSETS.includes(pathname)) return;
  event.respondWith(kept(event.request));
});

async function kept(request) {
  const cache = await caches.open(CACHE);
  const known = await cache.match(request.url);
  if (known) return known;
  const answer = await fetch(request);
  if (answer.ok) await cache.put(request.url, answer.clone());
  return answer;
}

/** What an earlier version needed. */
async function forgetOld() {
  const cache = await caches.open(CACHE);
  for (const { url } of await cache.keys()) {
    if (!ASSETS.includes(new URL(url).pathname)) await cache.delete(url);
  }
}
