"""New rows by COPY: several times faster than INSERT from a batch of a hundred on, as parameters need no parsing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

from django.db import connection, models

Row = TypeVar("Row", bound=models.Model)


def copy_in(rows: Sequence[Row]) -> None:
    """Insert new rows of one model, which have their ids afterwards. They must not conflict with others."""
    if not rows:
        return
    meta = rows[0]._meta
    fields: Any = meta.concrete_fields
    quote = connection.ops.quote_name
    columns = ", ".join(quote(field.column) for field in fields)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, %s)) FROM generate_series(1, %s)",
            [meta.db_table, fields[0].column, len(rows)],
        )
        for row, (pk,) in zip(rows, cursor.fetchall(), strict=True):
            row.pk = pk
        with cursor.copy(f"COPY {quote(meta.db_table)} ({columns}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row([field.get_db_prep_save(getattr(row, field.attname), connection) for field in fields])
    for row in rows:
        row._state.adding, row._state.db = False, connection.alias
