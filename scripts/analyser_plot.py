"""A plot of accuracy against speed as SVG: points with names, and lines where only the speed is known."""

from __future__ import annotations

import math
from collections.abc import Sequence
from html import escape
from typing import NamedTuple

WIDTH, HEIGHT = 760, 460
LEFT, RIGHT, TOP, BOTTOM = 76, 40, 72, 64
APART = 17
"""Pixels between the baselines of two names, so that neither covers the other."""

KEY = "filled: bundled with SentiStream; hollow: not; dashed: only the speed was measured"

CHARACTER = 7.2
"""Pixels of a character of a name, about."""

# The plot brings its own ground, so that it can be read on a light and on a dark page, whatever the page asks for.
STYLE = """
  .ground { fill: #ffffff } .ink { fill: #1f2328 } .dim { fill: #59636e }
  .grid { stroke: #d1d9e0 } .axis { stroke: #818b98 } .speed { stroke: #9a6700 } .speed-ink { fill: #7d4e00 }
  .bundled { fill: #0969da; stroke: #0969da } .other { fill: #ffffff; stroke: #59636e } .lead { stroke: #818b98 }
  text { font: 13px system-ui, -apple-system, "Segoe UI", sans-serif }
  .title { font-size: 15px; font-weight: 600 }
  @media (prefers-color-scheme: dark) {
    .ground { fill: #0d1117 } .ink { fill: #f0f6fc } .dim { fill: #9198a1 }
    .grid { stroke: #2a313c } .axis { stroke: #656c76 } .speed { stroke: #d29922 } .speed-ink { fill: #e3b341 }
    .bundled { fill: #4493f8; stroke: #4493f8 } .other { fill: #0d1117; stroke: #9198a1 } .lead { stroke: #656c76 }
  }
"""


class Point(NamedTuple):
    """speed: median, least and most, posts a second. accuracy: points of 100. bundled: filled, else hollow."""

    name: str
    speed: tuple[float, float, float]
    accuracy: float
    bundled: bool


class Line(NamedTuple):
    """An analyser of which only the speed is known."""

    name: str
    speed: float


class _Label(NamedTuple):
    x: float
    y: float
    anchor: str
    name: str


def plot(title: str, axis: str, points: Sequence[Point], lines: Sequence[Line]) -> str:
    """The SVG document. axis: what accuracy is. ValueError without a point."""
    if not points:
        raise ValueError("there is nothing to draw")
    speeds = [speed for point in points for speed in point.speed] + [line.speed for line in lines]
    low, high = math.floor(math.log10(min(speeds))), math.ceil(math.log10(max(speeds)))
    bottom, top = _range([point.accuracy for point in points])

    def x(speed: float) -> float:
        return LEFT + (WIDTH - LEFT - RIGHT) * (math.log10(speed) - low) / max(1, high - low)

    def y(accuracy: float) -> float:
        return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * (accuracy - bottom) / (top - bottom)

    summary = "; ".join(f"{point.name}: {point.accuracy:.1f} at {point.speed[0]:,.0f} posts/s" for point in points)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}"'
        ' role="img" aria-labelledby="title desc">',
        f'<title id="title">{escape(title)}</title>',
        f'<desc id="desc">{escape(summary)}</desc>',
        f"<style>{STYLE}</style>",
        f'<rect class="ground" width="{WIDTH}" height="{HEIGHT}" rx="6"/>',
        f'<text class="title ink" x="{LEFT}" y="28">{escape(title)}</text>',
        _text("dim", LEFT, 48, "start", KEY),
        _upright("dim", 28, (TOP + HEIGHT - BOTTOM) / 2, "middle", axis),
    ]
    for value in range(bottom, top + 1, 5):
        parts.append(_segment("grid", LEFT, y(value), WIDTH - RIGHT, y(value)))
        parts.append(_text("dim", LEFT - 10, y(value) + 4, "end", str(value)))
    for power in range(low, high + 1):
        parts.append(_segment("grid", x(10.0**power), TOP, x(10.0**power), HEIGHT - BOTTOM))
        parts.append(_text("dim", x(10.0**power), HEIGHT - BOTTOM + 20, "middle", f"{10**power:,}"))
    parts.append(_segment("axis", LEFT, HEIGHT - BOTTOM, WIDTH - RIGHT, HEIGHT - BOTTOM))
    parts.append(_text("dim", (LEFT + WIDTH - RIGHT) / 2, HEIGHT - 18, "middle", "posts a second (logarithmic)"))
    written = -math.inf
    for line in sorted(lines, key=lambda line: line.speed):
        left = x(line.speed) - 6
        written = left if left >= written + APART else max(x(line.speed) + 14, written + APART)
        parts += _speed_line(x(line.speed), written, line.name)
    for point in points:
        middle, least, most = (x(speed) for speed in point.speed)
        kind = "bundled" if point.bundled else "other"
        parts.append(_segment("lead", least, y(point.accuracy), most, y(point.accuracy)))
        parts.append(f'<circle class="{kind}" stroke-width="2" cx="{middle:.1f}" cy="{y(point.accuracy):.1f}" r="6"/>')
    places = [(x(point.speed[0]), y(point.accuracy), point.name) for point in points]
    parts += [_text("ink", *label) for label in _labels(places)]
    return "\n".join([*parts, "</svg>", ""])


def _labels(places: Sequence[tuple[float, float, str]]) -> list[_Label]:
    """Beside their points, on the side with room, pushed down where two would overlap."""
    placed: list[_Label] = []
    for x, y, name in sorted(places, key=lambda place: place[1]):
        width = CHARACTER * len(name)
        left = x + 12 + width > WIDTH - RIGHT
        start = x - 12 - width if left else x + 12
        baseline = y + 4
        for other in placed:
            other_width = CHARACTER * len(other.name)
            other_start = other.x - other_width if other.anchor == "end" else other.x
            overlap = start < other_start + other_width and other_start < start + width
            if overlap and baseline < other.y + APART:
                baseline = other.y + APART
        placed.append(_Label(x - 12 if left else x + 12, baseline, "end" if left else "start", name))
    return placed


def _speed_line(x: float, written: float, name: str) -> list[str]:
    bottom = HEIGHT - BOTTOM
    return [
        f'<line class="speed" stroke-width="1.5" stroke-dasharray="5 4" x1="{x:.1f}" y1="{TOP}" x2="{x:.1f}"'
        f' y2="{bottom}"/>',
        _upright("speed-ink", written, bottom - 8, "start", name),
    ]


def _range(values: Sequence[float]) -> tuple[int, int]:
    """Multiples of five around `values`, with room."""
    return 5 * math.floor((min(values) - 2) / 5), 5 * math.ceil((max(values) + 2) / 5)


def _segment(kind: str, x1: float, y1: float, x2: float, y2: float) -> str:
    return f'<line class="{kind}" x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"/>'


def _text(kind: str, x: float, y: float, anchor: str, text: str) -> str:
    return f'<text class="{kind}" x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(text)}</text>'


def _upright(kind: str, x: float, y: float, anchor: str, text: str) -> str:
    place = f"translate({x:.1f} {y:.1f}) rotate(-90)"
    return f'<text class="{kind}" transform="{place}" text-anchor="{anchor}">{escape(text)}</text>'
