"""Textual's own table with as many rows and columns as the grid that is measured, and nothing around it."""

import sys

from textual.app import App, ComposeResult
from textual.widgets import DataTable

ROWS, COLUMNS = int(sys.argv[1]), int(sys.argv[2])


class BareGrid(App[None]):
    """A table of cells that fills the screen."""

    def compose(self) -> ComposeResult:
        yield DataTable(cursor_type="cell", fixed_columns=1)

    def on_mount(self) -> None:
        table = self.query_one(DataTable)
        table.add_columns("项目", *(f"指标{number}" for number in range(1, COLUMNS + 1)), "总分", "名次")
        table.add_rows((f"ROW{row:04} 测量项目", *["--"] * COLUMNS, "--", "--") for row in range(1, ROWS + 1))
        table.focus()


BareGrid().run()
