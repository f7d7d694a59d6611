"""How all tests run."""

from hypothesis import settings

# Tests never assert on time: a machine may be busy.
settings.register_profile("ctx", deadline=None)
settings.load_profile("ctx")
