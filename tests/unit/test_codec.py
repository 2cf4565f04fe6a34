"""Entries survive the codec; anything else comes out as an Invalid."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sentistream.domain.post import Correction, Entry, Invalid, Post, Tombstone
from sentistream.stream.codec import decode, encode, readable

text = st.text(st.characters(exclude_categories=["Cs"]))
short = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=256)
source = st.from_regex(r"[a-z0-9_-]{1,64}", fullmatch=True)
moments = st.datetimes(timezones=st.just(UTC))
half = st.characters(categories=["Cs"])  # a lone surrogate: half a character

posts = st.builds(
    Post,
    post_id=short,
    source=source,
    content=text,
    created_at=moments,
    connector=short,
    author=st.none() | short,
    edited_at=st.none() | moments,
    latitude=st.none() | st.floats(-90, 90),
    engagement=st.none() | st.integers(0, 2**62),
    simulated=st.booleans(),
    extra=st.dictionaries(text, text, max_size=3),
)
tombstones = st.builds(Tombstone, post_id=short, source=source, deleted_at=moments, connector=short)
corrections = st.builds(
    Correction,
    post_id=short,
    source=source,
    content_hash=st.binary(min_size=16, max_size=16),
    correction_id=short,
    corrected_by=short,
    corrected_at=moments,
    sentiment_label=st.sampled_from(["positive", "negative", "neutral", None]),
    toxicity=st.none() | st.floats(0, 1),
    connector=short,
)
invalids = st.builds(Invalid, raw=text, reason=text, connector=text, position=text)
entries: st.SearchStrategy[Entry] = posts | tombstones | corrections | invalids


@given(entries)
def test_every_entry_survives(entry: Entry) -> None:
    assert decode(encode(entry)) == entry


def test_every_character_survives() -> None:
    content = "".join(chr(code) for code in range(0x110000) if not 0xD800 <= code <= 0xDFFF)
    post = Post(post_id="1", source="twitter", content=content, created_at=datetime(2026, 3, 1, tzinfo=UTC))
    assert decode(encode(post)) == post


@given(st.binary(max_size=200))
def test_no_bytes_raise(raw: bytes) -> None:
    entry = decode(raw, "kafka")
    assert isinstance(entry, Invalid)  # so short a random text is never an entry
    assert entry.connector == "kafka"
    assert entry.reason


@given(entries, st.data())
def test_no_damage_raises(entry: Entry, data: st.DataObject) -> None:
    raw = bytearray(encode(entry))
    for _ in range(data.draw(st.integers(1, 4))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    if data.draw(st.booleans()):
        del raw[data.draw(st.integers(0, len(raw) - 1)) :]
    damaged = decode(bytes(raw))
    assert isinstance(damaged, Post | Tombstone | Correction | Invalid)
    assert decode(encode(damaged)) == damaged  # what comes out can go in again


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        pytest.param(b"", "truncated", id="nothing"),
        pytest.param(b"\x91" * 100_000, "", id="nested 100,000 deep"),
        pytest.param(b"\x81\xa1x" * 100_000, "", id="maps nested 100,000 deep"),
        pytest.param(b"\xdd\xff\xff\xff\xff", "", id="an array that says it holds four thousand million"),
        pytest.param(b"\xdb\xff\xff\xff\xff", "", id="a text that says it is four thousand million long"),
        pytest.param(msgspec.msgpack.encode({"kind": "like"}), "like", id="a kind nobody knows"),
        pytest.param(msgspec.msgpack.encode({"kind": "post"}), "post_id", id="a post without fields"),
        pytest.param(
            msgspec.msgpack.encode({"kind": "tombstone", "post_id": "1", "source": "NO", "deleted_at": "2026"}),
            "",
            id="a source of capitals",
        ),
        pytest.param(b"\x82\xa4kind\xa7invalid\xa3raw\xa2\xff\xff", "", id="a text that is not UTF-8"),
    ],
)
def test_what_is_no_entry_says_why(raw: bytes, reason: str) -> None:
    entry = decode(raw)
    assert isinstance(entry, Invalid)
    assert reason in entry.reason
    assert entry.connector == "unknown"
    assert entry.raw == raw.decode("utf-8", "replace")


def test_a_post_of_types_that_the_rules_refuse_is_invalid() -> None:
    post = Post(post_id="x" * 257, source="twitter", content="hello", created_at=datetime(2026, 3, 1, tzinfo=UTC))
    entry = decode(encode(post))
    assert isinstance(entry, Invalid)
    assert "post_id" in entry.reason


@given(st.tuples(text, half, text).map("".join))
def test_a_lone_surrogate_makes_an_invalid_that_shows_it(broken: str) -> None:
    post = Post(post_id="1", source="twitter", content=broken, created_at=datetime(2026, 3, 1, tzinfo=UTC))
    entry = decode(encode(post))
    assert isinstance(entry, Invalid)
    assert "surrogate" in entry.reason
    assert json.loads(entry.raw)["content"] == broken


@given(st.tuples(text, half, text).map("".join))
def test_an_invalid_with_a_lone_surrogate_stays_what_it_is(broken: str) -> None:
    entry = decode(encode(Invalid(raw=broken, reason=broken, connector=broken, position="line 3")))
    assert entry == Invalid(
        raw=readable(broken), reason=readable(broken), connector=readable(broken), position="line 3"
    )


def test_a_number_beyond_64_bits_makes_an_invalid() -> None:
    post = Post(
        post_id="1", source="twitter", content="hi", created_at=datetime(2026, 3, 1, tzinfo=UTC), engagement=2**70
    )
    entry = decode(encode(post))
    assert isinstance(entry, Invalid)
    assert str(2**70) in entry.raw


@given(text)
def test_readable_leaves_text_alone(plain: str) -> None:
    assert readable(plain) == plain
