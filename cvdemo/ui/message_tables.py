"""Tables as Streamlit sends them, in Arrow's stream format, with headings and cells in another language."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pyarrow as pa

Say = Callable[[str], str]


def translate_table(element: Any, say: Say) -> None:
    """Put headings and text cells of a `dataframe` or `table` element into another language, in place.

    Headings that would become the same stay as they are.
    """
    import pyarrow as pa  # late: only when a table is shown

    data = element.arrow_data
    if not data.data or data.HasField("styler"):
        return
    table = pa.ipc.open_stream(data.data).read_all()
    headings = {name: say(name) for name in table.column_names if not name.startswith("__index")}
    if len(set(headings.values())) < len(headings):
        headings = {}
    data.data = _written(_with_cells(table, say), headings)
    if hasattr(element, "columns") and element.columns:
        config = json.loads(element.columns)
        element.columns = json.dumps({headings.get(name, name): one for name, one in config.items()})
        element.column_order[:] = [headings.get(name, name) for name in element.column_order]


def _with_cells(table: pa.Table, say: Say) -> pa.Table:
    import pyarrow as pa

    for number, column in enumerate(table.columns):
        if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
            cells = [say(cell) if cell else cell for cell in column.to_pylist()]
            field = table.schema.field(number)
            table = table.set_column(number, field, pa.array(cells, column.type))
    return table


def _written(table: pa.Table, headings: dict[str, str]) -> bytes:
    import pyarrow as pa

    metadata = dict(table.schema.metadata or {})
    if b"pandas" in metadata:
        pandas = json.loads(metadata[b"pandas"])
        for column in pandas.get("columns", ()):
            for key in ("name", "field_name"):
                column[key] = headings.get(column.get(key), column.get(key))
        metadata[b"pandas"] = json.dumps(pandas).encode()
    table = table.rename_columns([headings.get(name, name) for name in table.column_names])
    out = pa.BufferOutputStream()
    schema = table.schema.with_metadata(metadata)
    with pa.ipc.new_stream(out, schema) as writer:
        writer.write_table(table.cast(schema))
    return bytes(out.getvalue().to_pybytes())
