"""What ``reconfigure`` and ``rollback`` have in common: a run through the gates, and its report."""

from __future__ import annotations

import json
import time
from abc import ABC, abstractmethod
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from glctl.commands import changes
from glctl.errors import GlctlError

if TYPE_CHECKING:
    from glctl.commands.context import Context
    from glctl.converge.bring_up import Options
    from glctl.converge.carry_out import Result
    from glctl.converge.prepare import Prepared


@dataclass(frozen=True, slots=True)
class Asked:
    """What the command line says."""

    dry_run: bool
    detailed_exitcode: bool
    form: str
    no_diff: bool
    no_trial: bool
    no_rollback: bool
    watch: float
    drain: float
    wait: float
    restore_config: bool = False


class Run(ABC):
    """One run, from what is asked to its report."""

    def __init__(self, context: Context, asked: Asked) -> None:
        self.context = context
        self.asked = asked
        self.begun = time.monotonic()
        self.prepared: Prepared | None = None
        self.reported = False

    @abstractmethod
    def prepare(self) -> Prepared:
        """What there is to do, looked at without the lock."""

    @abstractmethod
    def prepare_again(self, first: Prepared, /) -> Prepared:
        """The same under the lock: another run may have been at work until now."""

    @abstractmethod
    def is_done(self, first: Prepared, /) -> bool:
        """Whether nothing at all is left to do, so that the lock need not be taken."""

    @abstractmethod
    def carry(self, prepared: Prepared, options: Options) -> Result:
        """Do it."""

    @abstractmethod
    def how_to_finish(self) -> str:
        """What a reader is told when the run is interrupted."""

    def carry_through(self) -> int:
        """Returns the exit code. As JSON a failure is reported, too."""
        try:
            return self.go()
        except (GlctlError, OSError) as exc:
            if self.asked.form == "json" and not self.reported:
                self.print(changes.failure(self.context.console, self.prepared, exc, self.seconds))
            if self.asked.detailed_exitcode and isinstance(exc, GlctlError):
                exc.exit_code = 1  # 2 would say that something changes
            raise

    def go(self) -> int:
        """The run itself. Of a dry run, what would stop it is told behind all changes."""
        dry, text = self.asked.dry_run, self.asked.form == "text"
        prepared, result = (self._look(), None) if dry else self._change()
        tried = dry and prepared.changed and self.context.platform.manages_services
        if tried and not text:
            self._preflight(prepared)
        self._report(prepared, result)
        if tried and text:
            self._preflight(prepared)
        return 2 if self.asked.detailed_exitcode and prepared.changed else 0

    @property
    def seconds(self) -> float:
        """How long it has taken so far."""
        return time.monotonic() - self.begun

    def print(self, document: dict[str, Any]) -> None:
        """One JSON document."""
        self.context.console.out(json.dumps(document, indent=2))

    def _look(self) -> Prepared:
        """What a run would do."""
        self.prepared = prepared = self.prepare()
        self._show(prepared)
        return prepared

    def _change(self) -> tuple[Prepared, Result | None]:
        self.prepared = first = self.prepare()
        if self.is_done(first):
            return first, None
        from glctl.converge.state import locked
        from glctl.converge.tree import Tree

        try:
            self._preflight(first)
        except GlctlError:
            self._show(first)  # what it is that cannot be done
            raise
        with locked(Tree(self.context.root), self.asked.wait, self.context.console.note) as held:
            self.prepared = prepared = self.prepare_again(first)
            if held.waited:
                self._preflight(prepared)
            with suppress(BrokenPipeError):  # a reader that has seen enough does not end the run
                self._show(prepared)
            return prepared, self._carry(prepared)

    def _preflight(self, prepared: Prepared) -> None:
        """Refuse what would stop a run."""
        from glctl.converge.preflight import preflight

        preflight(prepared, trial=not self.asked.no_trial)

    def _carry(self, prepared: Prepared) -> Result:
        from glctl.commands.interruption import finishing
        from glctl.converge.bring_up import Options

        options = Options(self.asked.watch, self.asked.drain, not self.asked.no_rollback)
        try:
            with finishing():
                return self.carry(prepared, options)
        except KeyboardInterrupt:
            self.context.console.note(f"Interrupted. {self.how_to_finish()}")
            raise

    def _show(self, prepared: Prepared) -> None:
        if self.asked.form == "text":
            changes.show(self.context.console, prepared, self.asked.no_diff)
        changes.warn(self.context.console, prepared)

    def _report(self, prepared: Prepared, result: Result | None) -> None:
        if self.asked.form == "json":
            self.reported = True
            self.print(changes.document(prepared, result.done if result else None, self.seconds))
        else:
            changes.show_end(self.context.console, prepared, result, self.seconds)
