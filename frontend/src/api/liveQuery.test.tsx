import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { cleanup, render, screen } from "@testing-library/react";
import { afterEach, expect, it, vi } from "vitest";
import { InView, useLiveQuery } from "./liveQuery";

afterEach(cleanup);

it("asks for nothing new out of view, shows what it has, and catches up when it is seen again", async () => {
  const client = new QueryClient();
  const ask = vi.fn(async () => `answer ${ask.mock.calls.length}`);
  const Panel = () => <p>{useLiveQuery({ queryKey: ["live"], queryFn: ask }).data}</p>;
  const page = (near: boolean) => (
    <QueryClientProvider client={client}>
      <InView value={near}>
        <Panel />
      </InView>
    </QueryClientProvider>
  );
  const { rerender } = render(page(true));
  await screen.findByText("answer 1");
  rerender(page(false));
  await client.invalidateQueries({ queryKey: ["live"] });
  expect(ask).toHaveBeenCalledTimes(1);
  expect(screen.getByText("answer 1")).toBeTruthy();
  rerender(page(true));
  await screen.findByText("answer 2");
  await client.invalidateQueries({ queryKey: ["live"] });
  await screen.findByText("answer 3");
});
