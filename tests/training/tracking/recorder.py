"""A hand-made foreign module: it takes every call and remembers it."""

from typing import Any


class Recorder:
    """Stands for a module or an object of one; `calls` holds (name, args, kwargs) of every call."""

    def __init__(
        self, calls: list[tuple[str, tuple[Any, ...], dict[str, Any]]] | None = None, name: str = ""
    ) -> None:
        self.calls = [] if calls is None else calls
        self._name = name

    def __getattr__(self, name: str) -> "Recorder":
        return Recorder(self.calls, f"{self._name}.{name}" if self._name else name)

    def __call__(self, *args: Any, **kwargs: Any) -> "Recorder":
        self.calls.append((self._name, args, kwargs))
        return Recorder(self.calls, self._name)

    def of(self, name: str) -> list[tuple[tuple[Any, ...], dict[str, Any]]]:
        """Return the arguments of every call to `name`, in order."""
        return [(args, kwargs) for called, args, kwargs in self.calls if called == name]
