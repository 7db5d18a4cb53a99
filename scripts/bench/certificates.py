"""Issue and draw certificates for many people by the job itself, and set all of them in one file. Prints JSON.

Run by `make bench` on a database of its own, which a programme has been imported into.
"""

import json
import sys
import time

import django

django.setup()

from django.db import connection  # noqa: E402 - needs django.setup()
from django.test.utils import CaptureQueriesContext  # noqa: E402
from django.utils import timezone  # noqa: E402

from accounts.models import User  # noqa: E402
from common.tenancy import acting_as  # noqa: E402
from companies.models import Person  # noqa: E402
from jobs.models import Job  # noqa: E402
from jobs.tasks import run_job  # noqa: E402
from programmes.models import Attendance, Certificate, Enrolment, Session  # noqa: E402
from programmes.services import certificates  # noqa: E402

LEADER = "secretariat@bench.example"


def fill(people: int) -> Session:
    """Let so many people of the first programme's companies come to its first session, beside those who came."""
    session = Session.objects.select_related("programme").order_by("starts_at").first()
    companies = list(Enrolment.objects.filter(programme=session.programme).values_list("company_id", flat=True))
    came = [
        Person(
            company_id=companies[number % len(companies)],
            name_ja=f"髙橋 {number}",
            name_en=f"Takahashi {number}",
            name_kana=f"タカハシ {number:05}",
            title="総務課",
        )
        for number in range(people)
    ]
    Person.objects.bulk_create(came, batch_size=1000)
    Attendance.objects.bulk_create(
        [
            Attendance(
                session=session,
                programme_id=session.programme_id,
                company_id=person.company_id,
                person=person,
                planned_mode="onsite",
                attended=True,
                actual_mode="onsite",
            )
            for person in came
        ],
        batch_size=1000,
    )
    return session


def timed(job: Job) -> float:
    started = time.perf_counter()
    run_job(str(job.pk), str(job.requested_by_id))
    with acting_as(job.requested_by_id):
        job.refresh_from_db()
    if job.state != Job.State.DONE:
        raise RuntimeError(f"{job.kind}: {job.state} {job.error_code}")
    return round(time.perf_counter() - started, 1)


def main(people: int) -> None:
    leader = User.objects.get(email=LEADER)
    with acting_as(leader.pk):
        session = fill(people)
        with CaptureQueriesContext(connection) as captured:
            first = len(certificates.issue_certificates(session=session, actor=leader, now=timezone.now(), limit=200))
        issuing = certificates.request_certificates(session=session, actor=leader)
    seconds = timed(issuing)
    with acting_as(leader.pk):
        printing = certificates.request_print(session=session, actor=leader)
    print_seconds = timed(printing)
    with acting_as(leader.pk):
        issued = Certificate.objects.filter(session=session).count()
    print(
        json.dumps(
            {
                "certificates": issued,
                "queries_for_a_batch_of": {"people": first, "queries": len(captured)},
                "issue_and_draw_seconds": seconds,
                "one_file_to_print_seconds": print_seconds,
            }
        )
    )


main(int(sys.argv[1]))
