import { MantineProvider } from "@mantine/core";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { cleanup, render, screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { Explanation } from "../api/types";
import { aPost } from "../testing";
import { PostWhy } from "./PostWhy";

afterEach(cleanup);

const POST = aPost("one", 0, { content: "😍 Great seats, rude crew" });

function anExplanation(change: Partial<Explanation> = {}): Explanation {
  return {
    id: "one",
    method: "shapley",
    message: null,
    current: {
      sentiment_label: "positive",
      sentiment_score: 0.2,
      toxicity: 0.4,
      churn_risk: null,
      tier: "full",
      model_name: "sentistream-full",
      model_version: "1",
    },
    corrected_by: null,
    model_name: "sentistream-full",
    model_version: "1",
    explains_current: true,
    reasoning: null,
    base: { sentiment: 0.02, toxicity: 0.1, churn_risk: null },
    scores: { sentiment: 0.2, toxicity: 0.4, churn_risk: null },
    tolerance: 0.0001,
    words: [
      { start: 0, end: 1, text: "😍", sentiment: 0.1, toxicity: 0, churn_risk: null },
      { start: 2, end: 7, text: "Great", sentiment: 0.5, toxicity: -0.05, churn_risk: null },
      { start: 8, end: 14, text: "seats,", sentiment: 0.0, toxicity: 0, churn_risk: null },
      { start: 15, end: 19, text: "rude", sentiment: -0.42, toxicity: 0.35, churn_risk: null },
      { start: 20, end: 24, text: "crew", sentiment: 0.0, toxicity: 0, churn_risk: null },
    ],
    ...change,
  };
}

/** The section with a server behind it that answers with `answers`, one after the other. */
function show(...answers: (Explanation | Response)[]) {
  const fetched = vi.spyOn(globalThis, "fetch").mockImplementation(async () => {
    const next = answers.length > 1 ? answers.shift() : answers[0];
    if (next instanceof Response) return next.clone();
    return Response.json({ data: next, metadata: { as_of: "2026-01-05T12:00:00Z" } });
  });
  const client = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  render(
    <MantineProvider env="test">
      <QueryClientProvider client={client}>
        <PostWhy post={POST} />
      </QueryClientProvider>
    </MantineProvider>,
  );
  return fetched;
}

const marks = () =>
  [...screen.getByTestId("word-marks").querySelectorAll("mark")].map((mark) => [
    mark.textContent,
    mark.dataset.sign,
    mark.dataset.tone,
  ]);

describe("PostWhy", () => {
  it("marks the words that matter, with sign, tone and number, and keeps the whole text", async () => {
    show(anExplanation());
    expect(screen.getByRole("img", { name: "Loading" })).toBeTruthy();
    await screen.findByTestId("word-marks");
    expect(marks()).toEqual([
      ["😍 (+0.10)", "raises", "good"],
      ["Great (+0.50)", "raises", "good"],
      ["rude (−0.42)", "lowers", "bad"],
    ]);
    expect(screen.getByTestId("word-marks").textContent?.replaceAll(/ \([^)]*\)/g, "")).toBe(POST.content);
    const sizes = [...screen.getByTestId("word-marks").querySelectorAll("mark")].map((mark) =>
      Number(mark.style.getPropertyValue("--strength")),
    );
    expect(sizes).toEqual([0.2, 1, 0.84]);
    expect(screen.getByTestId("why-sum").textContent).toBe(
      "Of no words at all sentistream-full 1 says +0.02; all words together add +0.18, which makes +0.20.",
    );
  });

  it("shows the number of a word to the pointer and to the keyboard", async () => {
    show(anExplanation());
    await userEvent.hover(await screen.findByText("Great", { selector: "mark" }));
    expect((await screen.findByRole("tooltip")).textContent).toBe("+0.50");
    await userEvent.tab();
    await userEvent.tab();
    expect(document.activeElement?.textContent).toContain("😍");
  });

  it("switches to what else was read, where a rise is bad news", async () => {
    show(anExplanation());
    const choice = await screen.findByRole("radiogroup", { name: "What the words add to" });
    expect(within(choice).queryByText("Churn risk")).toBeNull();
    await userEvent.click(within(choice).getByText("Toxicity"));
    expect(marks()).toEqual([
      ["Great (−0.05)", "lowers", "good"],
      ["rude (+0.35)", "raises", "bad"],
    ]);
    expect(screen.getByText("more toxic")).toBeTruthy();
    const named = screen.getByLabelText("What adds most");
    expect([...named.querySelectorAll("div")].map((row) => row.textContent)).toEqual([
      "rude+0.35",
      "Great−0.05",
    ]);
  });

  it("gives a large model's reasoning in its own words, as text only", async () => {
    show(
      anExplanation({
        method: "reasoning",
        reasoning: "They call it <b>rude</b>.",
        words: [],
        base: null,
        scores: null,
      }),
    );
    expect(await screen.findByText("They call it <b>rude</b>.")).toBeTruthy();
    expect(screen.getByText("sentistream-full 1, in its own words")).toBeTruthy();
    expect(screen.queryByTestId("word-marks")).toBeNull();
  });

  it("says why there is nothing to explain, and whose label it is", async () => {
    show(anExplanation({ method: "none", message: "no model could read this post: language fr", words: [] }));
    expect(await screen.findByText("No model could read this post: language fr.")).toBeTruthy();
    cleanup();
    show(anExplanation({ message: "ada set this label; the words show what fast 1 made of the post" }));
    expect(await screen.findByText(/^Ada set|^ada set/i)).toBeTruthy();
    expect(marks()).toHaveLength(3);
  });

  it("does not mark words of another text", async () => {
    show(
      anExplanation({
        words: [{ start: 0, end: 5, text: "Other", sentiment: 1, toxicity: 0, churn_risk: 0 }],
      }),
    );
    expect(await screen.findByText(/edited a moment ago/)).toBeTruthy();
  });

  it("tells an error in the server's words and tries again", async () => {
    const error = {
      error: { code: "OVERLOADED", message: "32 explanations are waiting already", details: {} },
    };
    const fetched = show(Response.json(error, { status: 503 }), anExplanation());
    expect(await screen.findByText(/32 explanations are waiting/)).toBeTruthy();
    await userEvent.click(screen.getByRole("button", { name: /try again/i }));
    expect(await screen.findByTestId("word-marks")).toBeTruthy();
    expect(fetched).toHaveBeenCalledTimes(2);
  });
});
