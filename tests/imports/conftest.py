import pytest

from jobs.tasks import runs


@pytest.fixture(autouse=True)
def media_root(settings, tmp_path):
    """Keep files of tests out of the portal's own folder."""
    settings.MEDIA_ROOT = tmp_path / "media"
    return settings.MEDIA_ROOT


@pytest.fixture(autouse=True)
def no_renewal(monkeypatch):
    """The thread that renews the lease has a connection of its own, which sees no row of a test's transaction."""
    monkeypatch.setattr(runs, "RENEW_SECONDS", 3600)
