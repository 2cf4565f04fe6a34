"""Why a post is read as it is: told for every kind of reading, and honestly where it is not the current one."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from house import BAD, GOOD, House, post

from fakes import until
from sentistream.analysis.explain import Explainer
from sentistream.analysis.lexicon import LexiconAnalyser
from sentistream.api import schemas
from sentistream.domain.analysis import ModelInfo, Reading, unscored
from sentistream.domain.post import Correction, content_hash
from sentistream.storage.base import Settling


class Said:
    """A model that gives the same reading to everything; `asked` counts its texts."""

    def __init__(self, reading: Reading, languages: frozenset[str] | None = None) -> None:
        self.model = ModelInfo(
            name=reading.model_name, version=reading.model_version, tier=reading.tier, languages=languages
        )
        self.asked = 0
        self._reading = reading

    async def analyse(self, texts: Sequence[str]) -> list[Reading]:
        self.asked += len(texts)
        return [self._reading] * len(texts)


LLM = Reading(
    sentiment_label="negative",
    sentiment_score=-0.75,
    model_name="ollama/tiny",
    model_version="7",
    tier="llm",
    reason="The author calls it terrible.",
)
FULL = Reading(
    sentiment_label="positive",
    sentiment_score=0.5,
    toxicity=0.25,
    churn_risk=0.125,
    model_name="other",
    model_version="9",
    tier="full",
)


async def why(house: House, id: str = "p1", status: int = 200) -> dict[str, Any]:
    answer = await house.get(f"posts/{id}/explanation")
    assert answer.status_code == status, answer.text
    data: dict[str, Any] = answer.json()["data"] if status == 200 else answer.json()["error"]
    if status == 200:
        schemas.Explanation.model_validate(data)
    return data


async def test_each_word_is_told_and_all_add_up(house: House) -> None:
    content = "I love 😍 this e\u0301clair, https://example.org/x is terrible"
    await house.fill([post(1, content=content)])
    data = await why(house)
    row = (await house.get("posts/p1")).json()["data"]
    assert data["id"] == row["id"]
    assert (data["method"], data["message"], data["explains_current"]) == ("shapley", None, True)
    assert (data["model_name"], data["model_version"]) == (row["model_name"], row["model_version"])
    assert data["current"] == {name: row[name] for name in data["current"]}
    assert data["scores"] == {"sentiment": row["sentiment_score"], "toxicity": None, "churn_risk": None}
    assert [word["text"] for word in data["words"]] == content.split()
    assert all(content[word["start"] : word["end"]] == word["text"] for word in data["words"])
    total = data["base"]["sentiment"] + sum(word["sentiment"] for word in data["words"])
    assert total == pytest.approx(data["scores"]["sentiment"], abs=data["tolerance"])
    assert {word["toxicity"] for word in data["words"]} == {None}
    by_text = {word["text"]: word["sentiment"] for word in data["words"]}
    assert max(by_text, key=by_text.__getitem__) == "love"
    assert min(by_text, key=by_text.__getitem__) == "terrible"


async def test_the_same_question_is_answered_from_memory_until_the_text_changes(house: House) -> None:
    await house.fill([post(1)])
    first = await why(house)
    hits = house.counted("cache_hits_total", place="memory")
    assert await why(house) == first
    assert house.counted("cache_hits_total", place="memory") == hits + 1
    await house.fill([post(1, content=BAD, edited_at="2026-11-22T11:40:00Z")])
    assert [word["text"] for word in (await why(house))["words"]] == BAD.split()


async def test_by_key_by_an_id_with_slashes_and_of_nothing(house: House) -> None:
    await house.fill([post(1, post_id="at://did/app/3k", source="bluesky")])
    found = await why(house, "at%3A%2F%2Fdid%2Fapp%2F3k")
    assert await why(house, found["id"]) == found
    assert (await why(house, "nothing", 404))["code"] == "NOT_FOUND"


async def test_an_unscored_post_has_nothing_to_explain_and_says_why(house: House) -> None:
    house.analyser = Said(unscored(FULL_MODEL, "language fr is not claimed by other"))  # type: ignore[assignment]
    await house.fill([post(1)])
    data = await why(house)
    assert (data["method"], data["words"], data["base"], data["model_name"]) == ("none", [], None, None)
    assert data["message"] == "no model could read this post: language fr is not claimed by other"
    assert data["current"]["sentiment_label"] == "unscored"
    assert data["explains_current"] is False


FULL_MODEL = ModelInfo(name="other", version="9", tier="full")


async def test_the_reasoning_of_a_large_model_is_told_and_nothing_is_asked_again(house: House) -> None:
    house.analyser = llm = Said(LLM)  # type: ignore[assignment]
    await house.fill([post(1, content=BAD)])
    asked = llm.asked
    data = await why(house)
    assert (data["method"], data["reasoning"]) == ("reasoning", "The author calls it terrible.")
    assert (data["model_name"], data["model_version"], data["explains_current"]) == ("ollama/tiny", "7", True)
    assert data["words"] == []
    assert llm.asked == asked


async def test_a_correction_is_said_to_be_one_and_the_model_beneath_is_explained(house: House) -> None:
    await house.fill([post(1)])
    before = await why(house)
    correction = Correction(
        post_id="p1",
        source="twitter",
        content_hash=content_hash(f"{GOOD} (1)"),
        correction_id="c1",
        corrected_by="ada",
        corrected_at=house.clock(),
        sentiment_label="negative",
    )
    await house.store.write([Settling(entry_id="e:1", entry=correction)], house.clock())
    data = await why(house)
    assert (data["current"]["sentiment_label"], data["corrected_by"]) == ("negative", "ada")
    assert data["explains_current"] is False
    model = f"{data['model_name']} {data['model_version']}"
    assert data["message"] == f"ada set this label; the words show what {model} made of the post"
    assert data["words"] == before["words"]


async def test_another_model_than_the_one_that_runs_is_said_to_be_another(house: House) -> None:
    house.analyser = Said(FULL)  # type: ignore[assignment]
    await house.fill([post(1)])
    data = await why(house)
    lexicon = LexiconAnalyser().model
    assert (data["current"]["model_name"], data["model_name"]) == ("other", "vader")
    assert data["explains_current"] is False
    assert data["message"] == (
        "other 9 read this post, which this process does not run:"
        f" the words show what vader {lexicon.version} makes of it"
    )
    assert data["scores"]["sentiment"] != data["current"]["sentiment_score"]


async def test_nothing_is_made_up_where_no_model_could_say(build: Any) -> None:
    house = build()
    house.analyser = Said(FULL)
    await house.fill([post(1), post(2, language="fr")])
    assert "does not know its language" in (await why(house, "p2"))["message"]
    house.app.state.services = _with(house, house.analyser)
    data = await why(house)
    assert (data["method"], data["message"]) == (
        "none",
        "other 9 read this post, and this process runs no model to ask",
    )


async def test_every_model_that_runs_is_explained_by_itself(house: House) -> None:
    house.analyser = full = Said(FULL)  # type: ignore[assignment]
    house.explainer.add(full)
    await house.fill([post(1)])
    data = await why(house)
    assert (data["model_name"], data["explains_current"], data["message"]) == ("other", True, None)
    assert data["scores"] == {"sentiment": 0.5, "toxicity": 0.25, "churn_risk": 0.125}
    assert {word["toxicity"] for word in data["words"]} == {0.0}


async def test_too_many_at_once_is_503_with_retry_after(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sentistream.analysis.explain.WAITING", 1)
    release = asyncio.Event()

    class Slow(Said):
        async def analyse(self, texts: Sequence[str]) -> list[Reading]:
            await release.wait()
            return await super().analyse(texts)

    house.analyser = Said(FULL)  # type: ignore[assignment]
    house.explainer.add(Slow(FULL))
    await house.fill([post(1), post(2)])
    first = asyncio.create_task(house.get("posts/p1/explanation"))
    await until(lambda: house.explainer.waiting == 1)
    refused = await house.get("posts/p2/explanation")
    assert (refused.status_code, refused.json()["error"]["code"]) == (503, "OVERLOADED")
    assert int(refused.headers["Retry-After"]) >= 1
    release.set()
    assert (await first).status_code == 200


async def analyzed(house: House, **body: Any) -> Any:
    return await house.client.post("/api/v1/analyze", json=body)


async def test_analyze_explains_on_request(house: House) -> None:
    plain = (await analyzed(house, texts=[GOOD])).json()["data"]
    assert plain[0]["explanation"] is None
    rows = (await analyzed(house, texts=[GOOD, ""], explain=True)).json()["data"]
    for row in rows:
        schemas.AnalyzedText.model_validate(row)
    found = rows[0]["explanation"]
    assert [word["text"] for word in found["words"]] == GOOD.split()
    assert found["scores"]["sentiment"] == rows[0]["sentiment_score"]
    refused = await analyzed(house, texts=[GOOD] * 11, explain=True)
    assert refused.status_code == 422
    assert "1 to 10 texts with explain" in refused.json()["error"]["message"]


async def test_analyze_with_a_large_model_gives_its_reasons_and_asks_once(house: House) -> None:
    llm = Said(LLM)
    house.app.state.services = _with(house, llm)
    [row] = (await analyzed(house, texts=[BAD], explain=True)).json()["data"]
    assert (row["reason"], row["explanation"], llm.asked) == ("The author calls it terrible.", None, 1)


def _with(house: House, analyser: Any) -> Any:
    return replace(house.services, analyser=analyser, explainer=Explainer())
