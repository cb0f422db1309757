"""The query of an address as the OGC's services read it (KVP): names in any case."""

from urllib.parse import unquote_plus


class Query:
    """The parameters of an address: names in any case, values as they were sent and as they are meant."""

    def __init__(self, query: str) -> None:
        pairs = [part.partition("=") for part in query.split("&") if part]
        self._raw = {unquote_plus(name).lower(): value for name, _, value in reversed(pairs)}

    def __bool__(self) -> bool:
        return bool(self._raw)

    def __contains__(self, name: str) -> bool:
        return name.lower() in self._raw

    def get(self, *names: str) -> str:
        """Return the value of the first of *names* that was sent, decoded; empty if none was."""
        return next((unquote_plus(self._raw[each.lower()]).strip() for each in names if each.lower() in self._raw), "")

    def words(self, *names: str) -> tuple[str, ...]:
        """Return a list written with commas."""
        return tuple(each.strip() for each in self.get(*names).split(",") if each.strip())

    def pairs(self) -> dict[str, str]:
        """Return every parameter, its name in lower case and its value decoded."""
        return {name: self.get(name) for name in self._raw}
