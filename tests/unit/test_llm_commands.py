"""The analyser `llm` by its setting and from the command line."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from fake_llm import KEY, FakeLlm
from sentistream.bootstrap import make_analyser
from sentistream.domain.errors import SettingsError
from sentistream.settings import Settings, load_settings
from sentistream.telemetry.metrics import Metrics

SENTISTREAM = Path(sys.executable).with_name("sentistream")


@pytest.fixture
def fake() -> Iterator[FakeLlm]:
    with FakeLlm().serving() as server:
        yield server


def sentistream(*arguments: str, cwd: Path, fake: FakeLlm, **extra: str) -> subprocess.CompletedProcess[bytes]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("SENTISTREAM_")}
    named = {"LLM_PROVIDER": "openai", "LLM_API_KEY": KEY, "SENTISTREAM_LLM_BASE_URL": f"{fake.url}/v1"}
    return subprocess.run(
        [str(SENTISTREAM), *arguments],
        cwd=cwd,
        env=clean | named | extra,
        capture_output=True,
        timeout=120,
        check=False,
    )


def test_analyze(fake: FakeLlm, tmp_path: Path) -> None:
    posts = ("I love this wonderful crew", "Das ist leider ein sehr schlechter Tag für uns alle")
    done = sentistream("analyze", "--analyser", "llm", *posts, cwd=tmp_path, fake=fake)
    assert done.returncode == 0, done.stderr
    good, german = map(json.loads, done.stdout.splitlines())
    assert (good["sentiment_label"], good["tier"], good["model_name"]) == ("positive", "llm", "openai/gpt-6-luna")
    assert good["reason"] == "It counts 2 for and 0 against."
    assert (german["sentiment_label"], german["language"]) == ("neutral", "de")
    assert sorted(fake.posts()) == sorted(posts)


def test_evaluate(fake: FakeLlm, tmp_path: Path) -> None:
    file = tmp_path / "labelled.jsonl"
    labelled = [("I love it", "positive"), ("I hate it", "negative"), ("gate B12", "positive")]
    file.write_text("".join(json.dumps({"text": text, "label": label}) + "\n" for text, label in labelled))
    done = sentistream("evaluate", str(file), "--analyser", "llm", "--json", cwd=tmp_path, fake=fake)
    assert done.returncode == 0, done.stderr
    card = json.loads(done.stdout)
    assert (card["analyser"], card["posts"], card["unscored"]) == ("llm", 3, 0)
    assert card["accuracy"] == pytest.approx(2 / 3)


def test_a_missing_key_is_told_before_anything_is_read(fake: FakeLlm, tmp_path: Path) -> None:
    bare = {"LLM_API_KEY": "", "SENTISTREAM_LLM_BASE_URL": ""}
    done = sentistream("analyze", "--analyser", "llm", "I love it", cwd=tmp_path, fake=fake, **bare)
    assert done.returncode in (1, 2)
    assert b"openai serves nobody without a key: set LLM_API_KEY" in done.stderr
    assert (done.stdout, fake.asked) == (b"", [])


async def test_the_setting_chooses_it_behind_its_guards(fake: FakeLlm, tmp_path: Path) -> None:
    settings = Settings(
        data_dir=tmp_path / "data",
        analysis={"analyser": "llm"},  # type: ignore[arg-type]
        llm={"base_url": f"{fake.url}/v1", "api_key": KEY, "languages": ["en"], "price_output": 1},  # type: ignore[arg-type]
    )
    metrics = Metrics()
    analyser = make_analyser(settings, metrics)
    readings = await analyser.analyse(["I love it", "Das ist leider ein sehr schlechter Tag für uns alle", " "])
    assert [reading.sentiment_label for reading in readings] == ["positive", "unscored", "unscored"]
    assert (tmp_path / "data" / "llm.db").is_file()
    assert len(fake.asked) == 1
    model = analyser.model.name
    answered, cost = [
        metrics.registry.get_sample_value(f"sentistream_llm_{name}_total", {"model": model} | labels)
        for name, labels in (("tokens", {"direction": "output"}), ("cost_dollars", {}))
    ]
    assert answered
    assert cost == pytest.approx(answered / 1e6)


def test_a_provider_that_nobody_asks_is_no_secret() -> None:
    with capture_logs() as said:
        make_analyser(Settings(analysis={"analyser": "lexicon"}, llm={"provider": "groq"}))  # type: ignore[arg-type]
    [line] = said
    assert (line["log_level"], line["setting"]) == ("warning", "llm.provider")
    assert "SENTISTREAM_ANALYSIS_ANALYSER=llm" in line["hint"]


def test_the_key_is_never_repeated(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("LLM_API_KEY", KEY)
    settings = load_settings()
    assert settings.llm.api_key.get_secret_value() == KEY
    assert KEY not in f"{settings!r} {settings} {settings.model_dump_json()}"
    monkeypatch.delenv("LLM_API_KEY")
    monkeypatch.setenv("SENTISTREAM_CONFIG", str(tmp_path / "s.toml"))
    (tmp_path / "s.toml").write_text("[llm]\napi_key = 20251122\n")
    with pytest.raises(SettingsError) as raised:
        load_settings()
    assert "SENTISTREAM_LLM_API_KEY" in raised.value.message
    assert "20251122" not in raised.value.message
