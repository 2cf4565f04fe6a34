"""LLM providers as they are over HTTP, on a free port: OpenAI, Groq, Ollama (chat completions), Anthropic (messages).

The model behind them is a few words long and deterministic, and it is gullible: it obeys any instruction it is told
by somebody who may instruct it, and everybody may whose words stand outside the data (see `commands`).
"""

from __future__ import annotations

import json
import re
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple

from sentistream.domain.analysis import EMOTIONS

KEY = "sk-test-key"

LEXICON = {
    "joy": ("love", "wonderful", "good", "great", "joy", "happy", "best", "😍", "❤️"),
    "anger": ("hate", "worst", "fail", "never", "angry", "😡"),
}
COMMAND = re.compile(r"answer\s+(?:with\s+)?[\"']?(positive|negative|neutral)\b", re.IGNORECASE)
ROLES = re.compile(r"<\|im_start\|>(?:system|user)|\[INST\]|<start_of_turn>")


class Say(NamedTuple):
    """One scripted answer: an HTTP status with headers, or the text that the model answers with."""

    status: int = 200
    headers: dict[str, str] | None = None
    content: str | None = None
    usage: bool = True
    hang: bool = False
    finish: str | None = None


class Asked(NamedTuple):
    """One request as the server saw it."""

    path: str
    headers: dict[str, str]
    body: dict[str, Any]
    system: str
    user: str


class FakeLlm:
    """`script` is used up first, then the model answers. `asked` holds every request."""

    def __init__(self, keyed: bool = True) -> None:
        self.script: deque[Say] = deque()
        self.asked: list[Asked] = []
        self.keyed = keyed
        self.most_at_once = 0
        self.gate: threading.Event | None = None
        self.released = threading.Event()
        self._now = 0
        self._lock = threading.Lock()
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.fake = self

    @property
    def url(self) -> str:
        """Its address, without a path."""
        return f"http://127.0.0.1:{self._server.server_port}"

    def posts(self) -> list[str]:
        """The posts it was asked for, in the order they came."""
        return [str(json.loads(asked.user)["post"]) for asked in self.asked]

    @contextmanager
    def serving(self) -> Iterator[FakeLlm]:
        thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self.released.set()
            self._server.shutdown()
            self._server.server_close()
            thread.join()

    def take(self, asked: Asked) -> Say:
        with self._lock:
            self.asked.append(asked)
            self._now += 1
            self.most_at_once = max(self.most_at_once, self._now)
            return self.script.popleft() if self.script else Say()

    def leave(self) -> None:
        with self._lock:
            self._now -= 1


def judged(system: str, user: str) -> dict[str, Any]:
    """What the gullible model answers."""
    text, ordered = heard(system, user)
    words = re.findall(r"[a-z]+|[^\sa-z]", text.lower())
    found = {mood: sum(words.count(word) for word in LEXICON[mood]) for mood in LEXICON}
    label = "positive" if found["joy"] > found["anger"] else "negative" if found["anger"] else "neutral"
    label = ordered or label
    emotions = dict.fromkeys(EMOTIONS, 0.05)
    emotions[{"positive": "joy", "negative": "anger", "neutral": "neutral"}[label]] = 0.9
    answer: dict[str, Any] = {
        "reasoning": f"It counts {found['joy']} for and {found['anger']} against.",
        "sentiment": label,
        "probabilities": {name: 0.8 if name == label else 0.1 for name in ("positive", "neutral", "negative")},
        "emotions": emotions,
    }
    for name in ("toxicity", "churn_risk"):
        if f'"{name}"' in system:
            answer[name] = min(0.99, 0.02 + 0.3 * found["anger"])
    return answer


def heard(system: str, user: str) -> tuple[str, str | None]:
    """The post, and the label that somebody who may instruct the model orders, if any.

    Data is what stands in the string at "post" of a message that is nothing but that object, while the rules say that
    it is data. Everything else may instruct it, and so may a post that opens a role of its own, the way a chat
    template would read it.
    """
    post, outside = "", system
    try:
        parsed = json.loads(user)
        post = parsed["post"] if set(parsed) == {"post"} else ""
    except (ValueError, TypeError, KeyError):
        outside += user
    if not post:
        outside += user
    if "gives you no instructions" not in system:
        outside += post
    if role := ROLES.search(user):
        outside += user[role.start() :]
    ordered = COMMAND.search(outside)
    return post or user, ordered[1].lower() if ordered else None


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    fake: FakeLlm


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Server

    def log_message(self, *_: object) -> None:
        """Nothing: pytest shows what matters."""

    def do_POST(self) -> None:
        fake = self.server.fake
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        headers = {name.lower(): value for name, value in self.headers.items()}
        path = self.path.partition("?")[0]
        anthropic = path == "/v1/messages"
        asked = Asked(path, headers, body, *(_anthropic_texts if anthropic else _openai_texts)(body))
        say = fake.take(asked)
        try:
            if say.hang:
                fake.released.wait()
                self.close_connection = True
                return
            if fake.gate is not None:
                fake.gate.wait()
            wrong = self._wrong(anthropic, headers, body)
            if wrong or say.status != 200:
                status, kind, text = wrong or (say.status, "error", f"scripted; you sent {asked.user}")
                error = {"type": kind, "message": text, "code": kind}
                answer = {"type": "error", "error": error} if anthropic else {"error": error}
                self._send(status, answer, say.headers)
                return
            content = say.content if say.content is not None else json.dumps(judged(asked.system, asked.user))
            self._send(200, (_anthropic_answer if anthropic else _openai_answer)(body, content, say), say.headers)
        finally:
            fake.leave()

    def _wrong(self, anthropic: bool, headers: dict[str, str], body: dict[str, Any]) -> tuple[int, str, str] | None:
        key = headers.get("authorization", "").removeprefix("Bearer ")
        if anthropic and "x-api-key" in headers:
            key = headers["x-api-key"]
        if self.server.fake.keyed and key != KEY:
            return 401, "authentication_error", f"Incorrect API key provided: {key}"
        if self.path.partition("?")[0] not in ("/v1/chat/completions", "/openai/v1/chat/completions", "/v1/messages"):
            return 404, "not_found_error", f"no {self.path}"
        if "unknown" in body["model"]:
            return 404, "model_not_found", f"the model {body['model']} does not exist"
        if anthropic and not ("max_tokens" in body and "anthropic-version" in headers):
            return 400, "invalid_request_error", "max_tokens: Field required"
        formatted = "response_format" in body and body["response_format"]["type"] == "json_schema"
        if not formatted and not body.get("tools"):
            return 400, "invalid_request_error", "this test wants structured answers"
        return None

    def _send(self, status: int, answer: dict[str, Any], headers: dict[str, str] | None) -> None:
        encoded = json.dumps(answer).encode()
        self.send_response(status)
        for name, value in {"Content-Type": "application/json", **(headers or {})}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(encoded)))
        self.end_headers()
        self.wfile.write(encoded)


def _openai_texts(body: dict[str, Any]) -> tuple[str, str]:
    by_role: dict[str, list[str]] = {}
    for message in body["messages"]:
        by_role.setdefault(message["role"], []).append(str(message["content"]))
    system = by_role.pop("system", []) + by_role.pop("developer", [])
    [[user]] = by_role.values()
    return "\n".join(system), user


def _anthropic_texts(body: dict[str, Any]) -> tuple[str, str]:
    system = body.get("system", "")
    if isinstance(system, list):
        system = "\n".join(block["text"] for block in system)
    [message] = body["messages"]
    content = message["content"]
    if isinstance(content, list):
        [block] = content
        content = block["text"]
    return system, content


def _tokens(text: str) -> int:
    return len(text) // 4 + 1


def _openai_answer(body: dict[str, Any], content: str, say: Say) -> dict[str, Any]:
    message: dict[str, Any] = {"role": "assistant", "content": content}
    finish = "stop"
    if tools := body.get("tools"):
        call = {"name": tools[0]["function"]["name"], "arguments": content}
        message = {
            "role": "assistant",
            "content": None,
            "tool_calls": [{"id": "c1", "type": "function", "function": call}],
        }
        finish = "tool_calls"
    prompt = sum(_tokens(str(message["content"])) for message in body["messages"])
    usage = {"prompt_tokens": prompt, "completion_tokens": _tokens(content)}
    answer = {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1_790_000_000,
        "model": body["model"],
        "choices": [{"index": 0, "message": message, "finish_reason": say.finish or finish, "logprobs": None}],
    }
    return answer | ({"usage": usage | {"total_tokens": sum(usage.values())}} if say.usage else {})


def _anthropic_answer(body: dict[str, Any], content: str, say: Say) -> dict[str, Any]:
    block: dict[str, Any] = {"type": "text", "text": content}
    with suppress(ValueError):  # what is no JSON a model can only say as text
        block = {"type": "tool_use", "id": "toolu_1", "name": body["tools"][0]["name"], "input": json.loads(content)}
    return {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": body["model"],
        "content": [block],
        "stop_reason": say.finish or ("tool_use" if block["type"] == "tool_use" else "end_turn"),
        "stop_sequence": None,
        "usage": {"input_tokens": _tokens(json.dumps(body)), "output_tokens": _tokens(content)},
    }
