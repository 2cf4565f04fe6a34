"""What a card says of where a model comes from: `about` in card.json, and through it docs/models/."""

from __future__ import annotations

import csv
from typing import Any

from sentistream.domain.analysis import Tier
from training import corpus

BASE = {
    "name": "all-MiniLM-L6-v2",
    "licence": "Apache-2.0",
    "role": "the encoder that was trained further",
    "paper": "Wang et al. 2020, MiniLM; sentence-transformers: Reimers & Gurevych 2019, Sentence-BERT",
}
TEACHER = {
    "name": "all-mpnet-base-v2",
    "licence": "Apache-2.0",
    "role": "the teacher, which is not shipped",
    "paper": "Song et al. 2020, MPNet; sentence-transformers",
}

TWITTER = "research; Twitter's"
DATA = {
    "sentiment": ("sentiment", "Rosenthal et al. 2017, SemEval 2013 to 2016; Barbieri et al. 2020, TweetEval", TWITTER),
    "emotion_ekman": ("seven emotions", "Demszky et al. 2020, GoEmotions, Reddit comments", "Apache-2.0"),
    "emotion_tweets": ("auxiliary", "Mohammad et al. 2018, SemEval 2018 task 1; TweetEval", TWITTER),
    "offensive": ("toxicity", "Zampieri et al. 2019, OLID / OffensEval; TweetEval", TWITTER),
    "hate": ("auxiliary", "Basile et al. 2019, HatEval; TweetEval", TWITTER),
    "abuse": ("auxiliary, at a quarter of its size: dialect bias is documented", "Davidson et al. 2017", "MIT"),
    "irony": ("auxiliary", "Van Hee et al. 2018, SemEval 2018 task 3; TweetEval", TWITTER),
    "emoji": ("auxiliary: which emoji was removed", "Barbieri et al. 2018, SemEval 2018 task 2; TweetEval", TWITTER),
    "sst5": ("auxiliary: film reviews, five classes", "Socher et al. 2013, Stanford Sentiment Treebank", "research"),
}
"""Set to what it is used for, its paper and its terms."""

LICENCE = (
    "Apache-2.0, like the encoder it began with. The data sets were made for research: their terms, and those of the "
    "platforms the posts come from, do not allow to pass the posts on, and none is in the package. Who ships a product "
    "should read the papers' terms and decide."
)
INTENDED = [
    "Public posts in English, a few words to a few sentences long: the mood of many posts, its course over time, and "
    "which posts a person should look at first.",
    "Probabilities are calibrated on validation sets of tweets (emotions: of Reddit comments). On texts of another "
    "kind measure first: `sentistream evaluate`.",
]
NOT_FOR = [
    "Decisions about a person: hiring, credit, policing, moderation without a person's eye, or anything that treats a "
    "single reading as a fact about who wrote the post.",
    "Diagnosing anybody: an emotion is how strangers read the words, not what the author feels.",
    "Other languages. A language gate leaves them unscored where it is sure.",
]
CALIBRATION = [
    "One temperature per head and one bias per output (Guo et al. 2017), fitted on the validation sets by likelihood; "
    "the network's weights do not change.",
    "The label is not always the likeliest: fixed lifts per class, chosen on the validation sets for macro recall "
    "(sentiment) and macro F1 (the leading emotion), keep rarer classes from being starved. They leave the "
    "probabilities alone; the confidence is the calibrated probability of the label that was given.",
    "Sentiment is calibrated on tweets (sentiment/val), emotions on Reddit comments (emotion_ekman/val), toxicity on "
    "offensive/val, churn risk on those of the labelled posts below that are not to airlines, weighted to the 4 % of "
    "leaving posts that random tweets to airlines had.",
]
CHURN = [
    "Can: rank posts to a company so that those whose author leaves, or threatens to, come first; tell `moving to "
    "Delta, done with you` from `they cancelled my flight`.",
    "Cannot: say how many customers leave. Leaving posts are rare in a stream (10 of 250 random airline tweets), so at "
    "any threshold many of the flagged posts are not about leaving; and who leaves without a word is not seen.",
    "No training set for it may be shipped. It was taught by texts written for the purpose (by a language model) and "
    "by presuming that posts picked by topic, without a word of leaving, are not about leaving; 1,490 real posts that "
    "an earlier model took for leaving, or that wide patterns found, were read one by one and corrected it.",
    "Its validation posts were labelled by one reader, a language model; training/churn/VALIDATION.md says how, and "
    "what follows from it. Those not to airlines also set its calibration.",
]

FULL = {
    "summary": "A small transformer (6 layers of 384) that reads sentiment, seven emotions, toxicity and churn risk of "
    "an English post in one pass; int8, on the CPU, no download.",
    "made": [
        "Common emoji took the places of unused entries of the vocabulary, each beginning as the mean of the words of "
        "its Unicode name.",
        "A larger encoder learned all heads from the labels and then, as a copy, churn risk alone; the small one "
        "learned from the labels and, for sentiment, toxicity and churn risk, from what the larger ones say of the "
        "training texts (Hinton, Vinyals & Dean 2015), and in a last epoch of texts put together from parts of others.",
        "Weights are int8 with a scale per output channel, embeddings with one per token; activations are quantised "
        "post by post, so that a post reads the same whatever its neighbours.",
    ],
}
FAST = {
    "summary": "Embeddings of words, one layer over five neighbours and a small head, distilled from the full model: "
    "sentiment, seven emotions, toxicity and churn risk at thousands of posts a second on one core.",
    "made": [
        "The embeddings began as what the full model's encoder makes of each word alone. All of it then learned to "
        "give the full model's answers on every text that may be trained on, on pieces of them and on written texts "
        "spliced for churn risk (Hinton, Vinyals & Dean 2015).",
        "It sees five neighbouring words at a time and not the order of the rest: expect it to miss irony, and "
        "negation over a distance.",
        "Embeddings are int8 with a scale per word, the layers in half precision.",
    ],
}


def about(tier: Tier) -> dict[str, Any]:
    """For people; lists are paragraphs. `data` has the rows that were trained on."""
    told = FULL if tier == "full" else FAST
    return {
        "summary": told["summary"],
        "licence": LICENCE,
        "intended": INTENDED,
        "not_for": NOT_FOR,
        "bases": [BASE, TEACHER],
        "data": _data(),
        "made": told["made"],
        "calibration": CALIBRATION,
        "churn": CHURN,
    }


def _data() -> list[dict[str, Any]]:
    found = [
        {"set": name, "rows": len(corpus.load(name, "train")), "for": purpose, "paper": paper, "terms": terms}
        for name, (purpose, paper, terms) in DATA.items()
    ]
    written = sum(len(path.read_text().splitlines()) for path in (corpus.HERE / "churn").glob("*.jsonl"))
    with (corpus.HERE / "churn" / "validation.csv").open(newline="") as file:
        labelled = sum(1 for _ in csv.DictReader(file))
    found.append(
        {
            "set": "churn",
            "rows": written,
            "for": "churn risk: texts written for it, their slots filled with invented and real names",
            "paper": f"training/churn/ in the repository; {labelled:,} real posts, read one by one, only validate",
            "terms": "Apache-2.0, as the repository",
        }
    )
    return found
