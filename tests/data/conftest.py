"""What several tests of data need."""

from collections.abc import Iterator

import pytest
from tests.kit.elsewhere import Elsewhere, elsewhere

from repeatpass.kit.connectors import requesting


@pytest.fixture
def there(monkeypatch: pytest.MonkeyPatch) -> Iterator[Elsewhere]:
    """A server elsewhere, asked again at once where it fails."""
    monkeypatch.setattr(requesting, "PAUSE", 0.01)
    with elsewhere() as server:
        yield server
