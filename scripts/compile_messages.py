"""Compile the translations: every .po into its .mo, where it is missing or older. Needs no gettext, only polib."""

import sys
from pathlib import Path

import polib

CHECKOUT = Path(__file__).resolve().parent.parent


def compile_catalogue(source):
    """Compile one .po unless its .mo is newer. Returns whether it was compiled.

    Written aside and moved into place: a running portal never reads half a file.
    """
    target = source.with_suffix(".mo")
    if target.exists() and target.stat().st_mtime > source.stat().st_mtime:
        return False
    draft = target.with_suffix(".mo.new")
    polib.pofile(str(source)).save_as_mofile(str(draft))
    draft.replace(target)
    return True


def main(root=CHECKOUT):
    sources = sorted([*root.glob("locale/*/LC_MESSAGES/*.po"), *root.glob("*/locale/*/LC_MESSAGES/*.po")])
    for source in sources:
        if compile_catalogue(source):
            print(f"Compiled {source.relative_to(root)}", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
