"""Files that nothing names any more: their rows with the deed, their bytes by the clock, and nothing else."""

import os
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from jobs.models import StoredFile
from jobs.services import forget_files, open_stored, store_file
from jobs.tasks.clearing import clear_bytes
from tests.roles import seen_by, web_role

pytestmark = pytest.mark.django_db


def keep(cast, who="secretariat", *, content=b"words", **whose) -> StoredFile:
    with seen_by(cast.people[who]):
        return store_file(name="a.txt", content=content, actor=cast.people[who], **whose)


def forget(cast, who, stored) -> int:
    with seen_by(cast.people[who]):
        return forget_files([None, stored.pk])


def clear(days=2) -> int:
    """As the worker does, who is nobody, some days from now."""
    with web_role():
        return clear_bytes(now=timezone.now() + timedelta(days=days))


def files(folder) -> list:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_what_is_forgotten_leaves_the_disk_a_day_later(cast, media_root):
    stored = keep(cast, programme_id=cast.programme.pk)
    assert forget(cast, "secretariat", stored) == 1
    assert (clear(days=0), len(files(media_root))) == (0, 1)
    assert (clear(), files(media_root)) == (1, [])


def test_what_a_row_names_stays_however_old(cast, media_root):
    for whose in ({"programme_id": cast.programme.pk}, {"company_id": cast.company.pk}, {}):
        keep(cast, **whose)
    assert clear(days=4000) == 0
    assert len(files(media_root)) == 3


def test_one_of_two_rows_with_the_same_content_leaves_the_bytes_to_the_other(cast, media_root):
    one, other = (keep(cast, programme_id=cast.programme.pk) for _ in range(2))
    forget(cast, "secretariat", one)
    assert clear() == 0
    open_stored(other).close()


def test_a_deed_that_fails_leaves_bytes_that_are_cleared(cast, media_root):
    with transaction.atomic():
        keep(cast)
        transaction.set_rollback(True)
    assert len(files(media_root)) == 1
    assert (clear(), files(media_root)) == (1, [])


def test_drafts_of_writers_that_were_killed_are_cleared(cast, media_root):
    stored = keep(cast)
    (media_root / stored.path).with_name(".tmpdraft").write_bytes(b"half")
    assert clear() == 1
    assert files(media_root) == [media_root / stored.path]


def test_content_that_is_kept_again_is_not_cleared_before_its_row_is_there(cast, media_root):
    """Bytes of long ago, forgotten, and just now written down again by a transaction that is still open."""
    stored = keep(cast)
    path = media_root / stored.path
    forget(cast, "secretariat", stored)
    long_ago = (timezone.now() - timedelta(days=30)).timestamp()
    os.utime(path, (long_ago, long_ago))
    with transaction.atomic():
        keep(cast)
        transaction.set_rollback(True)
    assert clear(days=0) == 0
    assert path.exists()


@pytest.mark.parametrize(
    ("whose", "content", "may"),
    [
        ("programme", False, {"secretariat"}),
        ("company", False, {"secretariat", "manager", "staff", "adviser"}),
        ("company", True, {"manager", "staff", "adviser"}),
        ("person", False, set()),
    ],
)
def test_who_may_forget_what(cast, whose, content, may):
    owner = cast.people["manager" if whose == "company" else "secretariat"]
    ids = {"programme": {"programme_id": cast.programme.pk}, "company": {"company_id": cast.company.pk}}.get(whose, {})
    for who in cast.people:
        with seen_by(owner):
            stored = store_file(name="a.txt", content=b"x", actor=owner, is_content=content, **ids)
        allowed = who in may or cast.people[who] == owner
        assert (who, forget(cast, who, stored)) == (who, int(allowed))


def test_what_something_names_stays(cast):
    stored = keep(cast, programme_id=cast.programme.pk)
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE names_it (file uuid REFERENCES jobs_storedfile (id))")
        cursor.execute("INSERT INTO names_it VALUES (%s)", [stored.pk])
    assert forget(cast, "secretariat", stored) == 0
    assert StoredFile.objects.filter(pk=stored.pk).exists()
