#!/usr/bin/env python3
"""Draws the demo's output as docs/demo.svg: make demo | docs/draw-demo.py > docs/demo.svg

Takes the table and the slowest run out of what the demo printed. Two blocks are left out for brevity; besides, bars
become rectangles and tree lines become lines, so that the picture is the same in every font.
"""
import re
import sys
from html import escape

SIZE, WIDTH, HEIGHT, MARGIN, TOP = 13, 7.83, 19, 22, 58
TEXT, DIM, FAINT, HEAD, RED, GREEN = "#d1d7e0", "#9198a1", "#4a525c", "#79b8ff", "#ff7b72", "#56d364"
# By the first word of a span's name.
BARS = {"run": "#79b8ff", "step": "#58a6ff", "task": "#388bfd", "compensate": "#e3b341"}
OTHER_BAR = "#6e7681"


def lines_of(output):
    """The blocks from the headline to the tree; an ellipsis for those left out."""
    shown = output[re.search(r"^checkout: [\d,]+ of", output, re.MULTILINE).start():output.index("WHERE TO LOOK NEXT")]
    lines = ["$ make demo", ""]
    for block in shown.strip().split("\n\n"):
        if re.match("STEPS|COMPENSATIONS", block):
            block = "  …"
        if lines[-2:] != [block, ""]:
            lines += [line.rstrip() for line in block.splitlines()] + [""]
    return lines[:-1]


def x(column):
    return MARGIN + column * WIDTH


def text(column, row, words, colour, bold=False):
    weight = ' font-weight="600"' if bold else ""
    return (f'<text x="{x(column):.1f}" y="{TOP + row * HEIGHT}" fill="{colour}"{weight} '
            f'textLength="{len(words) * WIDTH:.1f}" lengthAdjust="spacingAndGlyphs">{escape(words)}</text>')


def guides(line, row):
    """The tree's lines."""
    middle, top = TOP + row * HEIGHT - SIZE / 3, TOP + row * HEIGHT - SIZE / 3 - HEIGHT / 2
    path = ""
    for column, mark in enumerate(line):
        centre = x(column) + WIDTH / 2
        if mark in "│├":
            path += f"M{centre:.1f} {top:.1f}v{HEIGHT}"
        if mark == "└":
            path += f"M{centre:.1f} {top:.1f}V{middle:.1f}"
        if mark in "├└":
            path += f"M{centre:.1f} {middle:.1f}H{x(column + 1):.1f}"
        if mark == "─":
            path += f"M{x(column):.1f} {middle:.1f}h{WIDTH}"
    return [f'<path d="{path}" stroke="{FAINT}" fill="none"/>'] if path else []


def bar(line, row, colour):
    top = TOP + row * HEIGHT - SIZE + 2.5
    for match in re.finditer("█+|▏", line):
        width = 2.5 if match[0] == "▏" else len(match[0]) * WIDTH
        yield f'<rect x="{x(match.start()):.1f}" y="{top}" width="{width:.1f}" height="{SIZE - 2}" rx="1.5" fill="{colour}"/>'


def words_of(line):
    """Runs of text, with the column where each begins; single spaces stay inside."""
    return [(m.start(), m[0]) for m in re.finditer(r"[^\s│├└─█▏]\S*( \S+)*", re.sub("[│├└─█▏]", " ", line))]


def draw_span(line, row):
    failed = line.endswith("✗")
    label = words_of(line)[0][1]
    kind = re.match(r"\w*", label)[0]
    ours = kind in BARS
    yield from guides(line, row)
    yield from bar(line, row, RED if failed else BARS.get(kind, OTHER_BAR))
    for index, (column, words) in enumerate(words_of(line)):
        colour = TEXT if index == 0 and ours else DIM
        yield text(column, row, words, RED if failed and (index == 0 or words == "✗") else colour)


def draw_row(line, row):
    heading = re.match(r"[A-Z]{4}", line)
    for column, words in words_of(line):
        if line.startswith("$") or line.startswith("checkout: "):
            yield text(column, row, words, TEXT, bold=True)
        elif line.startswith("CONSISTENT"):
            yield text(column, row, words, GREEN, bold=True)
        elif heading:
            yield text(column, row, words, HEAD if column == 0 else DIM, bold=column == 0)
        elif line.startswith("span "):
            yield text(column, row, words, DIM)
        else:
            yield text(column, row, words, DIM if re.match(r"[a-z_]+ \d", words) else TEXT)


def main():
    lines = lines_of(sys.stdin.read())
    columns = max(len(line) for line in lines)
    width, height = round(2 * MARGIN + columns * WIDTH), TOP + len(lines) * HEIGHT
    print(f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
          f'role="img" aria-label="A terminal with the output of make demo" font-size="{SIZE}" '
          f'font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, \'DejaVu Sans Mono\', monospace">')
    print(f'<rect x="0.5" y="0.5" width="{width - 1}" height="{height - 1}" rx="9" fill="#0d1117" stroke="#3d444d"/>')
    for index in range(3):
        print(f'<circle cx="{MARGIN + 4 + 18 * index}" cy="22" r="5.5" fill="#3d444d"/>')
    in_tree = False
    for row, line in enumerate(lines):
        if in_tree and line:
            print(*draw_span(line, row), sep="\n")
        else:
            print(*draw_row(line, row), sep="\n")
        in_tree = in_tree or line.startswith("span ")
    print("</svg>")


main()
