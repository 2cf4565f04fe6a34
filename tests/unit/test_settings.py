"""Settings: where they come from, and what is refused."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sentistream.domain.errors import SettingsError
from sentistream.settings import ALIASES, bounds, fields, load_settings, masked, place, variable


@pytest.fixture(autouse=True)
def _nothing_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in list(os.environ):
        if name in ALIASES or name.startswith("SENTISTREAM_"):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


def refusal(**overrides: object) -> str:
    with pytest.raises(SettingsError) as caught:
        load_settings(**overrides)
    return caught.value.message


def test_defaults_are_complete_and_within_bounds() -> None:
    settings = load_settings()
    assert settings.data_dir == Path("sentistream-data")
    assert settings.stream_url == f"sqlite:///{Path('sentistream-data') / 'stream.db'}"
    assert settings.database_url == f"sqlite+aiosqlite:///{Path('sentistream-data') / 'sentistream.db'}"
    assert load_settings(**settings.model_dump()) == settings


def test_an_absolute_data_folder_gives_absolute_urls(tmp_path: Path) -> None:
    settings = load_settings(data_dir=tmp_path)
    assert settings.stream_url == f"sqlite:///{tmp_path}/stream.db"
    assert load_settings(data_dir=str(tmp_path)) == settings


def test_each_source_wins_over_the_next(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    toml = tmp_path / "sentistream.toml"
    toml.write_text('data_dir = "there"\n[api]\nport = 1\nhost = "::1"\nallowed_hosts = ["a", "b"]\n')
    settings = load_settings()
    assert (settings.api.port, settings.api.host, settings.api.allowed_hosts) == (1, "::1", ["a", "b"])
    assert settings.data_dir == Path("there")
    monkeypatch.setenv("SENTISTREAM_API_PORT", "2")
    monkeypatch.setenv("SENTISTREAM_DATA_DIR", "elsewhere")
    assert (load_settings().api.port, load_settings().api.host) == (2, "::1")
    assert load_settings().data_dir == Path("elsewhere")
    assert (load_settings(api={"port": 3}).api.port, load_settings(api={"port": 3}).api.host) == (3, "::1")


@pytest.mark.parametrize(
    ("alias", "value", "ours"),
    [
        ("DATABASE_URL", "sqlite+aiosqlite:///x.db", "SENTISTREAM_DATABASE_URL"),
        ("POSTS_PER_MINUTE", "90", "SENTISTREAM_SOURCES_POSTS_PER_MINUTE"),
        ("ALERT_NEGATIVE_RATIO_THRESHOLD", "2.5", "SENTISTREAM_ALERTS_NEGATIVE_RATIO"),
        ("HUGGINGFACE_MODEL", "acme/sentiment", "SENTISTREAM_ANALYSIS_HUGGINGFACE_MODEL"),
        ("EMOTION_MODEL", "acme/emotion", "SENTISTREAM_ANALYSIS_EMOTION_MODEL"),
        ("LLM_PROVIDER", "groq", "SENTISTREAM_LLM_PROVIDER"),
        ("LLM_API_KEY", "sk-1", "SENTISTREAM_LLM_API_KEY"),
        ("DATABASE_READ_URL", "postgresql://replica/db", "SENTISTREAM_DATABASE_READ_URL"),
        ("POSTGRES_USER", "ann", "SENTISTREAM_DATABASE_USER"),
        ("POSTGRES_PASSWORD", "secret", "SENTISTREAM_DATABASE_PASSWORD"),
        ("POSTGRES_DB", "posts", "SENTISTREAM_DATABASE_NAME"),
    ],
)
def test_names_that_deployments_use(monkeypatch: pytest.MonkeyPatch, alias: str, value: str, ours: str) -> None:
    monkeypatch.setenv(alias, value)
    by_alias = load_settings()
    monkeypatch.delenv(alias)
    plain = load_settings()
    monkeypatch.setenv(ours, value)
    assert by_alias == load_settings() != plain
    monkeypatch.setenv(alias, "7")
    assert load_settings() == by_alias


def test_a_redis_by_its_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REDIS_PORT", "6380")
    assert load_settings().stream.url == ""
    monkeypatch.setenv("REDIS_HOST", "redis")
    read = load_settings()
    assert read.stream.url == read.live.url == read.cache.url == "redis://redis:6380/0"
    monkeypatch.setenv("REDIS_PORT", "tcp://10.0.0.7:6381")  # as Kubernetes puts it
    monkeypatch.setenv("REDIS_PASSWORD", "a/b@c")
    monkeypatch.setenv("SENTISTREAM_LIVE_URL", "memory://")
    read = load_settings()
    assert (read.stream.url, read.live.url) == ("redis://:a%2Fb%40c@redis:6381/0", "memory://")


def test_names_of_later_releases_are_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    plain = load_settings()
    for name in ("VITE_API_URL", "VITE_WS_URL"):
        monkeypatch.setenv(name, "whatever")
    monkeypatch.setenv("SENTISTREAM_TEST_DATA", "/somewhere")
    assert load_settings() == plain


def test_lists_are_separated_by_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SENTISTREAM_API_ALLOWED_HOSTS", " a.example, b.example ,,")
    assert load_settings().api.allowed_hosts == ["a.example", "b.example"]


def test_an_empty_variable_counts_as_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for section, name, _ in fields():
        monkeypatch.setenv(variable(section, name), "")
    monkeypatch.setenv("DATABASE_URL", "")
    empty = load_settings()
    for section, name, _ in fields():
        monkeypatch.delenv(variable(section, name))
    assert empty == load_settings()


def test_an_unknown_variable_is_refused_with_the_nearest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SENTISTREAM_STREM_URL", "x")
    assert refusal() == "unknown setting SENTISTREAM_STREM_URL; did you mean SENTISTREAM_STREAM_URL?"


def test_a_variable_like_nothing_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SENTISTREAM_QQQQ", "x")
    assert refusal() == "unknown setting SENTISTREAM_QQQQ; docs/settings.md lists them all"


@pytest.mark.parametrize(
    ("toml", "says"),
    [
        ("[api]\nprot = 1", "unknown setting api.prot; did you mean api.port?"),
        ("[strem]\nurl = 1", "unknown setting strem; did you mean stream?"),
        ("api = 1", "[api] must be a table"),
        ("[api\n", "is not valid TOML"),
        ("port = 1", "unknown setting port"),
    ],
)
def test_a_wrong_file_is_refused(tmp_path: Path, toml: str, says: str) -> None:
    (tmp_path / "sentistream.toml").write_text(toml)
    message = refusal()
    assert "sentistream.toml" in message
    assert says in message


def test_the_file_can_be_elsewhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    path = tmp_path / "other.toml"
    monkeypatch.setenv("SENTISTREAM_CONFIG", str(path))
    assert "cannot be read" in refusal()
    path.write_text("[api]\nport = 5\n")
    assert load_settings().api.port == 5


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("SENTISTREAM_API_PORT", "70000", "must be 0 to 65,535; it was given '70000'"),
        ("SENTISTREAM_API_PORT", "http", "must be 0 to 65,535; it was given 'http'"),
        ("SENTISTREAM_STREAM_MAX_LENGTH", "0", "must be 1 or more"),
        ("SENTISTREAM_LOGS_LEVEL", "loud", "must be debug, info, warning or error; it was given 'loud'"),
        ("SENTISTREAM_BLUESKY_SERVERS", "https://jetstream.example", "is wrong: string should match"),
        ("SENTISTREAM_ALERTS_NEGATIVE_SHARE", "0", "must be above 0, at most 1"),
        ("SENTISTREAM_ALERTS_NEGATIVE_SHARE", "nan", "must be above 0, at most 1"),
        ("SENTISTREAM_ALERTS_ENABLED", "perhaps", "it was given 'perhaps'"),
    ],
)
def test_a_value_out_of_bounds_is_refused(monkeypatch: pytest.MonkeyPatch, name: str, value: str, says: str) -> None:
    monkeypatch.setenv(name, value)
    message = refusal()
    assert message.startswith(name)
    assert says in message


def test_every_wrong_value_is_told_at_once() -> None:
    message = refusal(api={"port": -1}, stream={"max_length": 0}, logs={"nothing": 1})
    assert "SENTISTREAM_API_PORT" in message
    assert "SENTISTREAM_STREAM_MAX_LENGTH" in message
    assert "unknown setting logs.nothing" in message


def test_a_password_is_never_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SENTISTREAM_API_PORT", "redis://me:hunter2@host/0")
    message = refusal()
    assert "hunter2" not in message
    assert "redis://me:***@host/0" in message


@given(user=st.text("abc123._-", max_size=8), password=st.text("abc123:@!$&*?#%", min_size=1, max_size=12))
def test_masking_hides_any_password(user: str, password: str) -> None:
    text = f"cannot open postgresql+asyncpg://{user}:{password}xyz@db:5432/x today"
    assert masked(text) == f"cannot open postgresql+asyncpg://{user}:***@db:5432/x today"


def test_masking_hides_passwords_among_the_parameters() -> None:
    text = "it was given rediss+sentinel://h/feelings?sentinel_password=hunter2&ssl_password=hunter2 (why)"
    assert masked(text) == "it was given rediss+sentinel://h/feelings?sentinel_password=***&ssl_password=*** (why)"


def test_a_place_says_neither_who_nor_how() -> None:
    assert place("redis+sentinel://me:p@ss@a:1,b/feelings?x=1") == "redis+sentinel://a:1,b/feelings"
    assert place("postgresql://db/d") == "postgresql://db/d"


def test_masking_leaves_other_text_alone() -> None:
    for text in ("http://host:80/a@b", "sqlite:////tmp/x.db", "mail a@b.c", "12:30 @you", "memory://"):
        assert masked(text) == text


def test_every_setting_can_be_set_by_its_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    plain = load_settings().model_dump(mode="json")
    for section, name, field in fields():
        value = plain[section][name] if section else plain[name]
        monkeypatch.setenv(variable(section, name), ",".join(value) if isinstance(value, list) else str(value))
        assert field.description, name
        assert isinstance(bounds(field), str)
    assert load_settings().model_dump(mode="json") == plain


def test_settings_do_not_change_once_loaded() -> None:
    settings = load_settings()
    with pytest.raises(ValueError, match="frozen"):
        settings.api.port = 1
    with pytest.raises(ValueError, match="frozen"):
        settings.data_dir = Path("x")
