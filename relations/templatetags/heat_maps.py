"""A heat map as inline SVG. Colours come from classes in the style sheet, so light and dark follow by themselves."""

from __future__ import annotations

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from relations.queries.heat_map import HeatMap

register = template.Library()

# Units; a map of twelve countries is as wide as a small telephone shows without scaling, with cells a finger can hit.
CELL, SIDE = 24, 34
SCALE = 1.45  # of a unit in pixels, where there is room


@register.simple_tag
def heat_map_svg(chart: HeatMap) -> SafeString:
    """The lower half of the matrix. Hidden from screen readers and the keyboard, which have the table."""
    if not chart.cells:
        return mark_safe("")
    size = len(chart.codes)
    width, height = SIDE + size * CELL, size * CELL + SIDE
    rows = format_html_join(
        "",
        '<text class="tick" x="{}" y="{}" text-anchor="end" dy=".35em">{}</text>',
        ((SIDE - 5, at * CELL + CELL / 2, code) for at, code in enumerate(chart.codes) if at),
    )
    columns = format_html_join(
        "",
        '<text class="tick" x="{}" y="{}" text-anchor="middle">{}</text>',
        ((SIDE + at * CELL + CELL / 2, size * CELL + 14, code) for at, code in enumerate(chart.codes[:-1])),
    )
    cells = format_html_join(
        "",
        '<a href="{}" tabindex="-1"><title>{}</title><rect class="cell {}" x="{}" y="{}" width="{}" height="{}"/>'
        '<text class="value" x="{}" y="{}" text-anchor="middle" dy=".35em">{}</text></a>',
        (
            (
                *(cell.url, cell.title, cell.shade),
                *(SIDE + cell.column * CELL + 1, cell.row * CELL + 1, CELL - 2, CELL - 2),
                *(SIDE + cell.column * CELL + CELL / 2, cell.row * CELL + CELL / 2),
                "?" if cell.little_known else cell.score,
            )
            for cell in chart.cells
        ),
    )
    return format_html(
        '<svg class="heat-map" viewBox="0 0 {} {}" width="{}" aria-hidden="true">{}{}{}</svg>',
        *(width, height, round(width * SCALE), rows, columns, cells),
    )
