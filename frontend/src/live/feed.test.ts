import { describe, expect, it } from "vitest";
import { aPost } from "../testing";
import { FeedBuffer } from "./feed";
import { versionOf } from "./version";

const ids = (feed: FeedBuffer) => feed.snapshot().posts.map((post) => post.id);

describe("FeedBuffer", () => {
  it("puts the newest arrival on top once released", () => {
    const feed = new FeedBuffer();
    feed.seed([aPost("b", 2), aPost("a", 1)]);
    expect(feed.arrived([aPost("c", 3), aPost("d", 4)])).toBe(2);
    expect(ids(feed)).toEqual(["b", "a"]);
    expect(feed.snapshot().waiting).toBe(2);
    feed.release();
    expect(ids(feed)).toEqual(["d", "c", "b", "a"]);
    expect(feed.snapshot().waiting).toBe(0);
    expect([...feed.snapshot().entering].sort()).toEqual(["c", "d"]);
  });

  it("drops repeats and counts them once", () => {
    const feed = new FeedBuffer();
    feed.arrived([aPost("a"), aPost("b")]);
    expect(feed.arrived([aPost("a"), aPost("b"), aPost("c")])).toBe(1);
    feed.release();
    expect(ids(feed)).toEqual(["c", "b", "a"]);
    expect(feed.snapshot().received).toBe(3);
  });

  it("keeps counts exact although the picture is a sample", () => {
    const feed = new FeedBuffer();
    feed.arrived([aPost("a")], 120);
    expect(feed.snapshot()).toMatchObject({ received: 121, notShown: 120 });
  });

  it("replaces a post whose text or reading changed, in its place", () => {
    const feed = new FeedBuffer();
    feed.seed([aPost("b", 2), aPost("a", 1)]);
    feed.updated([aPost("a", 1, { sentiment_label: "negative" })]);
    expect(ids(feed)).toEqual(["b", "a"]);
    expect(feed.snapshot().posts[1]?.sentiment_label).toBe("negative");
  });

  it("ignores an update of a post it never showed", () => {
    const feed = new FeedBuffer();
    feed.updated([aPost("stranger")]);
    feed.release();
    expect(ids(feed)).toEqual([]);
  });

  it("takes deleted posts out, waiting ones too", () => {
    const feed = new FeedBuffer();
    feed.seed([aPost("a")]);
    feed.arrived([aPost("b"), aPost("c")]);
    feed.deleted(["a", "b"]);
    expect(feed.snapshot().waiting).toBe(1);
    feed.release();
    expect(ids(feed)).toEqual(["c"]);
  });

  it("does not count again, after a gap, what a frame had left out of the picture", () => {
    const feed = new FeedBuffer();
    feed.arrived([aPost("a", 5)], 2);
    const gapBegan = feed.lastIngestedAt ?? 0;
    const fresh = feed.refilled(
      [aPost("left-out-1", 4), aPost("left-out-2", 5), aPost("a", 5), aPost("new", 9)],
      gapBegan,
    );
    expect(fresh).toBe(1);
    expect(feed.snapshot()).toMatchObject({ received: 4, notShown: 0 });
  });

  it("keeps no more than its limit and still counts all", () => {
    const feed = new FeedBuffer(3);
    feed.arrived(["a", "b", "c", "d", "e"].map((id, second) => aPost(id, second)));
    expect(feed.snapshot().waiting).toBe(5);
    feed.release();
    expect(ids(feed)).toEqual(["e", "d", "c"]);
    expect(feed.snapshot()).toMatchObject({ received: 5, notShown: 2, waiting: 0 });
  });

  it("counts among those that wait what the server left out of its frames", () => {
    const feed = new FeedBuffer();
    feed.arrived([aPost("a"), aPost("b")], 48);
    expect(feed.snapshot().waiting).toBe(50);
  });

  it("lets few in at a time, the oldest first, and more than a screenful at once", () => {
    const feed = new FeedBuffer();
    feed.arrived(["a", "b", "c", "d"].map((id, second) => aPost(id, second)));
    expect(feed.step()).toBe(true);
    expect(ids(feed)).toEqual(["b", "a"]);
    expect([...feed.snapshot().entering]).toEqual(["b", "a"]);
    expect(feed.step()).toBe(true);
    expect(feed.step()).toBe(false);
    expect(ids(feed)).toEqual(["d", "c", "b", "a"]);
    feed.arrived(Array.from({ length: 100 }, (_, index) => aPost(`many-${index}`)));
    expect(feed.step()).toBe(false);
    expect(feed.snapshot().posts).toHaveLength(104);
  });

  it("says at least, and only then, after an absence too long to be read", () => {
    const feed = new FeedBuffer();
    feed.arrived([aPost("a")]);
    expect(feed.snapshot().exact).toBe(true);
    feed.restart([aPost("z", 9)]);
    expect(feed.snapshot()).toMatchObject({ exact: false, received: 1 });
    expect(ids(feed)).toEqual(["z"]);
  });

  it("gives the same snapshot while nothing changes, so that nothing is drawn again", () => {
    const feed = new FeedBuffer();
    feed.arrived([aPost("a")]);
    expect(feed.snapshot()).toBe(feed.snapshot());
    const before = feed.snapshot();
    feed.arrived([aPost("a")]);
    expect(feed.snapshot()).toBe(before);
  });
});

describe("versionOf", () => {
  it("changes with the text, the edit and the reading, not with the time of analysis", () => {
    const version = versionOf(aPost("a"));
    expect(versionOf(aPost("a", 0, { analyzed_at: "2027-01-01T00:00:00Z" }))).toBe(version);
    for (const change of [
      { content: "other" },
      { tier: "full" as const },
      { edited_at: "2026-02-01T00:00:00Z" },
    ]) {
      expect(versionOf(aPost("a", 0, change))).not.toBe(version);
    }
  });
});
