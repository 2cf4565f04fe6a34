"""Every number the process reports to Prometheus, on a registry of its own.

The instance is passed around; nothing is global, so that two services in one process (or test)
never mix their counts. Names follow Prometheus' conventions: base units, `_total` on counters.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.gc_collector import GCCollector
from prometheus_client.platform_collector import PlatformCollector
from prometheus_client.process_collector import ProcessCollector

REQUEST_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
STAGE_BUCKETS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
DELAY_BUCKETS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0, 1800.0)
BATCH_BUCKETS = (1, 2, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000)


class Description(msgspec.Struct, frozen=True):
    """One metric as docs/operations.md lists it; `advice` says what to do when it looks bad."""

    name: str
    kind: str
    labels: tuple[str, ...]
    help: str
    advice: str


class Metrics:
    """All metrics of one process.

    `route` is the route's template (`/api/v1/posts/{id}`), never the path asked for, and no label
    ever holds text from a post: the number of series stays bounded.
    """

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._descriptions: list[Description] = []
        ProcessCollector(registry=self.registry)
        PlatformCollector(registry=self.registry)
        GCCollector(registry=self.registry)
        self._requests()
        self._pipeline()
        self._analysis()
        self._storage()
        self._live()

    def render(self) -> tuple[bytes, str]:
        """The body of GET /metrics and its content type."""
        return generate_latest(self.registry), CONTENT_TYPE_PLAIN_0_0_4

    def descriptions(self) -> list[Description]:
        """Every metric of ours, in the order of docs/operations.md."""
        return list(self._descriptions)

    def _requests(self) -> None:
        self.requests = self._counter(
            "requests",
            "HTTP requests answered.",
            "Compare the share of status 5xx with `sentistream_errors_total`, which names the cause.",
            ("method", "route", "status"),
        )
        self.request_seconds = self._histogram(
            "request_seconds",
            "Time to answer an HTTP request, in seconds.",
            "Slow on one route: look for a wide range or an uncached filter. Slow on all: the processor or"
            " the disk is busy, see `sentistream_stage_seconds`.",
            REQUEST_BUCKETS,
            ("method", "route"),
        )
        self.errors = self._counter(
            "errors",
            "Errors answered over HTTP or WebSocket, by their stable code.",
            "`OVERLOADED`, `DISK_FULL`, `STORAGE_UNAVAILABLE`: the caller will retry, but find out why."
            " `INTERNAL_ERROR` is a bug: the log line of the same moment holds the traceback.",
            ("code",),
        )
        self.cache_hits = self._counter(
            "cache_hits",
            "Answers that need not be computed, by where they were: redis, memory, or underway for somebody else.",
            "None at all while people look: the cache is off.",
            ("place",),
        )
        self.cache_misses = self._counter(
            "cache_misses",
            "Answers that were looked for in the cache and had to be computed, by where they were looked for.",
            "Rising with every edit or deletion is normal: those move the epoch. Otherwise raise"
            " `SENTISTREAM_API_CACHE_SECONDS`.",
            ("place",),
        )
        self.cache_failures = self._counter(
            "cache_failures",
            "Questions that the shared cache did not answer in time (failed), or that it was spared (skipped).",
            "Answers are slower, never wrong: each process keeps them for itself meanwhile. Look at that Redis; raise"
            " `SENTISTREAM_CACHE_TIMEOUT_SECONDS` if it is merely far away.",
            ("place", "outcome"),
        )

    def _pipeline(self) -> None:
        self.source_published = self._counter(
            "source_published",
            "Entries a source has published to the stream.",
            "Flat while the platform is busy: GET /api/v1/sources says whether the source waits or has failed.",
            ("connector",),
        )
        self.received = self._counter(
            "received",
            "Entries this process took from the stream, redeliveries included.",
            "Grows faster than `sentistream_outcomes_total`: batches are delivered again, so a worker dies"
            " or loses its lease. Look for `lease lost` in the logs.",
            ("connector",),
        )
        self.outcomes = self._counter(
            "outcomes",
            "Entries settled, by outcome.",
            "Many `dead_lettered`: GET /api/v1/ledger/dead-letters gives the reasons. Many `duplicate`: a source"
            " is being read twice, which harms nothing but speed.",
            ("outcome",),
        )
        self.dead_letters_not_copied = self._counter(
            "dead_letters_not_copied",
            "Dead letters that could not be copied to the stream of dead letters in Redis.",
            "Nothing is lost: the store has them. The log lines `dead_letters_not_copied` name the cause.",
            (),
        )
        self.lag_entries = self._gauge(
            "lag_entries",
            "Entries in the stream that no worker has acknowledged.",
            "Growing: posts arrive faster than they are stored. Raise `SENTISTREAM_ANALYSIS_BATCH_SIZE`, slow the"
            " sources, or look at `sentistream_stage_seconds` for the slow stage. Past"
            " `SENTISTREAM_STREAM_MAX_LENGTH` publishers wait and HTTP answers 503.",
        )
        self.lag_seconds = self._gauge(
            "lag_seconds",
            "Age of the oldest unacknowledged entry, in seconds.",
            "Growing while `sentistream_lag_entries` is small: one batch is stuck; it is delivered again once its"
            " lease ends.",
        )
        self.batch_size = self._histogram(
            "batch_size",
            "Entries in a batch that was settled.",
            "Always at the maximum: the pipeline is saturated, see `sentistream_lag_entries`.",
            BATCH_BUCKETS,
        )
        self.stage_seconds = self._histogram(
            "stage_seconds",
            "Time a batch spends in one stage (analyse, write, publish), in seconds.",
            "`analyse` slow: the processor is busy or the model hangs. `write` slow: the disk, or another process"
            " holds the database. `publish` slow: the event loop is busy.",
            STAGE_BUCKETS,
            ("stage",),
        )
        self.end_to_end_seconds = self._histogram(
            "end_to_end_seconds",
            "Time from an entry's publication in the stream to its commit in the store, in seconds.",
            "The sum of waiting and work: high with a low `sentistream_stage_seconds` means waiting, so lag.",
            DELAY_BUCKETS,
        )
        self.lease_held = self._gauge(
            "lease_held",
            "1 while this process does what only one may do: bring in a source, watch, expire posts.",
            "The sum over all processes is 1 for each lease: 0 for more than some seconds means that nobody does it.",
            ("lease",),
        )
        self.posts_expired = self._counter(
            "posts_expired",
            "Posts that retention has deleted.",
            "Growing all day: more posts get too old than can be deleted on the side; the log lines `posts_expiring`"
            " tell how fast.",
            (),
        )
        self.alerts_open = self._gauge(
            "alerts_open",
            "Alert episodes that have not ended.",
            "Not a fault of the system: people are unhappy. GET /api/v1/alerts?active=true says about what.",
            ("alert_type",),
        )

    def _analysis(self) -> None:
        self.analysis_failures = self._counter(
            "analysis_failures",
            "Texts left unscored because the model failed (error, timeout, breaker; of an LLM also budget, malformed,"
            " rejected, busy, down).",
            "`breaker`: the model failed several times in a row and is left alone for a minute. The log lines"
            " `analysis failed` and `posts not read` name the cause. These posts are counted as unscored, never as"
            " neutral.",
            ("model", "reason"),
        )
        self.readings = self._counter(
            "readings",
            "Texts read, by the model that read them and its tier; `none` where no model could.",
            "More `fast` than `full`: posts come faster than the full model reads. They are read again, see"
            " `sentistream_refine_backlog`.",
            ("model", "tier"),
        )
        self.reading_quickly = self._gauge(
            "reading_quickly",
            "1 while new posts are read by the fast model, because the full one could not be on time.",
            "1 for hours: more processors, or another machine with `sentistream refine`.",
        )
        self.best_speed = self._gauge(
            "best_model_texts_per_second",
            "Texts a second that the best model reads here, measured as it works.",
            "Falling: other programs take the processors, or the texts have become longer.",
        )
        self.breaker_open = self._gauge(
            "analysis_breaker_open",
            "1 while a model that failed five times in a row is left alone.",
            "The log lines `analysis failed` name the cause. Posts are read by the next model meanwhile.",
            ("model",),
        )
        self.analysis_fallbacks = self._counter(
            "analysis_fallbacks",
            "Texts that one model could not read and the next one did.",
            "See `sentistream_analysis_failures_total` for why the first could not; a language it does not claim is"
            " no failure.",
            ("model", "by"),
        )
        self.refined = self._counter(
            "refined",
            "Posts taken from the queue of those read quickly, by what became of them: refined (read again), dropped"
            " (they had changed, or no better reading was found), kept (the better model is down), given_up.",
            "`given_up`: reading these ended the process three times; they keep the reading they have. `kept`: see"
            " `sentistream_analysis_breaker_open`.",
            ("outcome",),
        )
        self.refine_backlog = self._gauge(
            "refine_backlog",
            "Posts that were read quickly and wait to be read again.",
            "Growing is right during a spike. If it does not shrink after one: `sentistream_lag_seconds` says whether"
            " there is time, and `sentistream refine` on another machine helps.",
        )
        self.llm_requests = self._counter(
            "llm_requests",
            "Requests to an LLM, retries included, by outcome (answered, malformed, rejected, busy, timeout, down,"
            " cancelled).",
            "Many `busy`: the provider limits you, lower `SENTISTREAM_LLM_CONCURRENCY`. Many `malformed`: the model is"
            " too small for the task. `down`: the log line `posts not read` says what the provider does not take.",
            ("model", "outcome"),
        )
        self.llm_request_seconds = self._histogram(
            "llm_request_seconds",
            "Time until an LLM's answer or its failure, in seconds.",
            "Near `SENTISTREAM_LLM_TIMEOUT_SECONDS`: the server is overloaded, or the model too large for it.",
            DELAY_BUCKETS,
            ("model",),
        )
        self.llm_tokens = self._counter(
            "llm_tokens",
            "Tokens sent to an LLM (input) and answered by it (output), as the provider counts them.",
            "More than expected: posts are longer, or answers are repeated, see `sentistream_llm_requests_total`.",
            ("model", "direction"),
        )
        self.llm_cost = self._counter(
            "llm_cost_dollars",
            "What those tokens cost, in dollars, at the known prices; a model without a known price adds nothing.",
            "Near `SENTISTREAM_LLM_DAILY_BUDGET` in a day: further posts stay unscored until midnight UTC.",
            ("model",),
        )

    def _storage(self) -> None:
        self.pool_in_use = self._gauge(
            "database_pool_in_use",
            "Database connections answering a query now.",
            "Always at `sentistream_database_pool_size`: queries wait; raise `SENTISTREAM_DATABASE_READERS`.",
        )
        self.pool_size = self._gauge(
            "database_pool_size",
            "Database connections there are for queries.",
            "Follows `SENTISTREAM_DATABASE_READERS`; nothing to do.",
        )

    def _live(self) -> None:
        self.live_clients = self._gauge(
            "live_clients",
            "WebSocket clients connected now.",
            "At `SENTISTREAM_LIVE_MAX_CLIENTS` newcomers are turned away: raise it if the machine has room.",
        )
        self.frames_sent = self._counter(
            "frames_sent",
            "Frames handed to WebSocket clients.",
            "Flat with clients and posts: look for errors of the live feed in the logs.",
            (),
        )
        self.frames_dropped = self._counter(
            "frames_dropped",
            "Frames merged into a later one or thrown away because a client was slow.",
            "A few are harmless. Many on a fast network: the clients' machines cannot draw that fast.",
            (),
        )
        self.slow_disconnects = self._counter(
            "slow_disconnects",
            "WebSocket clients disconnected because they stopped reading.",
            "They come back by position and miss nothing. Many: raise `SENTISTREAM_LIVE_QUEUE_FRAMES` or"
            " `SENTISTREAM_LIVE_SLOW_SECONDS`.",
            (),
        )

    def _counter(self, name: str, help: str, advice: str, labels: Sequence[str]) -> Counter:
        full = self._describe(f"{name}_total", "counter", labels, help, advice)
        return Counter(full, help, labels, registry=self.registry)

    def _gauge(self, name: str, help: str, advice: str, labels: Sequence[str] = ()) -> Gauge:
        return Gauge(self._describe(name, "gauge", labels, help, advice), help, labels, registry=self.registry)

    def _histogram(
        self, name: str, help: str, advice: str, buckets: Sequence[float], labels: Sequence[str] = ()
    ) -> Histogram:
        full = self._describe(name, "histogram", labels, help, advice)
        return Histogram(full, help, labels, buckets=buckets, registry=self.registry)

    def _describe(self, name: str, kind: str, labels: Sequence[str], help: str, advice: str) -> str:
        full = f"sentistream_{name}"
        self._descriptions.append(Description(full, kind, tuple(labels), help, advice))
        return full


def metrics_table() -> str:
    """The table of docs/operations.md, in Markdown."""
    lines = ["| metric | type | labels | what it counts | when it looks bad |", "|---|---|---|---|---|"]
    for metric in Metrics().descriptions():
        labels = ", ".join(f"`{label}`" for label in metric.labels)
        lines.append(f"| `{metric.name}` | {metric.kind} | {labels} | {metric.help} | {metric.advice} |")
    return "\n".join(lines) + "\n"
