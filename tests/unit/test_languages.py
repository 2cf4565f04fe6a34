"""Language detection on short posts, and the gate that keeps foreign ones unscored."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakes import unavailable
from sentistream.analysis import languages
from sentistream.analysis.languages import EnglishWords, LanguageDetector, LanguageGate
from sentistream.analysis.text import normalise
from sentistream.domain.analysis import ModelInfo, Reading

ENGLISH = ModelInfo(name="english", version="1", tier="fast", languages=frozenset({"en"}))
DETECTOR = LanguageDetector()


class Keen:
    """Calls everything positive, and remembers what it was asked."""

    def __init__(self, model: ModelInfo = ENGLISH) -> None:
        self.model = model
        self.asked: list[str] = []

    async def analyse(self, texts: Sequence[str]) -> list[Reading]:
        self.asked += texts
        return [
            Reading(sentiment_label="positive", model_name=self.model.name, model_version="1", tier="fast", reason=text)
            for text in texts
        ]


def texts_of(path: Path, key: str = "text") -> list[str]:
    if not path.is_file():
        unavailable(f"{path.name} is not among the test data")
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return [normalise(row[key]) for row in rows if row.get(key)]


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("The flight was delayed again and nobody told us why", "en"),
        ("El vuelo se ha retrasado otra vez y nadie nos dice nada", "es"),
        ("Der Flug hat schon wieder Verspätung und niemand sagt etwas", "de"),
        ("Le vol est encore en retard et personne ne nous dit rien", "fr"),
        ("O voo atrasou de novo e ninguém diz nada", "pt"),
        ("Il volo è di nuovo in ritardo e nessuno ci dice niente", "it"),
        ("تأخرت الرحلة مرة أخرى ولم يخبرنا أحد بالسبب", "ar"),
        ("उड़ान फिर से देर से है और किसी ने कुछ नहीं बताया", "hi"),
        ("yaar ye flight phir se late hai kuch nahi bataya", "hi"),
        ("フライトがまた遅れています", "ja"),
        ("航班又延误了，没有人告诉我们", "zh"),
        ("Рейс снова задержали, и никто ничего не говорит", "ru"),
        ("not my luggage", "en"),
        ("dont lose my luggage", "en"),
        ("IM NOT HAPPY WITH THIS", "en"),
    ],
)
def test_examples(text: str, language: str) -> None:
    found = DETECTOR.detect(text)
    assert found is not None
    assert found.language == language
    assert 0.3 < found.probability <= 1
    assert found.foreign([language]) < 0.7
    assert found.foreign(["xx"]) == 1
    assert 0 <= found.foreign(["en", "de"]) <= 1


@pytest.mark.parametrize("text", ["", " ", "😀😀", "123 456", "@user http", "#happy #win", "!!! ...", "'", "__", "1st"])
def test_nothing_to_tell_by(text: str) -> None:
    assert DETECTOR.detect(text) is None


def test_what_is_not_language_is_left_out() -> None:
    plain = DETECTOR.detect("the weather is fine today")
    assert plain == DETECTOR.detect("RT @obrigado the weather\nis fine today #danke http www.gracias.es 24h")


@given(st.text())
def test_any_text_is_answered(text: str) -> None:
    found = DETECTOR.detect(normalise(text))
    assert found is None or (found.language and 0 < found.probability <= 1)


@pytest.mark.parametrize("piece", ["a", "a1", "é ", "'", "中", "@", "@ ", "@ a ", "soooo ", "😀"])
def test_a_long_text_costs_no_more_than_a_page(piece: str) -> None:
    text = piece * (2**20 // len(piece))
    started = time.process_time()
    DETECTOR.detect(text)
    assert time.process_time() - started < 2


async def test_the_gate_keeps_foreign_texts_from_the_model() -> None:
    keen = Keen()
    gate = LanguageGate(keen, DETECTOR)
    texts = [
        "What a lovely day, thank you all so much",
        "Der Flug hat schon wieder Verspätung und niemand sagt etwas",
        "😀",
        "lol",
        "I will never fly with them again",
    ]
    readings = await gate.analyse(texts)
    assert gate.model is ENGLISH
    assert keen.asked == [texts[0], *texts[2:]]
    assert [reading.sentiment_label for reading in readings] == ["positive", "unscored"] + ["positive"] * 3
    assert [reading.language for reading in readings] == ["en", "de", None, None, "en"]
    assert [reading.reason for reading in readings] == [
        texts[0],
        "language de is not claimed by english",
        *texts[2:],
    ]
    assert readings[1].tier == "unscored"


@pytest.mark.parametrize(
    "text",
    [
        "I wanna die",  # German 0.98
        "Lmao no fun allowed",
        "Oh boy, a hernia!",
        "hell no dude",
        "finna eat wit my dawgs",
        "yo dat was wild",
        "he gon learn today",
        "we tryna win dis",
        "yaaaaas queen slayyyyy",
        "IDC if u mad",
    ],
)
async def test_english_words_overrule_the_detector(text: str) -> None:
    assert await read_all([text]) == [True]


async def test_what_is_barely_english_is_read_without_a_language() -> None:
    weights = {"zug": 0, "kommt": 0, "nicht": 0}
    text = "der Zug kommt nicht"
    for extra, label, language in ((-1, "unscored", "de"), (0, "positive", None), (4, "positive", "en")):
        gate = LanguageGate(Keen(), LanguageDetector(EnglishWords({**weights, "der": extra})))
        (reading,) = await gate.analyse([text])
        assert (reading.sentiment_label, reading.language) == (label, language)


def test_evidence_adds_up() -> None:
    english = EnglishWords({"so": 1, "good": 2, "dont": 3, "nein": -4})
    assert english.evidence([]) == 0
    assert english.evidence(["so", "good", "nein"]) == -1
    assert english.evidence(["don't", "sooooo", "goooood"]) == 6
    assert english.evidence(["blorf", "blooorf"]) == 2 * EnglishWords.UNKNOWN


def test_the_bundled_words_are_small_and_plain() -> None:
    file = Path(languages.__file__).parent / "models" / "language" / "english_words.json"
    content = json.loads(file.read_text(encoding="utf-8"))
    words = [word for listed in content["weights"].values() for word in listed.split()]
    assert file.stat().st_size <= 100_000
    assert len(words) == len(set(words)) > 10_000
    assert all(word.isalpha() and word == word.lower() for word in words)
    assert {int(weight) for weight in content["weights"]} <= set(range(-4, 5)) - {EnglishWords.UNKNOWN}


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("@ Parque Nacional Tayrona", True),
        ("Sunset walk (@ Praia do Forte)", True),
        ("Qué noche más hermosa con mi familia @ Lincoln Park, Chicago", False),
    ],
)
async def test_a_place_is_not_a_language(text: str, read: bool) -> None:
    assert await read_all([text]) == [read]


OTHERS = {
    "Dutch": [
        "Dat is een mooie dag, wat een weer",
        "ik wil naar huis, ben zo moe",
        "De trein is weer te laat",
        "wat was het lekker vandaag",
        "Hoe is het met je moeder?",
        "we gaan morgen naar de film",
    ],
    "Indonesian": [
        "aku mau pulang ke rumah sekarang",
        "Terima kasih banyak atas bantuannya",
        "makan malam dulu yuk sama teman",
        "kenapa sih hujan terus hari ini",
    ],
    "Turkish": [
        "bugün hava çok güzel",
        "Yarın işe gitmek istemiyorum",
        "bu otobüs neden gelmiyor ya",
        "Çok teşekkür ederim arkadaşlar",
    ],
    "Tagalog": [
        "Gusto ko na umuwi sa bahay",
        "Salamat sa lahat ng tumulong kanina",
        "ang init naman dito sa Manila",
        "bakit ang tagal ng bus ngayon",
    ],
    "Polish": [
        "Dzisiaj jest bardzo ładna pogoda",
        "nie chce mi się iść do pracy",
        "Dlaczego ten pociąg znowu się spóźnia",
        "to był najlepszy koncert roku",
    ],
    "Swedish": [
        "Det är en fin dag idag",
        "jag vill hem och sova nu",
        "Tåget är försenat igen, så trött på det",
        "vad gör ni ikväll då",
    ],
    "Danish": ["Det er en dejlig dag i dag", "jeg vil gerne hjem og sove", "hvad laver I i aften"],
    "Finnish": ["Tänään on kaunis päivä", "en jaksa mennä töihin huomenna", "mitä kuuluu kaikille"],
    "Romanian": ["Astăzi este o zi frumoasă", "nu vreau să merg la muncă", "ce faceți în seara asta"],
    "Czech": ["Dnes je opravdu krásný den", "nechce se mi do práce", "co děláte dnes večer"],
    "Hungarian": ["Ma nagyon szép idő van", "nem akarok dolgozni menni holnap", "mit csináltok ma este"],
    "Vietnamese": ["Hôm nay trời đẹp quá", "tôi không muốn đi làm ngày mai", "cảm ơn mọi người nhiều lắm"],
    "Swahili": ["Leo ni siku nzuri sana", "sitaki kwenda kazini kesho", "Asante sana kwa msaada wako"],
    "Catalan": ["Avui fa molt bon dia", "no vull anar a treballar demà"],
}
"""Languages the word list never counted."""


async def test_languages_without_words_are_still_gated() -> None:
    texts = [text for sentences in OTHERS.values() for text in sentences]
    missed = [text for text, read in zip(texts, await read_all(texts), strict=True) if read]
    assert len(missed) <= 2, missed


async def test_without_a_sure_language_the_reason_says_so() -> None:
    (reading,) = await LanguageGate(Keen(), DETECTOR).analyse(["a Ana caiu kkkkk que saudade"])
    assert reading.sentiment_label == "unscored"
    assert reading.language in (None, "pt")
    assert reading.reason is not None
    assert "claimed by english" in reading.reason


async def test_a_model_that_claims_all_languages_gets_everything() -> None:
    keen = Keen(ModelInfo(name="polyglot", version="1", tier="full"))
    readings = await LanguageGate(keen, DETECTOR).analyse(["Der Flug hat schon wieder Verspätung"])
    assert [(reading.sentiment_label, reading.language) for reading in readings] == [("positive", "de")]


async def test_a_threshold_of_one_lets_doubt_pass() -> None:
    text = "Der Flug hat schon wieder Verspätung"
    (reading,) = await LanguageGate(Keen(), DETECTOR, threshold=1.0).analyse([text])
    assert reading.sentiment_label == "positive"


async def read_all(texts: list[str]) -> list[bool]:
    readings = await LanguageGate(Keen(), DETECTOR).analyse(texts)
    return [reading.sentiment_label != "unscored" for reading in readings]


async def unscored_share(texts: list[str]) -> float:
    return (await read_all(texts)).count(False) / len(texts)


async def test_hardly_any_english_tweet_is_lost(test_data: Path) -> None:
    assert await unscored_share(texts_of(test_data / "airline" / "replay.jsonl", "content")) <= 0.003


ENGLISH_PARTS = [
    "emotion_ekman/val",
    "emotion_tweets/val",
    "hate/val",
    "irony/val",
    "multilingual/english.val",
    "offensive/val",
    "sentiment/val",
    "sst5/val",
]


@pytest.mark.parametrize("part", ENGLISH_PARTS)
async def test_hardly_any_labelled_english_text_is_lost(test_data: Path, part: str) -> None:
    assert await unscored_share(texts_of(test_data / f"{part}.jsonl")) <= 0.003


async def test_few_texts_of_a_set_that_is_mostly_english_are_lost(test_data: Path) -> None:
    assert await unscored_share(texts_of(test_data / "emoji" / "val.jsonl")) <= 0.005  # half of them are Spanish


@pytest.mark.parametrize(
    ("language", "least"),
    [
        ("arabic", 0.98),
        ("french", 0.97),
        ("german", 0.90),
        ("italian", 0.95),
        ("portuguese", 0.95),
        ("spanish", 0.98),
        ("hindi", 0.55),  # typed in Latin letters, a third of it plain English: decision 0010
    ],
)
async def test_foreign_tweets_are_gated(test_data: Path, language: str, least: float) -> None:
    assert await unscored_share(texts_of(test_data / "multilingual" / f"{language}.val.jsonl")) >= least
