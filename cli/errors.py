"""The errors with which a command ends when it cannot do its work. Each has an exit code, an error code and a message.

CommandError
 ├─ Refused       exit 1: the act or request is not taken; nothing changed
 ├─ BadUsage      exit 2: an argument or a file is wrong; nothing was started
 └─ NoServer      exit 3: a server cannot be reached, or nobody answers
"""

from typing import TYPE_CHECKING, Any

from cli.json_text import json_text

if TYPE_CHECKING:
    from models.messages.views import AwaitedRow


class CommandError(Exception):
    """An error that ends a command with an exit code other than 0.

    `awaiting` holds the acts that the item awaits instead of the refused act. It is empty if there are none. `act_id`
    is the id of an act of which nobody knows whether it was taken. It is empty if that is known.
    """

    exit_code = 1

    def __init__(self, code: str, message: str, awaiting: "tuple[AwaitedRow, ...]" = (), act_id: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.awaiting = awaiting
        self.act_id = act_id

    def as_json(self) -> str:
        """Returns the error as JSON: {"error": {"code", "message", "awaiting"}}. If nobody knows whether an act was
        taken, its id is there too: "act_id"."""
        awaiting: list[Any] = [row.model_dump(mode="json") for row in self.awaiting]
        error: dict[str, Any] = {"code": self.code, "message": self.message, "awaiting": awaiting}
        return json_text({"error": error | ({"act_id": self.act_id} if self.act_id else {})})

    def as_text(self) -> str:
        lines = [f"{self.code}: {self.message}"]
        if self.awaiting:
            from models.messages.sentences import infinitive  # most errors have nothing awaited

            lines.append("Awaited instead:")
            lines += [
                f"  {row.office} to {infinitive(row.act)} (rung {row.rung}, since {row.since:%Y-%m-%d %H:%M} UTC)"
                for row in self.awaiting
            ]
        return "\n".join(lines)


class Refused(CommandError):
    exit_code = 1


class BadUsage(CommandError):
    exit_code = 2


class NoServer(CommandError):
    exit_code = 3
