"""Reading posts from files: formats, dates, bad rows, resuming."""

from __future__ import annotations

import csv
import gzip
import io
import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sentistream.domain.errors import SettingsError, SourceError
from sentistream.domain.post import Entry, Invalid, Post
from sentistream.sources.base import SourceBatch
from sentistream.sources.columns import MAX_EXTRA, Columns
from sentistream.sources.dates import parse_date
from sentistream.sources.file import FileSource
from sentistream.sources.records import MAX_LINE, CsvRows, JsonLines, Mark, legible

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


class Clock:
    """Stands still until somebody sleeps on it."""

    def __init__(self, now: datetime = NOW) -> None:
        self.now = now
        self.slept: list[float] = []

    def __call__(self) -> datetime:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += timedelta(seconds=seconds)


def source(path: Path, clock: Clock | None = None, **options: Any) -> FileSource:
    clock = clock or Clock()
    return FileSource(path, clock=clock, sleep=clock.sleep, **options)


async def batches(src: FileSource, cursor: dict[str, Any] | None = None) -> list[SourceBatch]:
    return [batch async for batch in src.batches(cursor)]


async def entries(path: Path, clock: Clock | None = None, **options: Any) -> list[Entry]:
    return [entry for batch in await batches(source(path, clock, **options)) for entry in batch.entries]


def write_lines(path: Path, rows: Sequence[object]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def row(n: int, **fields: Any) -> dict[str, Any]:
    created = datetime(2015, 2, 17, tzinfo=UTC) + timedelta(seconds=60 * n)
    return {"post_id": f"p{n}", "source": "twitter", "content": f"text {n}", "created_at": created.isoformat()} | fields


async def test_reads_json_lines_with_everything_a_post_can_have(tmp_path: Path) -> None:
    full = row(
        0, author="ann", edited_at="2015-02-18T00:00:00Z", product="United", channel="app", location="Austin, TX",
        city="Austin", country="US", latitude=30.2, longitude="-97.7", engagement="12", language="en",
        url="https://x.example/1", reply_to="p9", simulated=True, gold="negative", confidence=0.5, nothing=None,
        tags=["a", "b"],
    )  # fmt: skip
    (post,) = await entries(write_lines(tmp_path / "posts.jsonl", [full]))
    assert isinstance(post, Post)
    assert post == Post(
        post_id="p0", source="twitter", connector="file:posts.jsonl", content="text 0", author="ann",
        created_at=datetime(2015, 2, 17, tzinfo=UTC), edited_at=datetime(2015, 2, 18, tzinfo=UTC), product="United",
        channel="app", location="Austin, TX", city="Austin", country="US", latitude=30.2, longitude=-97.7,
        engagement=12, language="en", url="https://x.example/1", reply_to="p9", simulated=True,
        extra={"gold": "negative", "confidence": "0.5", "tags": '["a","b"]'},
    )  # fmt: skip


async def test_finds_columns_by_their_usual_names(tmp_path: Path) -> None:
    path = tmp_path / "tweets.csv"
    path.write_text(
        "tweet_id,airline,name,text,tweet_created,tweet_location,retweets\n"
        '570306133677760513,Virgin,cairdin,"What @dhepburn said, twice\nover two lines",'
        "2015-02-24 11:35:52 -0800,Lets Play,7\n",
        encoding="utf-8",
    )
    (post,) = await entries(path, source_default="twitter")
    assert isinstance(post, Post)
    assert (post.post_id, post.product, post.author, post.source) == (
        "570306133677760513", "Virgin", "cairdin", "twitter",
    )  # fmt: skip
    assert post.content == "What @dhepburn said, twice\nover two lines"
    assert post.created_at == datetime(2015, 2, 24, 19, 35, 52, tzinfo=UTC)
    assert post.extra == {"retweets": "7"}


async def test_a_mapping_goes_before_any_alias(tmp_path: Path) -> None:
    path = write_lines(tmp_path / "a.jsonl", [row(1, text="alias", remark="mapped") | {"content": "own name"}])
    (post,) = await entries(path, mapping={"content": "remark"})
    assert isinstance(post, Post)
    assert post.content == "mapped"
    with pytest.raises(SettingsError, match="no such field"):
        source(path, mapping={"contents": "remark"})


async def test_without_any_id_column_the_same_row_is_the_same_post(tmp_path: Path) -> None:
    said = {"text": "hello", "date": "2020-01-01", "user": "ann"}
    found = await entries(write_lines(tmp_path / "a.jsonl", [said, said, said | {"user": "bob"}]))
    assert [type(entry) for entry in found] == [Post, Post, Post]
    assert len({entry.post_id for entry in found if isinstance(entry, Post)}) == 2


@pytest.mark.parametrize("name", ["a.jsonl", "a.ndjson", "a.json", "a.JSONL", "a.jsonl.gz"])
async def test_suffixes_of_json_lines(tmp_path: Path, name: str) -> None:
    text = "\ufeff" + json.dumps(row(1)) + "\r\n\r\n" + json.dumps(row(2))
    data = text.encode()
    (tmp_path / name).write_bytes(gzip.compress(data) if name.endswith("gz") else data)
    found = await entries(tmp_path / name)
    assert [entry.post_id for entry in found if isinstance(entry, Post)] == ["p1", "p2"]


@pytest.mark.parametrize(
    ("name", "delimiter"), [("a.csv", ","), ("a.csv", ";"), ("a.tsv", "\t"), ("a.csv.gz", ",")], ids=str
)
async def test_suffixes_of_csv(tmp_path: Path, name: str, delimiter: str) -> None:
    out = io.StringIO()
    writer = csv.DictWriter(out, list(row(1)), delimiter=delimiter)
    writer.writeheader()
    writer.writerows([row(1), row(2, content='quotes " and\nlines; or, so\t')])
    data = ("\ufeff" + out.getvalue()).encode()
    (tmp_path / name).write_bytes(gzip.compress(data) if name.endswith("gz") else data)
    first, second = await entries(tmp_path / name)
    assert isinstance(first, Post)
    assert isinstance(second, Post)
    assert (first.post_id, second.content) == ("p1", 'quotes " and\nlines; or, so\t')


def test_the_format_must_be_known(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"name it \.jsonl"):
        source(tmp_path / "posts.xlsx")


async def test_a_missing_or_damaged_file_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="check the path"):
        await entries(tmp_path / "none.jsonl")
    whole = gzip.compress("\n".join(json.dumps(row(n)) for n in range(500)).encode())
    (tmp_path / "cut.jsonl.gz").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(SourceError, match="repair or replace"):
        await entries(tmp_path / "cut.jsonl.gz")


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"{nope", "not valid JSON"),
        (b"[1, 2]", "expected a JSON object, got list"),
        (b'{"content": "\xff\xfe"}', "not valid UTF-8"),
        (b'{"content": "\\ud800", "created_at": "2020-01-01", "id": 1}', "surrogate"),
        (b'{"content": "a\\u0000b", "created_at": "2020-01-01", "id": 1}', "NUL"),
        (b'{"content": 7, "created_at": "2020-01-01", "id": 1}', "content should be text, not int"),
        (b'{"content": " ", "created_at": "2020-01-01", "id": 1}', "content is empty"),
        (b'{"created_at": "2020-01-01", "id": 1}', "content is missing"),
        (b'{"content": "a", "id": 1}', "created_at is missing"),
        (b'{"content": "a", "created_at": "soon", "id": 1}', "created_at is not a date we know"),
        (b'{"content": "a", "created_at": "1969-01-01", "id": 1}', "before 1970"),
        (b'{"content": "a", "created_at": "2200-01-01", "id": 1}', "in the future"),
        (b'{"content": "a", "created_at": "2020-01-01", "id": null}', "post_id is empty"),
        (b'{"content": "a", "created_at": "2020-01-01", "id": {"a": 1}}', "post_id should be text"),
        (b'{"content": "a", "created_at": "2020-01-01", "id": 1, "latitude": 91}', "latitude"),
        (b'{"content": "a", "created_at": "2020-01-01", "id": 1, "latitude": "north"}', "latitude should be a number"),
        (b'{"content": "a", "created_at": "2020-01-01", "id": 1, "url": "javascript:x"}', "url must start with http"),
        (b'{"content": "a", "created_at": "2020-01-01", "id": 1, "source": "!!"}', "source should name a platform"),
        (b'{"content": "a", "created_at": "2020-01-01", "id": 1, "author": "' + b"x" * 300 + b'"}', "author"),
        (b'{"a": ' + b"[" * 5_000 + b"]" * 5_000 + b"}", "not valid JSON"),
        (b'{"content": "' + b"x" * 70_000 + b'", "created_at": "2020-01-01", "id": 1}', "characters, more than"),
    ],
)
async def test_a_bad_row_is_kept_with_its_line_and_reason(tmp_path: Path, line: bytes, reason: str) -> None:
    path = tmp_path / "a.jsonl"
    good = json.dumps(row(1)).encode()
    path.write_bytes(good + b"\n\n" + line + b"\n" + good + b"\n")
    first, bad, last = await entries(path)
    assert isinstance(first, Post)
    assert isinstance(last, Post)
    assert isinstance(bad, Invalid)
    assert reason in bad.reason
    assert bad.position == "line 3"
    assert bad.connector == "file:a.jsonl"
    assert bad.raw.rstrip()[:100] == line.decode("utf-8", "replace")[:100]


async def test_an_endless_line_is_reported_and_skipped(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    good = json.dumps(row(1)).encode() + b"\n"
    with path.open("wb") as file:
        file.write(good + b'{"content": "')
        for _ in range(3):
            file.write(b"x" * MAX_LINE)
        file.write(b'"}\n' + good)
    first, bad, last = await entries(path)
    assert isinstance(first, Post)
    assert isinstance(last, Post)
    assert isinstance(bad, Invalid)
    assert bad.reason == "longer than 8 MB"
    assert len(bad.raw) < 20_000


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"p9,twitter,too,many,fields,2020-01-01", "the row has 6 fields, the header 4"),
        (b"p9,twitter", "the row has 2 fields"),
        (b"p9,twitter,\xff,2020-01-01", "not valid UTF-8"),
        (b"p9,twitter," + b"x" * 200_000 + b",2020-01-01", "not valid CSV: field larger"),
        (b"p9,twitter,a\x00b,2020-01-01", "NUL"),
        (b"p9,twitter,,2020-01-01", "content is missing"),
    ],
)
async def test_a_bad_csv_row(tmp_path: Path, line: bytes, reason: str) -> None:
    path = tmp_path / "a.csv"
    good = b"p1,twitter,text,2020-01-01\n"
    path.write_bytes(b"post_id,source,content,created_at\n" + good + line + b"\n" + good)
    first, bad, last = await entries(path)
    assert isinstance(first, Post)
    assert isinstance(last, Post)
    assert isinstance(bad, Invalid)
    assert reason in bad.reason
    assert bad.position == "line 3"


async def test_an_unclosed_quote_costs_rows_but_ends(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b'id,text,date\n1,"open,2020-01-01\n' + b"2,fine,2020-01-01\n" * 20_000)
    found = await entries(path)
    assert isinstance(found[0], Invalid)
    assert "field larger" in found[0].reason
    assert sum(isinstance(entry, Post) for entry in found) > 10_000


async def test_extra_is_limited(tmp_path: Path) -> None:
    wide = row(1) | {f"{'k' * 80}{n:03}": "v" * 2_000 for n in range(40)} | {"short": 1}
    (post,) = await entries(write_lines(tmp_path / "a.jsonl", [wide | {str(n): n for n in range(50)}]))
    assert isinstance(post, Post)
    assert len(post.extra) == MAX_EXTRA
    assert max(map(len, post.extra)) == 64
    assert max(map(len, post.extra.values())) == 1024


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2015-02-25T10:00:00Z", "2015-02-25T10:00:00+00:00"),
        ("2015-02-25 10:00:00", "2015-02-25T10:00:00+00:00"),
        ("2015-02-25T10:00:00.123456+02:00", "2015-02-25T08:00:00.123456+00:00"),
        ("2015-02-25 10:00:00 -0800", "2015-02-25T18:00:00+00:00"),
        ("2015-02-25", "2015-02-25T00:00:00+00:00"),
        ("20150225", "2015-02-25T00:00:00+00:00"),
        ("Wed Feb 25 10:00:00 +0000 2015", "2015-02-25T10:00:00+00:00"),
        ("Wed, 25 Feb 2015 10:00:00 GMT", "2015-02-25T10:00:00+00:00"),
        ("25 Feb 2015 10:00:00 -0500", "2015-02-25T15:00:00+00:00"),
        (1424858400, "2015-02-25T10:00:00+00:00"),
        (1424858400.5, "2015-02-25T10:00:00.500000+00:00"),
        (1424858400000, "2015-02-25T10:00:00+00:00"),
        ("1424858400", "2015-02-25T10:00:00+00:00"),
        ("1424858400000", "2015-02-25T10:00:00+00:00"),
    ],
)
def test_dates(value: object, expected: str) -> None:
    found = parse_date(value)
    assert found.isoformat() == expected
    assert found.tzinfo is UTC


@pytest.mark.parametrize(
    "value",
    [
        "", "soon", "25/02/2015", "Wed Fub 25 10:00:00 +0000 2015", "0001-01-01T00:00:00+14:00", "9" * 18, 1e300,
        float("nan"), True, None, [], "12", "2015", "99 Feb 2015 10:00:00 GMT", "2015-02-30",
    ],
)  # fmt: skip
def test_what_is_no_date(value: object) -> None:
    with pytest.raises(ValueError, match="not a date we know"):
        parse_date(value)


@given(st.one_of(st.text(max_size=40), st.integers(), st.floats(), st.booleans(), st.none()))
def test_dates_never_raise_anything_else(value: object) -> None:
    try:
        found = parse_date(value)
    except ValueError:
        return
    assert found.tzinfo is UTC


# Any bytes at all: every line gives exactly one entry, and reading on from any mark gives the rest.

LINES = st.lists(
    st.one_of(
        st.binary(max_size=60),
        st.text(max_size=60).map(lambda text: text.encode("utf-8", "surrogatepass")),
        st.sampled_from([json.dumps(row(n)).encode() for n in range(4)]),
        st.dictionaries(
            st.sampled_from(["id", "text", "content", "date", "user", "lat", "source", "x", ""]),
            st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8), st.just("2020-01-01")),
        ).map(lambda value: json.dumps(value).encode()),
    ).map(lambda line: line.replace(b"\n", b"")),
    max_size=12,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(lines=LINES)
async def test_any_lines_give_one_entry_each(tmp_path: Path, lines: list[bytes]) -> None:
    path = tmp_path / "any.jsonl"
    path.write_bytes(b"\n".join(lines))
    found = await entries(path)
    expected = [line.removeprefix(b"\xef\xbb\xbf") if n == 0 else line for n, line in enumerate(lines)]
    assert len(found) == sum(bool(line.strip()) for line in expected)
    for entry in found:
        msgspec.json.decode(msgspec.json.encode(entry), type=type(entry))  # the stream can carry it


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(data=st.one_of(st.binary(max_size=300), LINES.map(lambda lines: b"id,text,date\n" + b"\n".join(lines))))
async def test_any_csv_ends_and_can_be_carried(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "any.csv"
    path.write_bytes(data)
    for entry in await entries(path):
        msgspec.json.decode(msgspec.json.encode(entry), type=type(entry))


@given(data=st.binary(max_size=400), count=st.integers(1, 5), name=st.sampled_from(["json", "csv"]))
def test_reading_on_from_any_mark_gives_the_rest(data: bytes, count: int, name: str) -> None:
    def reader(mark: Mark) -> JsonLines | CsvRows:
        file = io.BytesIO(data)
        return JsonLines(file, mark) if name == "json" else CsvRows(file, mark, None)

    whole = reader(Mark()).read(10_000)
    assert [record.row for record in whole] == list(range(len(whole)))
    for record in whole[:: max(1, count)]:
        assert reader(record.after).read(10_000) == whole[record.row + 1 :]


def test_legible_keeps_no_byte_that_a_store_refuses() -> None:
    assert legible(b"a\x00b\xff") == "a\ufffdb\ufffd"
    assert legible("a\ud800b") == "a?b"
    assert len(legible(b"x" * 10**6)) == 16_384


def test_columns_need_no_exact_spelling() -> None:
    columns = Columns("c", "file")
    post = columns.post({" Tweet-ID": "7", "Text": "hi", "Created At": "2020-01-01", "User Name": "ann"})
    assert (post.post_id, post.content, post.author) == ("7", "hi", "ann")


async def test_real_posts_are_all_posts(test_data: Path) -> None:
    found = await entries(test_data / "airline" / "replay.jsonl")
    assert len(found) == 10_942
    assert all(isinstance(entry, Post) for entry in found)
    assert len({entry.post_id for entry in found if isinstance(entry, Post)}) == 10_942
