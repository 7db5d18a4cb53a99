import pytest


@pytest.fixture(autouse=True)
def media_root(settings, tmp_path):
    """Keep files of tests out of the portal's own folder."""
    settings.MEDIA_ROOT = tmp_path / "media"
    return settings.MEDIA_ROOT
