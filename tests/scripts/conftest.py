"""The scripts are no package: they are found beside each other, as when one of them is run."""

import os
import shutil
import sys
import tempfile
from pathlib import Path

import pytest

# Generous: a busy machine of two cores must not fail a test that would pass on an idle one.
WAIT_SECONDS = 180
SCRIPTS = Path(__file__).resolve().parents[2] / "scripts"
sys.path.insert(0, str(SCRIPTS))


@pytest.fixture
def open_folder():
    """A folder that every account can enter: pytest's own are closed, and root's servers run as `nobody`."""
    folder = Path(tempfile.mkdtemp(prefix="spp-test-", dir="/tmp"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def bare_environment():
    """Our environment without the addresses of servers, so that the embedded ones are meant."""
    left_out = ("DATABASE_URL", "WEB_DATABASE_URL", "REDIS_URL", "SECRET_KEY", "PORTAL_VAR")
    return {name: value for name, value in os.environ.items() if name not in left_out}
