"""Asking for work, telling, and keeping files."""

import hashlib
import os
import select

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone, translation

from common.tenancy import acting_as
from jobs.models import Job, Outbox, StoredFile
from jobs.services import (
    FileRefused,
    JobNotOpen,
    StoredFileDamaged,
    cancel_job,
    open_stored,
    request_job,
    retry_job,
    store_file,
    tell,
)
from jobs.services import files as files_module
from tests.factories import make_user

pytestmark = pytest.mark.django_db


# --- Work -------------------------------------------------------------------------------------------------------------


def test_a_request_is_a_row_and_a_bell(desk):
    job = desk.ask(params={"programme": "x"})
    bell = Outbox.objects.get()
    assert (job.state, job.attempt, job.round, job.requested_by) == ("queued", 0, 1, desk.person)
    assert (bell.key, bell.task) == (f"job:{job.pk}:1", "jobs.run_job")
    assert (bell.args, bell.actor_id) == ([str(job.pk), str(desk.person.pk)], desk.person.pk)


def test_the_same_request_while_open_is_the_same_job(desk):
    first = desk.ask(dedupe="a")
    assert desk.ask(dedupe="a") == first
    assert desk.ask(dedupe="b") != first
    assert Outbox.objects.count() == 2
    Job.objects.filter(pk=first.pk).update(state="done")
    assert desk.ask(dedupe="a") != first


def test_the_key_of_one_tenant_does_not_meet_anothers(cast):
    jobs = set()
    for role, company in (("manager", cast.company), ("neighbour", cast.neighbour.company)):
        user = cast.people[role]
        with acting_as(user.pk):
            jobs.add(request_job("test", title="T", actor=user, company_id=company.pk, dedupe="a")[0].pk)
    assert len(jobs) == 2


def test_the_database_allows_one_open_job_a_key(desk):
    job = desk.ask(dedupe="a")
    with pytest.raises(IntegrityError), transaction.atomic():
        Job.objects.create(kind="test", title="T", requested_by=desk.person, dedupe_key=job.dedupe_key)


def test_only_ended_jobs_are_pressed_again(desk):
    job = desk.ask()
    with pytest.raises(JobNotOpen):
        retry_job(job=job, actor=desk.person)
    Job.objects.filter(pk=job.pk).update(state="failed", error="No.", error_code="x", error_kind="refused", attempt=3)
    other = make_user()
    again = retry_job(job=job, actor=other)
    assert (again.pk, again.state, again.round, again.attempt, again.error) == (job.pk, "queued", 2, 0, "")
    assert Outbox.objects.get(key=f"job:{job.pk}:2").actor_id == other.pk
    with pytest.raises(JobNotOpen):
        retry_job(job=job, actor=desk.person)


def test_pressing_again_what_was_asked_anew_gives_the_new_one(desk):
    old = desk.ask(dedupe="a")
    Job.objects.filter(pk=old.pk).update(state="failed", error="No.")
    new = desk.ask(dedupe="a")
    assert retry_job(job=old, actor=desk.person) == new
    old.refresh_from_db()
    assert old.state == "failed"


@pytest.mark.parametrize(
    ("state", "allowed"), [("queued", True), ("running", True), ("done", False), ("failed", False)]
)
def test_calling_off(desk, state, allowed):
    job = desk.ask()
    error = "No." if state == "failed" else ""
    Job.objects.filter(pk=job.pk).update(state=state, lease_until=timezone.now(), error=error)
    if allowed:
        cancel_job(job=job, actor=desk.person)
    else:
        with pytest.raises(JobNotOpen):
            cancel_job(job=job, actor=desk.person)
    job.refresh_from_db()
    assert job.state == ("cancelled" if allowed else state)


@pytest.mark.parametrize(
    "broken", [{"state": "running", "lease_until": None}, {"state": "failed", "error": ""}, {"error": "No."}]
)
def test_impossible_rows_are_refused_by_the_database(desk, broken):
    job = desk.ask()
    with pytest.raises(IntegrityError), transaction.atomic():
        Job.objects.filter(pk=job.pk).update(**broken)


def test_words_are_chosen_by_the_reader(desk):
    job = desk.ask(title_params={})
    job.title, job.title_params = "Report of %(name)s", {"name": {"ja": "会社", "en": ""}}
    with translation.override("en"):
        assert job.title_text == "Report of 会社"
    job.title, job.title_params = "100 %", {}
    assert job.title_text == "100 %"


# --- Bells ------------------------------------------------------------------------------------------------------------


def test_telling_twice_is_telling_once(desk):
    tell("test.x", key="k", args=[1, desk.person.pk], actor=desk.person)
    Outbox.objects.update(done_at=timezone.now())
    tell("test.y", key="k", actor=None)
    bell = Outbox.objects.get()
    assert (bell.task, bell.args) == ("test.x", [1, str(desk.person.pk)])


def test_a_bell_may_wait(desk):
    later = timezone.now() + timezone.timedelta(hours=1)
    tell("test.x", key="later", actor=None, run_after=later)
    tell("test.x", key="now", actor=None)
    assert Outbox.objects.get(key="later").due_at == later
    assert [bell.key for bell in Outbox.objects.due()] == ["now"]


@pytest.mark.django_db(transaction=True)
def test_the_relay_hears_of_a_commit_and_of_no_rollback():
    listener = connection.copy()
    try:
        with listener.cursor() as cursor:
            cursor.execute("LISTEN jobs_outbox")
        with transaction.atomic():
            tell("test.x", key="never", actor=None)
            transaction.set_rollback(True)
        listener.connection.poll()
        assert listener.connection.notifies == []
        tell("test.x", key="yes", actor=None)
        select.select([listener.connection], [], [], 30)
        listener.connection.poll()
        assert [note.channel for note in listener.connection.notifies] == ["jobs_outbox"]
    finally:
        listener.close()
        Outbox.objects.all().delete()


# --- Files ------------------------------------------------------------------------------------------------------------


def test_a_file_is_kept_under_its_hash_in_the_folder_of_its_tenant(cast, media_root):
    user, content = cast.people["manager"], "本文".encode()
    with acting_as(user.pk):
        stored = store_file(name="報告.txt", content=content, actor=user, company_id=cast.company.pk)
    digest = hashlib.sha256(content).hexdigest()
    assert (stored.path, stored.sha256) == (f"t/{cast.company.pk}/{digest}", digest)
    assert (stored.size, stored.content_type, stored.name) == (len(content), "text/plain", "報告.txt")
    path = media_root / stored.path
    assert path.read_bytes() == content
    assert path.stat().st_mode & 0o077 == 0
    with open_stored(stored) as file:
        assert file.read() == content


def test_the_same_content_is_kept_once_and_no_draft_stays(desk, media_root):
    one, two = (store_file(name=name, content=b"same", actor=desk.person) for name in ("a.txt", "b.txt"))
    assert one.path == two.path
    assert len([path for path in media_root.rglob("*") if path.is_file()]) == 1


def test_a_damaged_file_is_replaced_by_keeping_it_again(desk, media_root):
    stored = store_file(name="a.txt", content=b"whole", actor=desk.person)
    (media_root / stored.path).write_bytes(b"who")
    with pytest.raises(StoredFileDamaged, match="3 bytes instead of 5"):
        open_stored(stored)
    store_file(name="a.txt", content=b"whole", actor=desk.person)
    open_stored(stored).close()
    (media_root / stored.path).unlink()
    with pytest.raises(StoredFileDamaged, match="missing"):
        open_stored(stored)


def test_without_room_there_is_no_row_and_no_rest(desk, media_root, monkeypatch):
    def full(descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(files_module.os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        store_file(name="a.txt", content=b"x", actor=desk.person)
    assert StoredFile.objects.count() == 0
    assert [path for path in media_root.rglob("*") if path.is_file()] == []


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("a.svg", b"<svg/>", "type"),
        ("a.html", b"x", "type"),
        ("noending", b"x", "type"),
        (".pdf", b"x", "type"),
        ("a.txt", b"", "empty"),
        ("a.txt", b"x" * (20 * 1024 * 1024 + 1), "size"),
    ],
)
def test_what_is_not_kept(desk, name, content, code):
    with pytest.raises(FileRefused) as refused:
        store_file(name=name, content=content, actor=desk.person)
    assert refused.value.code == code


def test_the_room_of_a_company_ends(cast, monkeypatch):
    user = cast.people["manager"]
    monkeypatch.setattr(files_module, "MAX_COMPANY_BYTES", 10)
    with acting_as(user.pk):
        store_file(name="a.txt", content=b"123456", actor=user, company_id=cast.company.pk)
        with pytest.raises(FileRefused) as refused:
            store_file(name="b.txt", content=b"12345", actor=user, company_id=cast.company.pk)
    assert refused.value.code == "quota"


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("../../etc/passwd.txt", "passwd.txt"),
        ("C:\\Users\\x\\報告.pdf", "報告.pdf"),
        ("a\r\nSet-Cookie: x.txt", "aSet-Cookie: x.txt"),
        ("evil\u202etxt.pdf", "eviltxt.pdf"),
        ("か\u3099.txt", "が.txt"),
        ("長" * 300 + ".pdf", "長" * 146 + ".pdf"),
        ("...", "file"),
    ],
)
def test_names_are_made_harmless(name, kept):
    assert files_module.safe_name(name) == kept


def test_it_really_is_on_the_disk_before_the_row(desk, monkeypatch):
    synced = []
    real = os.fsync
    monkeypatch.setattr(
        files_module.os, "fsync", lambda descriptor: synced.append(StoredFile.objects.count()) or real(descriptor)
    )
    store_file(name="a.txt", content=b"x", actor=desk.person)
    assert synced == [0, 0, 0]  # the file, its folder, the folder above
