# SPDX-License-Identifier: MIT
"""A small writer of line charts in panels, readable on light and on dark pages.

Both axes are logarithmic unless a panel says otherwise. Colours follow the page's colour scheme.
"""

import math
from dataclasses import dataclass, field
from xml.sax.saxutils import escape

WIDTH, HEIGHT = 380, 250  # of a panel
LEFT, RIGHT, TOP, BOTTOM = 52, 14, 30, 40
LEGEND_LINE = 18

# Distinct for most colour-blind eyes, on white and on black.
COLOURS = ["#0077bb", "#ee7733", "#009988", "#cc3311", "#aa4499", "#999933"]

STYLE = """
  svg { color: #222; background: #fff; font: 12px system-ui, sans-serif; }
  @media (prefers-color-scheme: dark) { svg { color: #ddd; background: #181818; } }
  text { fill: currentColor; }
  .frame, .grid, .bold, .dashed { stroke: currentColor; fill: none; }
  .grid { opacity: 0.15; }
  .line { fill: none; stroke-width: 1.5; }
  .bold { stroke-width: 2.5; }
  .dashed { stroke-width: 1.5; stroke-dasharray: 5 4; }
"""


@dataclass(frozen=True)
class Curve:
    title: str
    points: list  # of (x, y); y > 0 on a logarithmic axis
    kind: str = "line"  # coloured by its title; or bold, dashed
    steps: bool = False  # constant from each point to the next


@dataclass(frozen=True)
class Panel:
    title: str
    x_title: str
    curves: list
    x_ticks: list  # of (x, label)
    logarithmic: bool = True
    marks: list = field(default_factory=list)  # of (x, label): vertical lines


def write(path, title, panels, columns=2):
    titles = list(dict.fromkeys(curve.title for panel in panels for curve in panel.curves))
    coloured = list(dict.fromkeys(curve.title for panel in panels for curve in panel.curves
                                  if curve.kind == "line"))
    colours = {name: COLOURS[number % len(COLOURS)] for number, name in enumerate(coloured)}
    kinds = {curve.title: curve.kind for panel in panels for curve in panel.curves}
    legend_lines = -(-len(titles) // 4)
    above = 34 + legend_lines * LEGEND_LINE
    width, height = columns * WIDTH, above + -(-len(panels) // columns) * HEIGHT
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
             f'width="{width}" height="{height}" role="img">', f"<title>{escape(title)}</title>",
             f"<style>{STYLE}</style>",
             f'<text x="{LEFT}" y="20" font-weight="bold">{escape(title)}</text>']
    for number, name in enumerate(titles):
        x, y = LEFT + number % 4 * (width - LEFT) / 4, 38 + number // 4 * LEGEND_LINE
        parts += [f'<line x1="{x:.0f}" y1="{y}" x2="{x + 22:.0f}" y2="{y}" '
                  f'{_stroke(kinds[name], name, colours)}/>',
                  f'<text x="{x + 28:.0f}" y="{y + 4}">{escape(name)}</text>']
    for number, panel in enumerate(panels):
        x, y = number % columns * WIDTH, above + number // columns * HEIGHT
        parts.append(f'<g transform="translate({x} {y})">{_panel(panel, colours)}</g>')
    path.write_text("\n".join([*parts, "</svg>"]) + "\n")


def _stroke(kind, title, colours):
    if kind == "line":
        return f'class="line" stroke="{colours[title]}"'
    return f'class="{kind}"'


def _panel(panel, colours):
    scale = math.log10 if panel.logarithmic else float
    xs = [x for curve in panel.curves for x, _ in curve.points]
    ys = [y for curve in panel.curves for _, y in curve.points]
    ticks = _log_ticks(min(ys), max(ys)) if panel.logarithmic else _even_ticks(max(ys))
    to_x = _map(scale(min(xs)), scale(max(xs)), LEFT, WIDTH - RIGHT)
    to_y = _map(scale(ticks[0]), scale(ticks[-1]), HEIGHT - BOTTOM, TOP)
    right, low = WIDTH - RIGHT, HEIGHT - BOTTOM
    parts = [f'<text x="{LEFT}" y="{TOP - 10}">{escape(panel.title)}</text>']
    for tick in ticks:
        y = to_y(scale(tick))
        parts += [f'<line class="grid" x1="{LEFT}" x2="{right}" y1="{y:.1f}" y2="{y:.1f}"/>',
                  f'<text x="{LEFT - 5}" y="{y + 4:.1f}" text-anchor="end">{tick:,g}</text>']
    for x_tick, label in panel.x_ticks:
        x = to_x(scale(x_tick))
        parts += [f'<line class="grid" x1="{x:.1f}" x2="{x:.1f}" y1="{TOP}" y2="{low}"/>',
                  f'<text x="{x:.1f}" y="{low + 15}" text-anchor="middle">{escape(label)}</text>']
    for mark, label in panel.marks:
        x = to_x(scale(mark))
        parts += [f'<line class="dashed" opacity="0.4" x1="{x:.1f}" x2="{x:.1f}" y1="{TOP}" '
                  f'y2="{low}"/>', f'<text x="{x + 3:.1f}" y="{TOP + 11}" font-size="9">'
                  f'{escape(label)}</text>']
    parts.append(f'<text x="{(LEFT + right) / 2}" y="{low + 32}" text-anchor="middle">'
                 f"{escape(panel.x_title)}</text>")
    for curve in panel.curves:
        points = [(to_x(scale(x)), to_y(scale(y))) for x, y in
                  (_stepped(curve.points) if curve.steps else curve.points)]
        line = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        stroke = _stroke(curve.kind, curve.title, colours)
        parts.append(f'<polyline points="{line}" {stroke}/>')
    return "\n".join(parts)


def _stepped(points):
    found = []
    for (x, y), (next_x, _) in zip(points, points[1:]):
        found += [(x, y), (next_x, y)]
    return [*found, points[-1]]


def _map(low, high, first, last):
    span = high - low or 1.0
    return lambda value: first + (value - low) / span * (last - first)


def _log_ticks(low, high):
    """1, 2 and 5 times powers of ten, from below `low` to above `high`; fewer for a wide range."""
    steps = (1, 2, 5) if high / low < 200 else (1,)
    ticks = [step * 10.0 ** power for power in range(-3, 8) for step in steps]
    first = max(number for number, tick in enumerate(ticks) if tick <= low)
    last = min(number for number, tick in enumerate(ticks) if tick >= high)
    return ticks[first:max(last, first + 1) + 1]


def _even_ticks(high):
    step = 10 ** math.floor(math.log10(high))
    step = next(step * part for part in (0.2, 0.5, 1, 2) if high / (step * part) <= 6)
    return [number * step for number in range(math.ceil(high / step) + 1)]
