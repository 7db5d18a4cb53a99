"""What secretariat and companies write to each other: letters with their results, announcements, enquiries.

And what the secretariat keeps about companies: who sees to each, what was noted, and which deadlines are longer.
"""

from datetime import datetime

from common.tenancy import acting_as
from dashboards.queries.reminding import owing
from jobs.models import Job, Outbox
from jobs.tasks import run_job
from notifications.delivery import finish_mail, take_mail
from notifications.models import State
from programmes.models import Mailing, MailingRecipient, MilestoneKind, Notice
from programmes.queries.mailings import candidates
from programmes.services import enquiries, following, mailings, notices
from programmes.tasks.writing import write_letters

from . import data
from .world import World


def correspond(world: World) -> None:
    """Do it as the people themselves do, on the days on which they did; the mail servers have answered the letter."""
    facts = data.read("letters")
    with acting_as(world.leader.pk):
        _follow(world, facts)
    _send_letter(world, facts["letter"])
    with acting_as(world.leader.pk):
        mailings.draft_mailing(mailing=_mailing(world, facts["draft"]), actor=world.leader)
    for notice in facts["notices"]:
        _announce(world, notice)
    for enquiry in facts["enquiries"]:
        _enquire(world, enquiry)


def _follow(world: World, facts: dict) -> None:
    """Who sees to a company, what was noted about it, and where it has longer."""
    actor, calendar = world.leader, world.calendar
    for charge in facts["charges"]:
        enrolment, seat = world.enrolments[charge["company"]], world.seats[charge["seat"]]
        following.put_in_charge(enrolment=enrolment, seat=seat, actor=actor, today=calendar.today)
    for memo in facts["memos"]:
        enrolment, moment = world.enrolments[memo["company"]], calendar.moment(memo["day"], "16:40")
        following.save_memo(enrolment=enrolment, text=memo["text"].strip(), base=0, actor=actor, now=moment)
    for extension in facts["extensions"]:
        kind = MilestoneKind.objects.get(programme=world.programme, source=extension["milestone"], subject="")
        following.extend_deadline(
            enrolment=world.enrolments[extension["company"]],
            kind=kind,
            due_on=calendar.day(extension["until"]),
            reason=extension["reason"],
            actor=actor,
            today=calendar.day(extension["day"]),
        )


def _mailing(world: World, facts: dict) -> Mailing:
    words = {f"words_{language}": facts[f"words_{language}"].strip() for language in ("ja", "en")}
    return Mailing(programme=world.programme, ask=facts["ask"], tone=facts["tone"], **words)


def _send_letter(world: World, facts: dict) -> None:
    """Draft a letter, leave somebody out, send it, and hear what became of each address."""
    actor, moment = world.leader, world.calendar.moment(facts["day"], "10:20")
    left_out = [world.people[key].pk for key in facts["left_out"]]
    with acting_as(actor.pk):
        mailing = mailings.draft_mailing(mailing=_mailing(world, facts), actor=actor)
        Mailing.objects.filter(pk=mailing.pk).update(created_at=world.calendar.moment(facts["day"], "10:05"))
        mailing = mailings.choose_people(mailing=mailing, shown=left_out, chosen=[], actor=actor)
        owed = owing(actor, mailing, today=moment.date(), now=moment)
        letters = candidates(actor, mailing, owed, today=moment.date())
        mailing = mailings.send_mailing(mailing=mailing, letters=letters, actor=actor, now=moment)
        write_letters(mailing=mailing, actor=actor, now=moment, limit=len(letters))
        written = dict(MailingRecipient.objects.filter(mailing=mailing).values_list("mail_id", "address"))
    _work(mailing.job)
    refused = {world.people[key].email for key in facts["refused"]}
    for mail_id, address in written.items():
        _answer(str(mail_id), is_refused=address in refused)


def _answer(mail_id: str, *, is_refused: bool) -> None:
    """What the mail server of the addressee said."""
    _row, secret = take_mail(mail_id)
    bell = str(Outbox.objects.get(key=f"mail:{mail_id}").pk)
    state, reason = (State.REFUSED, "recipient refused (550)") if is_refused else (State.SENT, "")
    finish_mail(mail_id, secret, state=state, reason=reason, bell=bell)


def _work(job: Job) -> None:
    """Do a job as the worker does."""
    run_job(str(job.pk), str(job.requested_by_id), bell=str(Outbox.objects.get(key=job.bell_key).pk))


def _announce(world: World, facts: dict) -> None:
    actor, moment = world.leader, world.calendar.moment(facts["from"], "09:30")
    words = {name: facts[name].strip() for name in ("title_ja", "title_en", "text_ja", "text_en")}
    notice = Notice(
        programme=world.programme,
        audience=facts["audience"],
        visible_from=moment.date(),
        to_addresses=facts["to_addresses"],
        **words,
    )
    with acting_as(actor.pk):
        notices.publish_notice(notice=notice, by_mail=facts["by_mail"], actor=actor)
    if notice.job:
        _work(notice.job)
    for key in facts["read_by"]:
        reader = world.users[key]
        with acting_as(reader.pk):
            notices.read_notice(notice=notice, actor=reader, now=_later(moment, world))


def _later(moment: datetime, world: World) -> datetime:
    return min(world.began, moment.replace(hour=13))


def _enquire(world: World, facts: dict) -> None:
    actor, calendar = world.users[facts["by"]], world.calendar
    with acting_as(actor.pk):
        enquiry = enquiries.ask(
            company=world.companies[facts["company"]],
            programme=world.programme,
            subject=facts["subject"],
            text=facts["text"].strip(),
            actor=actor,
            now=calendar.moment(facts["day"], "11:15"),
        )
    for reply in facts.get("replies", ()):
        who = world.users[reply["by"]]
        with acting_as(who.pk):
            moment = calendar.moment(reply["day"], "14:50")
            enquiries.reply(enquiry=enquiry, text=reply["text"].strip(), actor=who, now=moment)
    if "closed" in facts:
        with acting_as(world.leader.pk):
            enquiries.close(enquiry=enquiry, actor=world.leader, now=calendar.moment(facts["closed"], "17:00"))
