#!/bin/sh
# Make .venv with a Python that is new enough, then hand over to set_up.py. Arguments go on to it (see there).
# PYTHON names the interpreter to use; otherwise the newest one found.
set -eu
cd "$(dirname "$0")/.."

usable() {
    command -v "$1" >/dev/null 2>&1 && "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null
}

find_python() {
    for candidate in ${PYTHON:-python3 python3.14 python3.13 python3.12 python3.11}; do
        if usable "$candidate"; then
            command -v "$candidate"
            return
        fi
    done
    echo "This needs Python 3.11 or newer; found: $(python3 --version 2>&1 || echo none)." >&2
    echo "On Debian 12 or later and Ubuntu 24.04 or later:  apt-get install python3 python3-venv" >&2
    return 1
}

# A .venv whose Python is gone (an upgrade, a moved checkout) is made anew.
if ! usable .venv/bin/python; then
    python=$(find_python)
    exec "$python" scripts/set_up.py --make-venv "$@"
fi
exec .venv/bin/python scripts/set_up.py "$@"
