import { configure } from "@testing-library/react";
import { afterEach, vi } from "vitest";
import type { Analysis } from "./api/analyses";
import type { Alert, Numbers, Post } from "./api/types";

// A busy machine takes longer than the second that is waited by default.
configure({ asyncUtilTimeout: 4_000 });

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

/** Numbers of 100 scored posts that a model without emotions, toxicity and churn risk has read. */
export function someNumbers(change: Partial<Numbers> = {}): Numbers {
  return {
    posts: 100,
    positive: 40,
    negative: 35,
    neutral: 25,
    unscored: 0,
    scored: 100,
    positive_share: 0.4,
    negative_share: 0.35,
    neutral_share: 0.25,
    average_sentiment: 0.05,
    average_toxicity: null,
    toxicity_posts: 0,
    average_churn_risk: null,
    churn_posts: 0,
    high_churn_risk: 0,
    high_churn_share: null,
    emotions: null,
    emotion_posts: 0,
    ...change,
  };
}

/** A post stored at second `second` of the test day. */
export function aPost(id: string, second = 0, change: Partial<Post> = {}): Post {
  const moment = new Date(Date.UTC(2026, 0, 5, 12, 0, second)).toISOString();
  return {
    id,
    post_id: id,
    source: "twitter",
    connector: "http",
    content: `The text of ${id}`,
    author: "ada",
    created_at: moment,
    edited_at: moment,
    ingested_at: moment,
    language: "en",
    url: null,
    reply_to: null,
    product: null,
    channel: null,
    location: null,
    city: null,
    country: null,
    latitude: null,
    longitude: null,
    engagement: null,
    simulated: false,
    extra: {},
    sentiment_label: "positive",
    sentiment_score: 0.5,
    confidence_score: 0.8,
    emotion: null,
    emotions: null,
    toxicity: null,
    churn_risk: null,
    tier: "fast",
    model_name: "vader",
    model_version: "3.3.2",
    analyzed_at: moment,
    ...change,
  };
}

/** An episode that began at 12:05 of the test day and has not ended. */
export function anAlert(change: Partial<Alert> = {}): Alert {
  return {
    id: 1,
    rule_id: "high_negative_sentiment",
    rule_name: "",
    alert_type: "high_negative_sentiment",
    scope: null,
    threshold_value: 0.5,
    actual_value: 0.71,
    window_start: "2026-01-05T12:00:00Z",
    window_end: "2026-01-05T12:05:00Z",
    post_count: 48,
    triggered_at: "2026-01-05T12:05:00Z",
    resolved_at: null,
    details: {},
    acknowledged_at: null,
    acknowledged_by: null,
    acknowledged_note: null,
    snoozed_until: null,
    snoozed_by: null,
    ...change,
  };
}

/** What the full model read: negative, angry, toxic. */
export function anAnalysis(change: Partial<Analysis> = {}): Analysis {
  return {
    model_name: "sentistream-full",
    model_version: "1",
    tier: "full",
    layer: "live",
    standing: "current",
    analyzed_at: "2026-01-05T12:00:00Z",
    sentiment_label: "negative",
    sentiment_score: -0.6,
    confidence_score: 0.7,
    probabilities: { positive: 0.1, neutral: 0.2, negative: 0.7 },
    emotion: "anger",
    emotions: null,
    toxicity: 0.6,
    churn_risk: 0.2,
    reason: null,
    ...change,
  };
}
