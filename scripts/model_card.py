"""The page of a bundled model, from its card.json."""

from __future__ import annotations

from typing import Any

from scripts.markdown import EMPTY, between, bullets, error, paragraph, points, table

Card = dict[str, Any]

WHAT = {
    "sentiment/val": "tweets, the task's own validation part",
    "sst5/val": "film reviews, five classes read as three: out of domain",
    "airline/replay": "tweets to six airlines, never trained on",
    "emotion_ekman/val": "Reddit comments, seven emotions, several at once",
    "emotion_tweets/val": "tweets; only joy (with optimism), sadness, anger occur",
    "offensive/val": "tweets, offensive or not",
    "hate/val": "tweets, hateful or not: a narrower question than the one asked here",
}

QUANTISED = {
    "sentiment_recall": "sentiment, macro recall",
    "ekman_f1_best": "emotion, macro F1 at the best thresholds",
    "offensive_f1_best": "toxicity, macro F1 at the best threshold",
    "churn_auc": "churn risk, area under ROC",
}

ASKED = ("flagged toxic", "read negative", "left unscored")
"""What is compared between dialects."""


def page(card: Card) -> str:
    """All of docs/models/NAME.md. `card` has figures."""
    about, name = card["about"], card["tier"]
    parts = [
        f"# The {name} model\n",
        f"Written by `make docs` from `src/sentistream/analysis/models/{name}/card.json`; `python -m training card`"
        " measures anew.\n",
        paragraph(about["summary"]),
        _identity_card(card),
        "## What it is for\n",
        bullets(about["intended"]),
        "It is not for:\n",
        bullets(about["not_for"]),
        "## Data and papers\n",
        paragraph(
            "Rows that were trained on; texts of validation sets were taken out. No post is in the repository or in "
            "the package."
        ),
        _data(about),
        paragraph(
            "Twitter's terms and those of the tasks allow sharing what was learned from the posts, not the posts; "
            "TweetEval adds none of its own."
        ),
        paragraph(
            "Measured on, never trained on: airline/replay (tweets of February 2015, CC BY-NC-SA) and the eight "
            "languages of UMSAB (Barbieri et al. 2022)."
        ),
        table(
            ("began with", "licence.", "role.", "paper."),
            ((base["name"], base["licence"], base["role"], base["paper"]) for base in about["bases"]),
        ),
        "How it was made:\n",
        bullets(about["made"]),
        *_figures(card["figures"]),
        *_calibration(card),
        *_churn(card),
        *_quantisation(card),
        *_probes(card["figures"]["probes"]),
        *_dialect(card["figures"]["dialect"]),
        *_named(card["figures"]["identity"]),
        *_again(name),
    ]
    return "\n".join(parts)


def _identity_card(card: Card) -> str:
    rows = [
        ("name, version", f"{card['name']} {card['version']}"),
        ("languages", ", ".join(sorted(card["languages"]))),
        ("size", f"{card['figures']['bytes'] / 1e6:.1f} MB"),
        ("reads", f"the first {card['max_length']} tokens of a post"),
        ("says", "sentiment, seven emotions, toxicity, churn risk, each with calibrated probabilities"),
        ("licence", card["about"]["licence"]),
    ]
    return table(("what", "answer."), rows)


def _data(about: Card) -> str:
    return table(
        ("set", "rows", "for.", "paper.", "terms."),
        ((row["set"], f"{row['rows']:,}", row["for"], row["paper"], row["terms"]) for row in about["data"]),
    )


def _figures(figures: Card) -> list[str]:
    sets = figures["sets"]
    rows = [
        (
            name,
            WHAT[name],
            f"{found['posts']:,}",
            points(found.get("macro_recall")),
            points(found.get("macro_f1_present")),
            points(found["accuracy"]),
            error(found.get("expected_calibration_error")),
            points(found["unscored_share"], 2),
        )
        for name, found in sets.items()
    ]
    unscored = figures["english_unscored"]
    silent = ", ".join(f"{name} {count:,} of {posts:,}" for name, (count, posts) in unscored["sets"].items())
    return [
        "## How right it is\n",
        paragraph(
            "Points of 100, on validation sets, through the code that users run; an unscored post counts as wrong. "
            "The first set of each task was also chosen and calibrated on, so expect a little less on posts it has "
            "never met. F1 is the mean over the classes that occur."
        ),
        table(
            ("set", "posts of it.", "posts", "macro recall", "macro F1", "accuracy", "calibration error", "unscored %"),
            rows,
        ),
        *(_classes(name, sets[name]) for name in ("sentiment/val", "emotion_ekman/val", "offensive/val")),
        paragraph(
            f"Of {unscored['texts']:,} English validation texts {unscored['unscored']:,} "
            f"({100 * unscored['share']:.2f} %) were left unscored, for the language gate took them for foreign: "
            f"{silent}."
        ),
        "## Languages\n",
        paragraph(
            "The model claims English. The gate leaves a post unscored where it is sure of another language; the last "
            "two columns say what the model would make of those posts. Chance is a macro recall of 33.3."
        ),
        table(
            ("language", "posts", "unscored %", "macro recall", "macro F1", "recall, no gate", "F1, no gate"),
            (
                (
                    language,
                    f"{found['posts']:,}",
                    points(found["unscored_share"]),
                    points(found["macro_recall"]),
                    points(found["macro_f1"]),
                    points(found["macro_recall_without_gate"]),
                    points(found["macro_f1_without_gate"]),
                )
                for language, found in figures["languages"].items()
            ),
        ),
    ]


def _classes(name: str, found: Card) -> str:
    errors = found.get("class_calibration_errors", {})
    return table(
        (name, "precision", "recall", "F1", "posts", "predicted", *(["calibration error"] if errors else [])),
        (
            (
                label,
                points(of["precision"]),
                points(of["recall"]),
                points(of["f1"]),
                f"{of['support']:,}",
                f"{of['predicted']:,}",
                *([error(errors[label])] if errors else []),
            )
            for label, of in found["classes"].items()
        ),
    )


def _calibration(card: Card) -> list[str]:
    sets = card["figures"]["sets"]
    told = {
        "Sentiment, confidence of the label that was given (sentiment/val)": sets["sentiment/val"],
        "Emotions, all seven probabilities together (emotion_ekman/val)": sets["emotion_ekman/val"],
        "Toxicity (offensive/val)": sets["offensive/val"],
    }
    parts = ["## Can its probabilities be trusted?\n", bullets(card["about"]["calibration"])]
    for title, found in told.items():
        pooled = found.get("pooled_calibration_error", found["expected_calibration_error"])
        parts += [f"{title}: expected calibration error {error(pooled)}.\n", _bins(found)]
    return parts


def _bins(found: Card) -> str:
    return table(
        ("said", "count", "mean", "so"),
        (
            (
                f"{cell['low']:.2f} to {cell['high']:.2f}",
                f"{cell['count']:,}",
                error(cell["mean"]),
                error(cell["observed"]),
            )
            for cell in found["calibration_bins"]
        ),
    )


def _quantisation(card: Card) -> list[str]:
    """Nothing for a model that was not measured in single precision."""
    if "quantisation" not in card:
        return []
    rows = [
        (QUANTISED[name], f"{single:.2f}", f"{int8:.2f}", f"{int8 - single:+.2f}")
        for name, (single, int8) in card["quantisation"].items()
        if name in QUANTISED
    ]
    return [
        "## What int8 costs\n",
        paragraph(
            "The same weights in single precision and as shipped, on the validation sets, from raw scores (before "
            "calibration), in points of 100."
        ),
        table(("metric", "single precision", "int8", "difference"), rows),
    ]


def _churn(card: Card) -> list[str]:
    flagged = card["figures"]["churn"]["all"]["classes"]
    leaving, rest = flagged["leaving"], flagged["rest"]
    rows = [
        (
            part,
            f"{found['posts']:,}",
            f"{found['leaving']:,}",
            between([found["roc_auc"], *found["roc_auc_interval"]]),
            points(found["average_precision"]),
        )
        for part, found in card["figures"]["churn"].items()
    ]
    return [
        "## Churn risk: what it can and cannot do\n",
        bullets(card["about"]["churn"]),
        paragraph(
            "Leaving or threatening to, against the rest, on the posts of training/churn/validation.csv: area under "
            "ROC with its 95 % interval (bootstrap), average precision. Only airline-random has a stream's "
            "proportions."
        ),
        table(("posts from", "posts", "leaving", "area under ROC", "average precision"), rows),
        paragraph(
            f"At a risk of 0.5 it flags {leaving['hits']:,} of {leaving['support']:,} leaving posts and "
            f"{leaving['predicted'] - leaving['hits']:,} of {rest['support']:,} others, most of which were "
            "picked to be hard; `SENTISTREAM_ANALYSIS_CHURN_THRESHOLD` sets another bound."
        ),
    ]


def _probes(found: Card) -> list[str]:
    kinds = ", ".join(f"{kind} {right} of {asked}" for kind, (right, asked) in found["kinds"].items())
    return [
        "## Known failures\n",
        paragraph(
            f"Sentences written to be hard (training/probes.jsonl): {found['right']} of {found['asked']} answers are "
            f"right. By kind: {kinds}. These are the wrong ones."
        ),
        table(
            ("sentence", "kind.", "asked.", "right.", "said."),
            (
                (_cell(one["text"]), one["kind"], one["asked"], _said(one["right"]), _said(one["said"]))
                for one in found["wrong"]
            ),
        ),
    ]


def _dialect(found: Card) -> list[str]:
    parts = [
        "## Dialect bias\n",
        paragraph(
            "Classifiers of toxicity flag African American English more often than other English, because the people "
            "who label tweets do (Sap et al. 2019; Davidson, Bhattacharya & Weber 2019). Posts with a feature of that "
            "dialect (after Blodgett, Green & O'Connor 2016, Jones 2015, Stewart 2014) are compared with posts that "
            "have none, among posts that people did not find toxic or negative. Shares in percent with 95 % intervals "
            "(Wilson 1927), the difference after Newcombe 1998."
        ),
    ]
    rows = [
        (
            group,
            asked,
            f"{between(of[asked]['with_markers'])}, {of['with_markers']:,} posts",
            f"{between(of[asked]['rest'])}, {of['rest']:,} posts",
            between(of[asked]["difference"]),
        )
        for group, of in found["groups"].items()
        for asked in ASKED
        if asked in of
    ]
    parts.append(table(("posts", "share.", "with features", "without", "difference"), rows))
    pairs = found["pairs"]
    flips = "; ".join(f"{asked} {pairs[asked]['dialect']} and {pairs[asked]['standard']}" for asked in ASKED)
    parts.append(
        paragraph(
            f"The same said twice, {pairs['pairs']} pairs (training/dialect.jsonl): mean toxicity "
            f"{error(pairs['toxicity_dialect'])} in the dialect, {error(pairs['toxicity_standard'])} in standard "
            f"English; {flips}."
        )
    )
    parts.append(
        paragraph(
            f"Beyond chance, posts with features are {_worse(found['groups'])}. The groups differ in more than dialect "
            "(topics, swearing, who was asked to rate), and a list of words finds features, not people: some have long "
            "crossed over. Reclaimed terms of abuse are not on it, so what they add is not shown. Do not "
            "act on toxicity, or on a share of negative posts among people who write so, without a person who knows "
            "the dialect."
        )
    )
    return [*parts, paragraph(f"Features: {found['markers']}.")]


def _worse(groups: Card) -> str:
    """How many of the groups show each difference with an interval above zero."""
    counts = []
    for asked in ASKED:
        compared = [of[asked]["difference"] for of in groups.values() if asked in of]
        counts.append(f"{asked} more often in {sum(low > 0 for _, low, _ in compared)} of {len(compared)} groups")
    return ", ".join(counts)


def _named(found: Card) -> list[str]:
    terms = sorted(found["terms"].items(), key=lambda item: -item[1]["toxicity"])
    return [
        "## Harmless sentences that name a group\n",
        paragraph(
            f"{len(found['templates'])} sentences such as “{found['templates'][0].format(term='…')}” with each term in "
            "them (after Dixon et al. 2018): mean toxicity, which should be low and alike, how many were flagged, mean "
            "sentiment score."
        ),
        table(
            ("term", "toxicity", "flagged", "sentiment score"),
            (
                (
                    term,
                    error(of["toxicity"]),
                    str(of["flagged"]) if of["flagged"] else EMPTY,
                    f"{of['sentiment_score']:+.2f}",
                )
                for term, of in terms
            ),
        ),
    ]


def _again(name: str) -> list[str]:
    return [
        "## Measure it yourself\n",
        "```",
        f"sentistream evaluate FILE --task sentiment --tier {name}   # on your own labelled posts",
        "python -m training card                                 # the figures of this page",
        "make docs                                               # this page",
        "```\n",
        "training/README.md says how to build the model anew, and where the data sets are from.\n",
        "[How to evaluate](../evaluate.md), [all analysers compared](../models.md).\n",
    ]


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _said(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return EMPTY if value is None else str(value)
