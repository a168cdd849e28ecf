"""What every app does with work beside the drawing, and with what goes wrong in it: it goes on, and says so."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from textual.app import App

from zhubi.core.model.errors import ZhubiError
from zhubi.expert.tui import errands
from zhubi.expert.tui.crash import write_crash
from zhubi.locale import explain, say

Done = TypeVar("Done")


class TellingApp(App[int]):
    """Errands beside the drawing, and sentences about what did and did not work."""

    directory: Path | None
    """Where the expert's data is, when it was named."""

    def errand(
        self,
        work: Callable[[], Done],
        done: Callable[[Done], object],
        failed: Callable[[str], object] | None = None,
        *,
        group: str = "app",
    ) -> None:
        """Do blocking work beside the drawing, then call ``done`` with what it gave.

        A problem goes to ``failed`` as a sentence; without ``failed`` it is shown.
        """

        async def run() -> None:
            try:
                result = await errands.aside(work)
            except Exception as problem:  # noqa: BLE001 - whatever went wrong, the app goes on and says so
                self.call_later(failed or self.say_problem, self.sentence(problem))
            else:
                self.call_later(done, result)

        self.run_worker(run(), group=group, exit_on_error=False)

    def sentence(self, problem: Exception) -> str:
        """What to tell the person about a problem; an unexpected one goes to the log as well."""
        if isinstance(problem, ZhubiError):
            return explain(problem)
        if isinstance(problem, OSError):
            return say("tui.failed.system", reason=problem.strerror or type(problem).__name__)
        log = write_crash(self.log_directory(), problem)
        return say("tui.failed.unexpected", log=str(log) if log else "--")

    def attempt(self, work: Callable[[], Done]) -> Done | None:
        """The result of quick work done here and now; a problem is shown, and None given back."""
        try:
            return work()
        except (ZhubiError, OSError) as problem:
            self.say_problem(self.sentence(problem))
            return None

    def say_problem(self, sentence: str) -> None:
        """Show a sentence about something that did not work."""
        self.notify(sentence, severity="warning", markup=False, timeout=8)

    def say_done(self, sentence: str) -> None:
        """Show a sentence about something that worked."""
        self.notify(sentence, markup=False)

    def notify(self, message: str, **options: Any) -> None:
        """As Textual does, except that nothing is ever read as markup, and nothing is said twice at once."""
        if any(each.message == message for each in self._notifications):
            return
        options["markup"] = False
        super().notify(message, **options)

    def log_directory(self) -> Path:
        """Where a crash is written down."""
        from zhubi.expert.desk import opening

        return self.directory or opening.default_directory()
