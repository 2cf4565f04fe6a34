"""One Hugging Face checkpoint for text classification: found, described, loaded, run.

A name is a folder or a repository of the Hugging Face Hub, downloaded once and then read from its cache; with
HF_HUB_OFFLINE=1 only from there. `NAME@REVISION` pins a branch, tag or commit. No code of a checkpoint is ever run.
"""

from __future__ import annotations

import hashlib
import inspect
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from sentistream.domain.errors import MissingExtra, SentiStreamError, SettingsError

LONGEST = 512
"""Tokens read at most, whatever the model could: attention's cost grows with the square, and posts are short."""

READ_AT_MOST = 10_000
"""Characters given to the tokenizer, so that one huge text does not hold up its neighbours."""

FILES = (
    "config.json",
    "model*.safetensors",
    "pytorch_model*.bin",
    "tokenizer*",
    "vocab*",
    "merges.txt",
    "bpe.codes",
    "*.model",
    "special_tokens_map.json",
    "added_tokens.json",
)
"""What decides how a checkpoint in a folder reads, and so its version."""

Encoding = dict[str, list[int]]
"""A text as one model takes it: token ids and what goes with them."""

_CACHED = re.compile(r"/models--([^/]+)/snapshots/([0-9a-f]{40})$")
_CARD = re.compile(r"\A\ufeff?---[ \t]*\r?\n(.*?)\n---", re.DOTALL)
_LANGUAGE = re.compile(r"^languages?:[ \t]*(.*(?:\r?\n[ \t]*-[ \t].*)*)", re.MULTILINE)
_CODE = re.compile(r"[a-z][a-z0-9-]*", re.IGNORECASE)


class Libraries(NamedTuple):
    """The modules of the extra."""

    torch: Any
    transformers: Any
    hub: Any


def libraries() -> Libraries:
    """Imported when asked for: it takes seconds. Raises MissingExtra where they are not installed."""
    try:
        import huggingface_hub
        import huggingface_hub.errors
        import torch
        import transformers
    except ModuleNotFoundError as error:
        raise MissingExtra(
            f'the transformers analyser needs {error.name}: pip install "sentistream[transformers]"',
            extra="transformers",
        ) from None
    return Libraries(torch, transformers, huggingface_hub)


class Checkpoint:
    """Describes itself at once, from its small files; `load` brings the weights.

    name: for people; of a folder its last part. version: the first 12 digits of the commit, or of a hash of the
    folder's files. labels: as the checkpoint calls them, in the order of its logits. sigmoid: whether each is
    judged by itself. languages: ISO 639-1 codes from its card, None where the card names none or `multilingual`.

    Raises SettingsError where it cannot be had or is no text classifier.
    """

    def __init__(self, name: str, modules: Libraries) -> None:
        self._modules = modules
        self._place = _find(name, modules)
        self.name = self._place.name
        self.version = self._place.version
        self.languages = _languages(self._place.card)
        with _explained(self.name):
            self._config = modules.transformers.AutoConfig.from_pretrained(**self._place.arguments)
        labels: dict[int, str] = self._config.id2label or {}
        self.labels = [str(labels[i]) for i in sorted(labels)]
        self.sigmoid = self._config.problem_type == "multi_label_classification"
        self._device: Any = None
        self._model: Any = None
        self._tokenizer: Any = None
        self._inputs: frozenset[str] = frozenset()
        self._empty: frozenset[int] = frozenset()
        self._longest = LONGEST
        self.single = False
        """Whether it must read texts one by one, for it knows no padding; known once loaded."""

    def load(self, device: Any) -> None:
        """Bring tokenizer and weights, as 32-bit numbers whatever the file holds, so that every machine reads alike."""
        torch, transformers, _ = self._modules
        arguments = self._place.arguments
        with _explained(self.name), _quiet(transformers):
            tokenizer = transformers.AutoTokenizer.from_pretrained(**arguments)
            model, report = transformers.AutoModelForSequenceClassification.from_pretrained(
                **arguments, config=self._config, dtype=torch.float32, output_loading_info=True
            )
        if len(tokenizer) <= len(tokenizer.all_special_ids):
            # Where the files of the tokenizer are missing the library makes one that knows no word.
            raise SettingsError(
                f"{self.name} has no tokenizer: a checkpoint needs its tokenizer files beside its weights"
            )
        if missing := sorted(report["missing_keys"]):
            # The library makes up what it does not find; numbers made up would look like readings.
            raise SettingsError(
                f"{self.name} cannot classify texts: its weights lack {', '.join(missing[:3])}. "
                "Name a checkpoint that was trained for sentiment or emotion, not the model it began from"
            )
        if model.config.pad_token_id is None:
            model.config.pad_token_id = tokenizer.pad_token_id
        self.single = tokenizer.pad_token_id is None
        self._longest = _longest(torch, model, tokenizer)
        self._inputs = frozenset(inspect.signature(model.forward).parameters)
        self._empty = frozenset(tokenizer.all_special_ids)
        self._device, self._tokenizer, self._model = device, tokenizer, model.to(device).eval()

    def encode(self, texts: Sequence[str]) -> list[Encoding | None]:
        """Cut to what the model can read; None for a text without a single token that the model knows."""
        # Some tokenizers refuse what UTF-8 cannot hold; and who writes </s> in a post must not end it for the model.
        cut = [text[:READ_AT_MOST].encode("utf-8", "ignore").decode() for text in texts]
        found = self._tokenizer(
            cut, truncation=True, max_length=self._longest, return_attention_mask=False, split_special_tokens=True
        )
        encodings = [{key: found[key][i] for key in found if key in self._inputs} for i in range(len(texts))]
        return [None if self._empty.issuperset(encoding["input_ids"]) else encoding for encoding in encodings]

    def logits(self, encodings: Sequence[Encoding]) -> list[list[float]]:
        """One row per encoding, in the order of `labels`; padding is masked, so neighbours do not show."""
        with self._modules.torch.inference_mode():
            if self.single:
                inputs = {key: self._modules.torch.tensor([ids]) for key, ids in encodings[0].items()}
            else:
                inputs = self._tokenizer.pad(list(encodings), return_attention_mask=True, return_tensors="pt")
            logits = self._model(**{key: values.to(self._device) for key, values in inputs.items()}).logits
            rows: list[list[float]] = logits.float().cpu().tolist()
        return rows


class _Place(NamedTuple):
    """Where a checkpoint is, and what the library's loaders take for it."""

    name: str
    version: str
    card: str
    arguments: dict[str, Any]


def _find(name: str, modules: Libraries) -> _Place:
    folder = Path(name).expanduser() if name.startswith("~/") else Path(name)
    if folder.is_dir():
        return _in_folder(folder)
    if name.startswith((".", "/", "~")) or name.count("/") > 1 or "\\" in name:
        raise SettingsError(f"there is no folder {name}: name one that holds a checkpoint, or a name of huggingface.co")
    return _in_hub(name, modules.hub)


def _in_folder(folder: Path) -> _Place:
    if not (folder / "config.json").is_file():
        raise SettingsError(f"the folder {folder} holds no config.json: it is not a checkpoint of transformers")
    card = folder / "README.md"
    arguments = {"pretrained_model_name_or_path": str(folder), "local_files_only": True, "trust_remote_code": False}
    text = card.read_text(encoding="utf-8", errors="replace") if card.is_file() else ""
    if kept := _CACHED.search(folder.resolve().as_posix()):
        return _Place(kept[1].replace("--", "/", 1), kept[2][:12], text, arguments)
    return _Place(folder.resolve().name, _fingerprint(folder), text, arguments)


def _fingerprint(folder: Path) -> str:
    """The first 12 digits of a hash of the FILES: about a second for a gigabyte, and no retraining goes unnoticed."""
    digest = hashlib.blake2b()
    found = {path for pattern in FILES for path in folder.glob(pattern) if path.is_file()}
    if any(path.suffix == ".safetensors" for path in found):
        # The library reads these where there are both.
        found = {path for path in found if path.suffix != ".bin"}
    for path in sorted(found):
        with path.open("rb") as file:
            digest.update(path.name.encode() + b"\0" + hashlib.file_digest(file, "blake2b").digest())
    return digest.hexdigest()[:12]


def _in_hub(reference: str, hub: Any) -> _Place:
    name, _, revision = reference.partition("@")
    with _explained(name):
        try:
            config = Path(hub.hf_hub_download(name, "config.json", revision=revision or None))
        except hub.errors.GatedRepoError as error:
            hint = "accept its terms on its page on huggingface.co, then run `hf auth login` here"
            raise SettingsError(f"{name} is only for those who were given access: {hint}") from error
        except hub.errors.RepositoryNotFoundError as error:
            hint = "check the name; for a private one run `hf auth login`"
            raise SettingsError(f"there is no {name} on huggingface.co, nor a folder of that name: {hint}") from error
        except hub.errors.RevisionNotFoundError as error:
            raise SettingsError(f"{name} has no revision {revision}: name a branch, tag or commit of it") from error
        except hub.errors.RemoteEntryNotFoundError as error:
            raise SettingsError(f"{name} holds no config.json: it is not a checkpoint of transformers") from error
        except hub.errors.LocalEntryNotFoundError as error:
            offline = hub.constants.HF_HUB_OFFLINE
            why = "HF_HUB_OFFLINE forbids to download it" if offline else "huggingface.co cannot be reached"
            hint = f"run `hf download {name}` where it can be reached and keep its cache, or name a folder"
            raise SettingsError(f"{reference} is neither a folder nor in the cache, and {why}: {hint}") from error
        # …/snapshots/COMMIT/config.json. Everything else is taken from the same commit.
        commit = config.parent.name
        try:
            card = Path(hub.hf_hub_download(name, "README.md", revision=commit)).read_text("utf-8", "replace")
        except hub.errors.EntryNotFoundError:
            card = ""
    arguments = {"pretrained_model_name_or_path": name, "revision": commit, "trust_remote_code": False}
    return _Place(name, commit[:12], card, arguments)


@contextmanager
def _explained(name: str) -> Iterator[None]:
    """Whatever the libraries raise, as a SettingsError that names the checkpoint and keeps their first line."""
    try:
        yield
    except SentiStreamError:
        raise
    except Exception as error:
        reason = str(error).strip().partition("\n")[0] or type(error).__name__
        raise SettingsError(f"the checkpoint {name} cannot be loaded: {reason}") from error


@contextmanager
def _quiet(transformers: Any) -> Iterator[None]:
    """Without the library's report of unused and missing weights: the first is usual, the second is raised."""
    logging = transformers.utils.logging
    verbosity = logging.get_verbosity()
    logging.set_verbosity_error()
    try:
        yield
    finally:
        logging.set_verbosity(verbosity)


def _languages(card: str) -> frozenset[str] | None:
    """Of the card's metadata. Anything but two-letter codes claims too much or cannot be told, so that is None."""
    metadata = _CARD.search(card)
    listed = _LANGUAGE.search(metadata[1]) if metadata else None
    if listed is None:
        return None
    codes = {
        code.lower().partition("-")[0] for line in listed[1].splitlines() for code in _CODE.findall(line.split("#")[0])
    }
    return frozenset(codes) if codes and all(len(code) == 2 for code in codes) else None


def _longest(torch: Any, model: Any, tokenizer: Any) -> int:
    """Tokens the model has positions for. Not every tokenizer knows, and RoBERTa begins to count behind its padding."""
    bounds = [LONGEST, int(tokenizer.model_max_length)]
    positions = getattr(model.config, "max_position_embeddings", None)
    if isinstance(positions, int) and positions > 0:
        bounds.append(positions)
    for name, module in model.named_modules():
        if name.endswith("position_embeddings") and isinstance(module, torch.nn.Embedding):
            bounds.append(module.num_embeddings - (-1 if module.padding_idx is None else module.padding_idx) - 1)
    return min(bounds)
