import { MantineProvider } from "@mantine/core";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { cleanup, render, screen, within } from "@testing-library/react";
import { afterEach, describe, expect, it, vi } from "vitest";
import { anAnalysis, aPost } from "../testing";
import { PostAnalyses } from "./PostAnalyses";

afterEach(cleanup);

const METADATA = { as_of: "2026-01-05T12:00:00Z", total: 1, has_more: false, limit: 1, offset: 0 };

function show(...analyses: ReturnType<typeof anAnalysis>[]) {
  vi.spyOn(globalThis, "fetch").mockImplementation(async (input) =>
    (input as Request).url.endsWith("/analyses")
      ? Response.json({ data: analyses, metadata: METADATA })
      : Response.json({ data: { high_churn_threshold: 0.5 }, metadata: METADATA }),
  );
  render(
    <MantineProvider env="test">
      <QueryClientProvider client={new QueryClient({ defaultOptions: { queries: { retry: false } } })}>
        <PostAnalyses post={aPost("one")} />
      </QueryClientProvider>
    </MantineProvider>,
  );
  return screen.findByTestId("post-analyses");
}

describe("all readings of a post", () => {
  it("stand in columns, and what differs from the one that counts says so", async () => {
    const human = anAnalysis({
      model_name: "human:ada",
      model_version: "c1",
      tier: "human",
      layer: "human",
      sentiment_label: "neutral",
      sentiment_score: 0,
      probabilities: null,
    });
    const quick = anAnalysis({ tier: "fast", layer: "trial", standing: "beside", toxicity: null });
    const shown = await show(human, anAnalysis({ standing: "outranked", toxicity: 0.3 }), quick);
    expect(shown.textContent).toContain("3 readings disagree: 2 negative, 1 neutral.");
    const [first, second, third] = within(shown).getAllByRole("columnheader").slice(1);
    expect(first?.textContent).toBe("Peopleadacounts");
    expect(second?.textContent).toBe("The full modelsentistream-full 1replaced by a better one");
    expect(third?.textContent).toBe("The fast modelsentistream-full 1layer trialdoes not count");
    const row = (name: string) =>
      within(shown)
        .getByRole("rowheader", { name })
        .parentElement?.querySelectorAll("td") as NodeListOf<HTMLElement>;
    expect([...row("Sentiment")].map((cell) => cell.textContent)).toEqual([
      "Neutral",
      "Negativediffers",
      "Negativediffers",
    ]);
    expect([...row("Toxicity")].map((cell) => cell.textContent)).toEqual([
      "60\u202f%",
      "30\u202f%differs",
      "not read",
    ]);
    expect([...row("Confidence")].map((cell) => cell.textContent)).toEqual(["–", "70\u202f%", "70\u202f%"]);
    expect(within(shown).getAllByLabelText("10 % positive, 20 % neutral, 70 % negative")).toHaveLength(2);
  });

  it("say how many are of an earlier text", async () => {
    const shown = await show(anAnalysis(), anAnalysis({ standing: "earlier", model_version: "0" }));
    expect(shown.textContent).toContain("One reading so far: negative.");
    expect(shown.textContent).toContain("1 reading of an earlier text of this post not shown.");
  });
});
