"""The mailbox is mounted in the demo only."""

from importlib import reload

import pytest

from notifications import urls

ALWAYS = ["inbox", "read_all", "settings", "open_message"]


@pytest.mark.parametrize(("demo", "names"), [(True, [*ALWAYS, "mailbox"]), (False, ALWAYS)])
def test_mailbox_is_mounted_in_the_demo_only(settings, demo, names):
    settings.DEMO = demo
    try:
        assert [pattern.name for pattern in reload(urls).urlpatterns] == names
    finally:
        settings.DEMO = False
        reload(urls)
