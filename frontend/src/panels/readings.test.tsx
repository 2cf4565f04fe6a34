import { MantineProvider } from "@mantine/core";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { cleanup, render, screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { NuqsTestingAdapter } from "nuqs/adapters/testing";
import type { ReactElement } from "react";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { Numbers } from "../api/types";
import { NO_FILTERS } from "../lib/filters";
import { aPost, someNumbers } from "../testing";
import Emotions from "./Emotions";
import { PostCard } from "./PostCard";
import { RiskTotals } from "./RiskTotals";

afterEach(cleanup);

const EMOTIONS = {
  joy: 0.2,
  sadness: 0.1,
  anger: 0.35,
  fear: 0.02,
  surprise: 0.05,
  disgust: 0.03,
  neutral: 0.6,
};

/** `element` with a server behind it that counts `current` now and `previous` before. */
function show(element: ReactElement, current = someNumbers(), previous = someNumbers()) {
  const metadata = { as_of: "2026-01-05T12:00:00Z", has_more: false };
  const answers: Record<string, unknown> = {
    "/api/v1/metrics/overall": { current, previous },
    "/api/v1/stats": { high_churn_threshold: 0.6 },
    "/api/v1/metrics/emotions": { items: [{ key: "anger", ...someNumbers({ posts: 40 }) }] },
  };
  vi.spyOn(globalThis, "fetch").mockImplementation(async (request) => {
    const { pathname } = new URL((request as Request).url);
    return Response.json({ data: answers[pathname], metadata });
  });
  const client = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  return render(
    <MantineProvider env="test">
      <QueryClientProvider client={client}>
        <NuqsTestingAdapter>{element}</NuqsTestingAdapter>
      </QueryClientProvider>
    </MantineProvider>,
  );
}

describe("Emotions", () => {
  it("names each emotion with its mean, its change in words, and filters by a click", async () => {
    const pick = vi.fn();
    const before = someNumbers({ emotions: { ...EMOTIONS, anger: 0.05 } });
    show(
      <Emotions range="24h" filters={NO_FILTERS} compare onPick={pick} onChoose={vi.fn()} />,
      someNumbers({ emotions: EMOTIONS }),
      before,
    );
    const rows = [...(await screen.findByTestId("emotions")).querySelectorAll("button")];
    expect(rows.map((row) => row.textContent)).toEqual([
      "Anger35.0\u202f%change +30.0\u202fpp",
      "Joy20.0\u202f%change 0.0\u202fpp",
      "Sadness10.0\u202f%change 0.0\u202fpp",
      "Surprise5.0\u202f%change 0.0\u202fpp",
      "Disgust3.0\u202f%change 0.0\u202fpp",
      "Fear2.0\u202f%change 0.0\u202fpp",
      "Neutral60.0\u202f%change 0.0\u202fpp",
    ]);
    await userEvent.click(rows[0] as HTMLElement);
    expect(pick).toHaveBeenCalledExactlyOnceWith("emotion", "anger");
  });

  it("says that the model reads none, instead of showing zeros", async () => {
    show(<Emotions range="24h" filters={NO_FILTERS} compare onPick={vi.fn()} onChoose={vi.fn()} />);
    expect(await screen.findByText("The model that read these posts does not read emotions.")).toBeTruthy();
    expect(screen.queryByTestId("emotions")).toBeNull();
  });

  it("says that nothing matches where there are no posts", async () => {
    const nothing: Partial<Numbers> = { posts: 0, scored: 0 };
    show(
      <Emotions range="1h" filters={NO_FILTERS} compare onPick={vi.fn()} onChoose={vi.fn()} />,
      someNumbers(nothing),
    );
    expect(await screen.findByText("No posts in the last hour match.")).toBeTruthy();
  });
});

describe("RiskTotals", () => {
  const against = "against the hour before";
  const read = someNumbers({
    average_churn_risk: 0.21,
    churn_posts: 50,
    high_churn_risk: 7,
    high_churn_share: 0.14,
    average_toxicity: 0.125,
    toxicity_posts: 60,
  });

  it("shows the share at high risk and the mean toxicity", () => {
    show(<RiskTotals now={read} before={someNumbers()} highChurn={0.5} bars={[]} against={against} />);
    expect(screen.getByTestId("total-churn").textContent).toBe("14.0\u202f%");
    expect(screen.getByText(/^7 posts, mean risk 21.0/)).toBeTruthy();
    expect(screen.getByTestId("total-toxicity").textContent).toBe("12.5\u202f%");
  });

  it.each([
    ["total-churn", "risk of 0.65 or more, of 50 posts read"],
    ["total-toxicity", "mean probability of being offensive, of 60 posts read"],
  ])("tells in the tooltip of %s what was counted, and among how many", async (tile, told) => {
    show(<RiskTotals now={read} before={someNumbers()} highChurn={0.65} bars={[]} against={against} />);
    await userEvent.hover(screen.getByTestId(tile));
    expect((await screen.findByRole("tooltip")).textContent).toBe(told);
  });

  it("calls a change sure by the posts read, not by the scored", () => {
    const before = { ...read, high_churn_risk: 1, high_churn_share: 0.02 };
    const change = () => screen.getByTestId("total-churn").parentElement?.querySelector("[data-news]");
    show(<RiskTotals now={read} before={before} highChurn={0.5} bars={[]} against={against} />);
    expect(change()?.getAttribute("data-news")).toBe("bad");
    cleanup();
    const few = { ...read, churn_posts: 20, high_churn_share: 0.35 };
    show(<RiskTotals now={few} before={before} highChurn={0.5} bars={[]} against={against} />);
    expect(change()?.getAttribute("data-news")).toBe("none");
  });

  it("shows a dash and the reason where the model reads neither", () => {
    show(
      <RiskTotals now={someNumbers()} before={someNumbers()} highChurn={0.5} bars={[]} against={against} />,
    );
    expect(screen.getByTestId("total-churn").textContent).toBe("–");
    expect(screen.getByTestId("total-toxicity").textContent).toBe("–");
    expect(screen.getAllByText("this model does not read it")).toHaveLength(2);
  });
});

describe("PostCard", () => {
  const card = (change: Parameters<typeof aPost>[2]) => {
    show(
      <PostCard
        post={aPost("a", 0, change)}
        look={{ open: vi.fn(), highChurn: 0.6, phrases: [] }}
        entering={false}
        place={1}
        total={1}
      />,
    );
    return screen.getByTestId("post");
  };

  it("tells the emotion and marks high risks in words", async () => {
    const shown = card({ emotion: "anger", emotions: EMOTIONS, churn_risk: 0.81, toxicity: 0.5 });
    expect(within(shown).getByText("Anger").title).toBe(
      "Emotions: neutral 60\u202f%, anger 35\u202f%, joy 20\u202f%, sadness 10\u202f%",
    );
    expect((await within(shown).findByText(/^High churn risk/)).textContent).toBe("High churn risk81\u202f%");
    expect(within(shown).getByText(/^Toxic/).textContent).toBe("Toxic50\u202f%");
  });

  it("marks no low risk, and claims no emotion that nothing has read", () => {
    const shown = card({ emotion: null, churn_risk: 0.2, toxicity: 0.1 });
    expect(within(shown).queryByTestId("post-emotion")).toBeNull();
    expect(within(shown).queryByText(/churn|toxic/i)).toBeNull();
  });
});
