import { act, cleanup, render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, it, vi } from "vitest";
import { UpdateNotice } from "./UpdateNotice";

class Registration extends EventTarget {
  waiting: (EventTarget & { postMessage(message: string): void }) | null = null;
  installing: EventTarget | null = null;
  update = vi.fn(async () => undefined);

  /** Another build is there, and its worker is ready. */
  brings(worker: NonNullable<Registration["waiting"]>) {
    this.installing = worker;
    this.dispatchEvent(new Event("updatefound"));
    this.waiting = worker;
    worker.dispatchEvent(new Event("statechange"));
  }
}

afterEach(() => {
  cleanup();
  vi.unstubAllEnvs();
  vi.unstubAllGlobals();
});

async function show(controller: object | null) {
  vi.stubEnv("PROD", true);
  const registration = new Registration();
  const workers = Object.assign(new EventTarget(), { controller, register: vi.fn(async () => registration) });
  vi.stubGlobal("navigator", { serviceWorker: workers });
  render(<UpdateNotice />);
  await vi.waitFor(() => expect(workers.register).toHaveBeenCalledWith("/service-worker.js"));
  const worker = Object.assign(new EventTarget(), { postMessage: vi.fn() });
  await act(async () => registration.brings(worker));
  return worker;
}

it("tells of a newer version, and lets it take over only when asked to", async () => {
  const worker = await show({});
  expect(worker.postMessage).not.toHaveBeenCalled();
  await userEvent.click(await screen.findByRole("button", { name: "Load it" }));
  expect(worker.postMessage).toHaveBeenCalledWith("take over");
});

it("can be put off", async () => {
  await show({});
  await userEvent.click(await screen.findByRole("button", { name: "Later" }));
  expect(screen.queryByTestId("update")).toBeNull();
});

it("does not call the first version an update", async () => {
  await show(null);
  expect(screen.queryByTestId("update")).toBeNull();
});
