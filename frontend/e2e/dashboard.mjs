/**
 * Drives a real Chromium against a real server, one step at a time, for tests/integration/test_dashboard*.py.
 *
 * Each line on standard input is {"step": name, ...arguments}; each is answered with one line,
 * {"ok": true, "value": …} or {"ok": false, "error": …}. Ends with its input.
 */
import { createInterface } from "node:readline";
import * as access from "./access.mjs";
import { launch } from "./browser.mjs";
import * as explore from "./explore.mjs";
import * as live from "./live.mjs";
import * as overview from "./overview.mjs";
import * as panels from "./panels.mjs";
import * as common from "./steps.mjs";
import * as wall from "./wall.mjs";

const steps = { ...common, ...overview, ...explore, ...wall, ...live, ...access, ...panels };

const session = { browser: await launch(), page: null, complaints: [] };

for await (const line of createInterface({ input: process.stdin })) {
  const { step, ...given } = JSON.parse(line);
  let answer;
  try {
    const run = steps[step];
    if (!run) throw new Error(`there is no step named ${step}`);
    answer = { ok: true, value: (await run(session, given)) ?? null };
  } catch (error) {
    answer = { ok: false, error: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
await session.browser.close();
