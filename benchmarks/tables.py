"""Plain tables, readable in a terminal and in Markdown alike."""

from collections.abc import Sequence

type Row = Sequence[str]


def table(titles: Row, rows: Sequence[Row], *, texts: int = 1) -> str:
    """Lay out a table in Markdown, its columns aligned: first those with texts, then those with numbers."""
    widths = [max(map(len, column)) for column in zip(titles, *rows, strict=True)]
    marks = ["-" * width if place < texts else f"{'-' * (width - 1)}:" for place, width in enumerate(widths)]
    return "\n".join(_line(row, widths, texts) for row in (titles, marks, *rows))


def _line(row: Row, widths: Sequence[int], texts: int) -> str:
    columns = enumerate(zip(row, widths, strict=True))
    cells = (cell.ljust(width) if place < texts else cell.rjust(width) for place, (cell, width) in columns)
    return f"| {' | '.join(cells)} |"


def number(value: float) -> str:
    """Write a number with three digits that mean something."""
    if value >= 100:  # noqa: PLR2004
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}"  # noqa: PLR2004
