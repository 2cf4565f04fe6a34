"""What Jetstream's events become."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sentistream.domain.post import EPOCH, Entry, Invalid, Post, Tombstone
from sentistream.pipeline.ingest import prepare
from sentistream.sources.bluesky_posts import PostReader, Wanted

DID = "did:plc:eygmaihciaxprqvxpfvl6flk"
SEEN = datetime(2026, 3, 2, 12, 0, 0, 329308, tzinfo=UTC)
TIME_US = (SEEN - EPOCH) // timedelta(microseconds=1)
POST_ID = f"at://{DID}/app.bsky.feed.post/3l3qo2vuowo2b"
RECORD = {
    "$type": "app.bsky.feed.post",
    "text": "The new app is a joy to use!",
    "createdAt": "2026-03-02T11:59:58.102Z",
    "langs": ["en-GB"],
}


def frame(operation: str = "create", record: dict[str, Any] | None = RECORD, **fields: Any) -> bytes:
    commit = {
        "rev": "3l3qo2vutsw2b",
        "operation": operation,
        "collection": "app.bsky.feed.post",
        "rkey": "3l3qo2vuowo2b",
        "cid": "bafyreidwaivazkwu67xztlmuobx35hs2lnfh3kolmgfmucldvhd3sgzcqi",
        **({} if record is None else {"record": record}),
        **fields.pop("commit", {}),
    }
    return json.dumps({"did": DID, "time_us": TIME_US, "kind": "commit", "commit": commit, **fields}).encode()


def read(raw: bytes, keywords: tuple[str, ...] = (), languages: tuple[str, ...] = ("en",)) -> Entry | None:
    return PostReader("bluesky", Wanted(keywords, languages)).read(raw).entry


def record(**changes: Any) -> dict[str, Any]:
    return {**RECORD, **changes}


def test_a_post_keeps_all_that_the_network_says_of_it() -> None:
    reply = {"root": {"uri": "at://did:plc:root/app.bsky.feed.post/1"}, "parent": {"uri": "at://did:plc:up/x/2"}}
    assert read(frame(record=record(reply=reply))) == Post(
        post_id=POST_ID,
        source="bluesky",
        connector="bluesky",
        content="The new app is a joy to use!",
        author=DID,
        created_at=datetime(2026, 3, 2, 11, 59, 58, 102000, tzinfo=UTC),
        language="en",
        url=f"https://bsky.app/profile/{DID}/post/3l3qo2vuowo2b",
        reply_to="at://did:plc:up/x/2",
    )


def test_nobody_writes_after_it_was_seen() -> None:
    late = read(frame(record=record(createdAt="2031-01-01T00:00:00Z")))
    assert isinstance(late, Post)
    assert late.created_at == SEEN
    imported = read(frame(record=record(createdAt="2014-05-06T07:08:09.123456789+02:00")))
    assert isinstance(imported, Post)
    assert imported.created_at == datetime(2014, 5, 6, 5, 8, 9, 123456, tzinfo=UTC)


def test_a_date_before_1970_is_dead_lettered_like_every_such_date() -> None:
    entry = read(frame(record=record(createdAt="0001-01-01T00:00:00.000Z")))
    assert isinstance(entry, Post)
    (refused,) = prepare([entry], SEEN, None).entries
    assert isinstance(refused, Invalid)
    assert "before 1970" in refused.reason


def test_a_change_is_a_later_version_and_a_deletion_a_tombstone() -> None:
    changed = read(frame("update", record(text="The new app is awful")))
    assert isinstance(changed, Post)
    assert (changed.post_id, changed.content, changed.edited_at) == (POST_ID, "The new app is awful", SEEN)
    gone = Tombstone(post_id=POST_ID, source="bluesky", deleted_at=SEEN, connector="bluesky")
    assert read(frame("delete", None)) == gone


@pytest.mark.parametrize(
    "text", ["Acme is down", "i love ACME!", "#acme", "ＡＣＭＥ", "acme's app", "my acme\n app"], ids=repr
)
def test_a_keyword_is_found_however_it_is_written(text: str) -> None:
    post = read(frame(record=record(text=text)), ("acme",))
    assert isinstance(post, Post)
    assert post.product == "acme"


@pytest.mark.parametrize("text", ["pacmen", "acmeism", "acne", "a cme", "acme_2"], ids=repr)
def test_a_keyword_is_no_part_of_a_longer_word(text: str) -> None:
    assert read(frame(record=record(text=text)), ("acme",)) is None


@pytest.mark.parametrize(
    ("text", "product"),
    [
        ("the acme   app and Widget", "Acme App"),
        ("a widget", "Widget"),
        ("新しいウィジェットが好き", "ウィジェット"),
        ("GROẞE KLASSE", "große"),
        ("is C++ fun?", "c++"),
    ],
    ids=repr,
)
def test_the_first_keyword_names_the_product(text: str, product: str) -> None:
    keywords = ("Acme App", "Widget", "ウィジェット", "große", "c++")
    post = read(frame(record=record(text=text, langs=[])), keywords)
    assert isinstance(post, Post)
    assert post.product == product


@pytest.mark.parametrize(
    ("claimed", "wanted", "language"),
    [
        (["en"], ("en",), "en"),
        (["pt-BR", "en-US"], ("en",), "en"),
        (["pt-BR", "en-US"], ("*",), "pt"),
        (None, ("en",), None),
        ([], ("en",), None),
        (["not a tag", 7], ("en",), None),
    ],
    ids=repr,
)
def test_a_language_that_is_claimed_and_wanted(claimed: Any, wanted: tuple[str, ...], language: str | None) -> None:
    post = read(frame(record=record(langs=claimed)), languages=wanted)
    assert isinstance(post, Post)
    assert post.language == language


def test_what_is_not_wanted_makes_no_entry() -> None:
    assert read(frame(record=record(langs=["ja"]))) is None
    assert read(frame(record=record(text=" \n"))) is None
    assert read(frame(commit={"collection": "app.bsky.feed.like"})) is None
    assert read(b'{"did": "%s", "time_us": %d, "kind": "identity"}' % (DID.encode(), TIME_US)) is None


def test_what_a_change_makes_unwanted_goes() -> None:
    for changes in ({"text": "never mind"}, {"text": ""}, {"text": "acme ist toll", "langs": ["de"]}):
        assert isinstance(read(frame("update", record(**changes)), ("acme",)), Tombstone)


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"", "not an event"),
        (b"{", "not an event"),
        (b"\xff\xfe", "not an event"),
        (b"[1, 2]", "not an event"),
        (b'{"did": "did:plc:a", "kind": "commit"}', "time_us"),
        (b'{"did": "did:plc:a", "kind": "commit", "time_us": -1}', "time_us"),
        (b'{"a": ' * 20_000, "not an event"),
        (frame(record=None), "no text"),
        (frame(record=record(text=7)), "no text"),
        (frame(record=record(createdAt="yesterday")), "not a date"),
        (frame(record={"text": "no date"}), "not a date"),
        (frame(did="mallory\x00"), "author or record key"),
        (frame(commit={"rkey": "../up"}), "author or record key"),
        (frame("replace"), "unknown operation"),
    ],
    ids=lambda value: repr(value)[:30] if isinstance(value, str) else "",
)
def test_what_cannot_be_read_keeps_its_reason(raw: bytes, reason: str) -> None:
    entry = read(raw)
    assert isinstance(entry, Invalid)
    assert reason in entry.reason
    assert entry.connector == "bluesky"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=8,
)
RECORDS = st.fixed_dictionaries(
    {},
    optional={
        "text": st.text() | JSON,
        "createdAt": st.datetimes().map(lambda moment: moment.isoformat() + "Z") | JSON,
        "langs": st.lists(st.text(max_size=5)) | JSON,
        "reply": st.fixed_dictionaries({"parent": st.fixed_dictionaries({"uri": st.text()})}) | JSON,
    },
)
COMMITS = st.fixed_dictionaries(
    {},
    optional={
        "operation": st.sampled_from(["create", "update", "delete"]) | JSON,
        "rkey": st.from_regex(r"[A-Za-z0-9]{1,20}", fullmatch=True) | JSON,
        "record": RECORDS | JSON,
    },
)


@given(COMMITS, st.fixed_dictionaries({}, optional={"did": st.text(), "time_us": st.integers() | JSON, "kind": JSON}))
def test_whatever_comes_makes_what_the_stream_can_carry_or_nothing(
    commit: dict[str, Any], event: dict[str, Any]
) -> None:
    raw = frame(commit=commit, **event)
    entry = read(raw, languages=("*",))
    assert entry == read(raw, languages=("*",)), "the same twice"
    if entry is None:
        return
    (carried,) = prepare([entry], datetime(2300, 1, 1, tzinfo=UTC), None).entries
    if isinstance(carried, Post):
        sent = json.loads(raw)
        assert carried.content == sent["commit"]["record"]["text"]
        assert carried.post_id == f"at://{sent['did']}/app.bsky.feed.post/{sent['commit']['rkey']}"
        assert carried.created_at <= EPOCH + timedelta(microseconds=sent["time_us"])
    elif isinstance(carried, Invalid):
        assert carried.reason
        carried.raw.encode()
    else:
        assert isinstance(carried, Tombstone)


@given(st.binary(max_size=200))
def test_no_bytes_are_too_odd(raw: bytes) -> None:
    heard = PostReader("bluesky", Wanted((), ("*",))).read(raw)
    assert isinstance(heard.entry, Invalid) or heard.time_us is not None
