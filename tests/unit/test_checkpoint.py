"""Checkpoints: found or refused with what to do, versioned by what they hold, cut to what they can read."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

import pytest

from sentistream.analysis.checkpoint import Checkpoint, libraries
from sentistream.domain.errors import MissingExtra, SettingsError
from tiny_checkpoints import COMMIT, downloaded, make, needed

CARDIFF = ["negative", "neutral", "positive"]


@pytest.fixture(autouse=True)
def _extra(monkeypatch: pytest.MonkeyPatch) -> None:
    needed(monkeypatch)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return make(tmp_path / "tiny", CARDIFF)


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache of the hub."""
    path = tmp_path / "hub"
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(path))
    return path


def loaded(name: str | Path) -> Checkpoint:
    checkpoint = Checkpoint(str(name), libraries())
    checkpoint.load("cpu")
    return checkpoint


@pytest.mark.parametrize("module", ["torch", "transformers", "huggingface_hub"])
def test_a_missing_extra_says_what_to_install(module: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(MissingExtra, match=rf'needs {module}: pip install "sentistream\[transformers\]"'):
        libraries()


def test_a_folder_describes_itself(folder: Path) -> None:
    checkpoint = Checkpoint(str(folder), libraries())
    assert (checkpoint.name, checkpoint.labels, checkpoint.sigmoid) == ("tiny", CARDIFF, False)
    assert checkpoint.languages is None


def test_a_name_is_read_from_the_cache_and_its_commit_is_the_version(folder: Path, cache: Path) -> None:
    snapshot = downloaded(folder, cache, "acme/tiny")
    for name in ("acme/tiny", "acme/tiny@main", f"acme/tiny@{COMMIT}", str(snapshot)):
        checkpoint = loaded(name)
        assert (checkpoint.name, checkpoint.version) == ("acme/tiny", COMMIT[:12])
    assert checkpoint.logits(checkpoint.encode(["so good"])) == loaded(folder).logits(checkpoint.encode(["so good"]))


def test_a_pinned_revision_is_kept(folder: Path, tmp_path: Path, cache: Path) -> None:
    older = make(tmp_path / "older", CARDIFF, seed=1)
    downloaded(older, cache, "acme/tiny", "f" * 40)
    downloaded(folder, cache, "acme/tiny")
    assert loaded("acme/tiny").version == COMMIT[:12]
    pinned = loaded(f"acme/tiny@{'f' * 40}")
    assert pinned.version == "f" * 12
    assert pinned.logits(pinned.encode(["so good"])) == loaded(older).logits(pinned.encode(["so good"]))


def test_the_version_of_a_folder_is_what_it_holds(folder: Path, tmp_path: Path) -> None:
    def version(path: Path) -> str:
        return Checkpoint(str(path), libraries()).version

    first = version(folder)
    assert len(first) == 12
    copy = Path(shutil.copytree(folder, tmp_path / "copy"))
    (copy / "README.md").write_text("What it was trained on.")
    (copy / "trainer_state.json").write_text("{}")
    (copy / "pytorch_model.bin").write_bytes(b"the same weights in another form")
    assert version(copy) == first
    config = json.loads((copy / "config.json").read_text())
    (copy / "config.json").write_text(json.dumps(config | {"id2label": {"0": "neg", "1": "neu", "2": "pos"}}))
    assert version(copy) != first
    assert version(make(tmp_path / "retrained", CARDIFF, seed=1)) != first


@pytest.mark.parametrize(
    ("metadata", "languages"),
    [
        ("language: en", {"en"}),
        ("language:\n- en\n- pt-BR\n- no\nlicense: mit", {"en", "pt", "no"}),
        ("license: mit\nlanguage: [nl, 'de']  # and more to come", {"nl", "de"}),
        ("language:\n- multilingual\n- en", None),
        ("language: eng", None),
        ("license: mit", None),
        ("language:", None),
    ],
)
def test_languages_are_those_of_the_card(folder: Path, metadata: str, languages: set[str] | None) -> None:
    (folder / "README.md").write_text(f"---\ntags:\n- sentiment\n{metadata}\n---\n# Tiny\nlanguage: fr\n")
    assert Checkpoint(str(folder), libraries()).languages == languages


def test_a_card_in_the_cache_counts_too(folder: Path, cache: Path) -> None:
    (folder / "README.md").write_text("---\nlanguage: en\n---\n")
    downloaded(folder, cache, "acme/tiny")
    assert Checkpoint("acme/tiny", libraries()).languages == {"en"}


@pytest.mark.usefixtures("cache")
def test_a_checkpoint_that_cannot_be_had(tmp_path: Path) -> None:
    modules = libraries()
    with pytest.raises(SettingsError, match="acme/none is neither a folder nor in the cache, and HF_HUB_OFFLINE") as e:
        Checkpoint("acme/none", modules)
    assert "hf download acme/none" in e.value.message
    for path in (str(tmp_path / "none"), "./none", "~/none/of/these"):
        with pytest.raises(SettingsError, match=f"there is no folder {path}"):
            Checkpoint(path, modules)
    with pytest.raises(SettingsError, match=r"holds no config\.json"):
        Checkpoint(str(tmp_path), modules)
    with pytest.raises(SettingsError, match=r"no name! cannot be loaded: .*alphanumeric"):
        Checkpoint("no name!", modules)


@pytest.mark.parametrize(
    ("file", "content", "says"),
    [
        ("config.json", b"{", "not a valid JSON"),
        ("config.json", b"{}", "model_type"),
        ("model.safetensors", b"not weights", "tiny cannot be loaded: .+"),
        ("model.safetensors", None, "no file named model"),
        ("tokenizer.json", None, "tiny has no tokenizer|tiny cannot be loaded"),
    ],
)
def test_a_broken_checkpoint(folder: Path, file: str, content: bytes | None, says: str) -> None:
    if content is None:
        (folder / file).unlink()
    else:
        (folder / file).write_bytes(content)
    with pytest.raises(SettingsError, match=says):
        loaded(folder)


def test_a_model_that_was_never_trained_to_classify_is_refused(folder: Path) -> None:
    transformers = libraries().transformers
    encoder = transformers.AutoModel.from_pretrained(folder)
    encoder.config.id2label = {0: "negative", 1: "positive"}
    encoder.save_pretrained(folder)
    with pytest.raises(SettingsError, match=r"tiny cannot classify texts: its weights lack classifier\."):
        loaded(folder)


def test_code_of_a_checkpoint_is_never_run(folder: Path) -> None:
    config = json.loads((folder / "config.json").read_text())
    own = {"model_type": "own", "auto_map": {"AutoConfig": "own.Config"}}
    (folder / "config.json").write_text(json.dumps(config | own))
    (folder / "own.py").write_text(f"open({str(folder / 'ran')!r}, 'w')\nclass Config: pass\n")
    with pytest.raises(SettingsError, match="contains custom code"):
        loaded(folder)
    assert not (folder / "ran").exists()


@pytest.mark.parametrize(
    ("kind", "max_length", "tokens"),
    [("roberta", None, 64), ("roberta", 66, 64), ("bert", None, 64), ("distilbert", 20, 20), ("gpt2", None, 64)],
)
def test_texts_are_cut_to_what_the_model_can_read(
    tmp_path: Path, kind: str, max_length: int | None, tokens: int
) -> None:
    checkpoint = loaded(make(tmp_path / kind, CARDIFF, kind=kind, max_length=max_length))
    (encoding,) = checkpoint.encode(["good " * 10_000])
    assert encoding is not None
    assert len(encoding["input_ids"]) == tokens
    assert len(checkpoint.logits([encoding])[0]) == 3


@pytest.mark.parametrize("text", ["", " ", "zzz qqq", "\u200b", "\ud800"])
def test_a_text_without_a_known_token_has_no_encoding(folder: Path, text: str) -> None:
    assert loaded(folder).encode([text, "good"])[0] is None


def test_weights_are_read_as_32_bit_numbers(tmp_path: Path) -> None:
    half = loaded(make(tmp_path / "half", CARDIFF, dtype="float16", logits=[0.1, 0.2, 0.3]))
    assert {str(weights.dtype) for weights in half._model.parameters()} == {"torch.float32"}
    assert half.logits(half.encode(["good"]))[0] == pytest.approx([0.1, 0.2, 0.3], abs=1e-3)


def test_special_tokens_written_in_a_text_are_only_text(folder: Path) -> None:
    for written in ("<s>", "<pad>", "</s>", "<unk>"):
        found, plain = loaded(folder).encode([f"{written} good", "# good"])
        assert found is not None
        assert plain is not None
        # `<`, the word and `>` are three tokens, of which this vocabulary knows none.
        assert found["input_ids"].count(3) >= 3
        assert found["input_ids"][-2:] == plain["input_ids"][-2:]
