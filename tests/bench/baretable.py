"""Textual's own table with a hundred rows and nothing around it."""

from textual.app import App, ComposeResult
from textual.widgets import DataTable


class BareTable(App[None]):
    """A table that fills the screen."""

    def compose(self) -> ComposeResult:
        yield DataTable(cursor_type="row")

    def on_mount(self) -> None:
        table = self.query_one(DataTable)
        table.add_columns("序号", "编号", "项目名称", "得分", "未填", "状态")
        table.add_rows(
            (str(row), f"ROW{row:04}", f"第{row}号测量项目", "--", "--", "待回避声明")
            for row in range(1, 101)
        )
        table.focus()


BareTable().run()
