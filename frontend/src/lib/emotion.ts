import type { Numbers } from "../api/types";
import { type Change, shareChange } from "./format";
import { meansDiffer } from "./statistics";

export const EMOTIONS = ["joy", "surprise", "sadness", "anger", "fear", "disgust", "neutral"] as const;
export type Emotion = (typeof EMOTIONS)[number];

export const EMOTION_TITLES: Record<Emotion, string> = {
  joy: "Joy",
  surprise: "Surprise",
  sadness: "Sadness",
  anger: "Anger",
  fear: "Fear",
  disgust: "Disgust",
  neutral: "Neutral",
};

/** Null where nothing read one, and for a name that only a newer server knows. */
export function emotionOf(label: string | null): Emotion | null {
  return (EMOTIONS as readonly (string | null)[]).includes(label) ? (label as Emotion) : null;
}

export interface EmotionRow {
  emotion: Emotion;
  /** Mean probability over the posts that were read for emotions, in [0, 1]. */
  mean: number;
  before: number | null;
  change: Change | null;
  /** False where chance alone may explain the change. */
  sure: boolean;
}

/** What people feel, strongest first; neutral, which is the absence of the others, stands last. */
export function emotionRows(now: Numbers, before: Numbers | null): EmotionRow[] {
  const rows: EmotionRow[] = [];
  for (const emotion of EMOTIONS) {
    const mean = now.emotions?.[emotion];
    if (mean === undefined) continue;
    const earlier = before?.emotions?.[emotion] ?? null;
    const sure = before !== null && meansDiffer(mean, now.emotion_posts, earlier, before.emotion_posts);
    rows.push({ emotion, mean, before: earlier, change: shareChange(mean, earlier), sure });
  }
  const rank = (row: EmotionRow) => (row.emotion === "neutral" ? -1 : row.mean);
  return rows.sort((a, b) => rank(b) - rank(a));
}

/** The probabilities of one post from the strongest down, those that say next to nothing left out. */
export function strongest(emotions: Record<string, number> | null): [Emotion, number][] {
  return EMOTIONS.map((emotion): [Emotion, number] => [emotion, emotions?.[emotion] ?? 0])
    .filter(([, probability]) => probability >= LEAST)
    .sort(([, a], [, b]) => b - a);
}

const LEAST = 0.1;
