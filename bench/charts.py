# SPDX-License-Identifier: Apache-2.0
"""Pictures of results: bars and lines as SVG, with nothing but the standard library.

Light and dark backgrounds alike: colours are readable on both, text takes the colour of the page.
"""
import math

COLOURS = ["#2a78b5", "#d9702a", "#4c9a56", "#8a62b3", "#b8444f", "#7a7a7a"]
STYLE = ("text{font:13px sans-serif;fill:#333}.t{font-weight:bold;font-size:15px}.g{stroke:#999;stroke-opacity:.35}"
         "@media(prefers-color-scheme:dark){text{fill:#ddd}}")


def escape(text):
    return str(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def short(x):
    for limit, sign in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if abs(x) >= limit:
            return f"{x / limit:.3g}{sign}"
    return f"{x:.3g}"


class Picture:
    def __init__(self, width, height, title):
        self.size = (width, height)
        self.parts = [f'<rect width="{width}" height="{height}" fill="none"/>']
        self.text(16, 24, title, kind="t")

    def text(self, x, y, text, anchor="start", kind=""):
        kind = f' class="{kind}"' if kind else ""
        self.parts.append(f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"{kind}>{escape(text)}</text>')

    def line(self, x1, y1, x2, y2):
        self.parts.append(f'<line class="g" x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"/>')

    def bar(self, x, y, width, height, colour):
        self.parts.append(f'<rect x="{x:.1f}" y="{y:.1f}" width="{max(width, 1):.1f}" height="{height:.1f}" '
                          f'rx="2" fill="{colour}"/>')

    def curve(self, points, colour):
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        self.parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
        for x, y in points:
            self.parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colour}"/>')

    def legend(self, names, y):
        x = 16
        for i, name in enumerate(names):
            self.bar(x, y - 10, 12, 12, COLOURS[i % len(COLOURS)])
            self.text(x + 17, y, name)
            x += 30 + 7.2 * len(name)

    def svg(self):
        width, height = self.size
        return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" '
                f'height="{height}"><style>{STYLE}</style>' + "\n".join(self.parts) + "</svg>\n")


class Axis:
    """From values to places, linear or logarithmic."""

    def __init__(self, values, begin, end, is_log):
        self.is_log = is_log
        low, high = min(values), max(values)
        if is_log:
            low, high = math.log10(low), math.log10(high)
            low, high = math.floor(low + 1e-9), math.ceil(high - 1e-9)
            high = max(high, low + 1)
        else:
            low, high = 0, high * 1.08 or 1
        self.low, self.high, self.begin, self.end = low, high, begin, end

    def at(self, value):
        x = math.log10(value) if self.is_log else value
        return self.begin + (x - self.low) / (self.high - self.low) * (self.end - self.begin)

    def ticks(self):
        if self.is_log:
            return [10.0 ** k for k in range(int(self.low), int(self.high) + 1)]
        step = 10 ** math.floor(math.log10(self.high))
        while self.high / step < 4:
            step /= 2
        return [k * step for k in range(int(self.high / step) + 1)]


def bars(chart):
    """chart: {title, unit, series: [names], groups: [[name, [values]]], log}."""
    groups, series = chart["groups"], chart["series"]
    left, width, thick = 230, 820, 16
    values = [v for _, row in groups for v in row if v]
    axis = Axis(values, left, width - 70, chart.get("log", False))
    height = 60 + sum(thick * len(row) + 12 for _, row in groups) + 46
    picture = Picture(width, height, chart["title"])
    for tick in axis.ticks():
        picture.line(axis.at(tick), 40, axis.at(tick), height - 46)
        picture.text(axis.at(tick), height - 30, short(tick), "middle")
    y = 48
    for name, row in groups:
        picture.text(left - 8, y + thick * len(row) / 2 + 4, name, "end")
        for i, value in enumerate(row):
            if value:
                picture.bar(left, y + 1, axis.at(value) - left, thick - 2, COLOURS[i % len(COLOURS)])
                picture.text(axis.at(value) + 5, y + thick - 4, short(value))
            y += thick
        y += 12
    picture.legend([*series], height - 8)
    picture.text(width - 16, height - 8, chart["unit"], "end")
    return picture.svg()


def lines(chart):
    """chart: {title, x, unit, series: [[name, [[x, y]]]], log_y}; the x axis is logarithmic."""
    width, height, left = 820, 400, 70
    points = [p for _, row in chart["series"] for p in row]
    across = Axis([p[0] for p in points], left, width - 30, True)
    up = Axis([p[1] for p in points], height - 66, 44, chart.get("log_y", True))
    picture = Picture(width, height, chart["title"])
    for tick in across.ticks():
        picture.line(across.at(tick), 44, across.at(tick), height - 66)
        picture.text(across.at(tick), height - 50, short(tick), "middle")
    for tick in up.ticks():
        picture.line(left, up.at(tick), width - 30, up.at(tick))
        picture.text(left - 8, up.at(tick) + 4, short(tick), "end")
    for i, (_, row) in enumerate(chart["series"]):
        picture.curve([(across.at(x), up.at(y)) for x, y in row], COLOURS[i % len(COLOURS)])
    picture.text((left + width) / 2, height - 32, chart["x"], "middle")
    picture.legend([name for name, _ in chart["series"]], height - 8)
    picture.text(width - 16, height - 8, chart["unit"], "end")
    return picture.svg()


def draw(chart):
    return {"bars": bars, "lines": lines}[chart["kind"]](chart)
