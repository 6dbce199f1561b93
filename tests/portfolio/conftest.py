import pytest

from org.models import Run
from tests.factories import RunFactory


@pytest.fixture
def night(db: None) -> Run:
    """The latest night, done."""
    return RunFactory()
