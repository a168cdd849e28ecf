"""A label and one line to type into."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.widgets import Input, Static


class Field(Horizontal):
    """``value`` is what was typed. Full-width digits are left as typed; who reads them folds them."""

    DEFAULT_CSS = """
    Field { height: 1; margin-top: 1; }
    Field > .label { width: 14; color: $quiet; }
    Field > Input { width: 1fr; }
    """

    def __init__(
        self,
        label: str,
        *,
        id: str,
        value: str = "",
        hint: str = "",
        password: bool = False,
        limit: int = 200,
    ) -> None:
        super().__init__(id=id)
        self._label = label
        self._input = Input(
            value, placeholder=hint, password=password, max_length=limit, select_on_focus=False
        )

    def compose(self) -> ComposeResult:
        yield Static(Content(self._label), classes="label")
        yield self._input

    def relabel(self, label: str) -> None:
        """Call it something else."""
        if label == self._label:
            return  # a label that is set lays the whole screen out anew
        self._label = label
        for shown in self.query(Static):
            shown.update(Content(label))

    @property
    def value(self) -> str:
        """What stands in the field."""
        return self._input.value

    @value.setter
    def value(self, text: str) -> None:
        self._input.value = text

    @property
    def input(self) -> Input:
        """The line itself."""
        return self._input
