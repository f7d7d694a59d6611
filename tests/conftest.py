"""How all tests run."""

import os

import pytest
from hypothesis import settings

# Tests never assert on time: a machine may be busy.
settings.register_profile("ctx", deadline=None)
settings.load_profile("ctx")


@pytest.fixture(scope="session", autouse=True)
def _state_folder(tmp_path_factory: pytest.TempPathFactory) -> None:
    """What ctx keeps for a person is kept for these tests alone."""
    os.environ["XDG_STATE_HOME"] = str(tmp_path_factory.mktemp("state"))
