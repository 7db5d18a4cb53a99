"""`load_demo`, `print_sign_in` and `print_code`: only in a demo, twice without harm, and true to what is there."""

import re
import shutil
from io import StringIO
from pathlib import Path

import pytest
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.db import transaction
from django.test import override_settings
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from accounts.queries import with_needs
from accounts.services import open_account, system_operator
from companies.models import Person
from consultations.models import Consultation
from demo.services import PilotRefused, data, give_password, kept_password, load_pilot
from demo.services.password import password_file
from demo.services.sign_in import Line, addresses, table, width
from programmes.models import Attendance, Programme, Seat
from tests.factories import make_programme
from tests.roles import web_role


def demo_settings(folder: Path) -> override_settings:
    """The settings of a demo that keeps its password in this folder."""
    return override_settings(DEMO=True, ROOT_URLCONF="tests.demo.urls", VAR_DIR=folder)


@pytest.fixture
def in_demo(db, tmp_path):
    """A demo in which nothing is loaded yet."""
    with demo_settings(tmp_path):
        yield


@pytest.fixture(scope="class")
def first_load(django_db_setup, django_db_blocker, tmp_path_factory):
    """Load everything once for the class; gives the folder and what the command said."""
    folder = tmp_path_factory.mktemp("demo")
    with django_db_blocker.unblock(), transaction.atomic():
        with demo_settings(folder):
            said = run("load_demo")
        yield folder, said
        transaction.set_rollback(True)


@pytest.fixture
def loaded(first_load, db, tmp_path):
    """The loaded demo for one test, with a password file of its own; gives what the command said when it was loaded."""
    folder, said = first_load
    shutil.copytree(folder, tmp_path, dirs_exist_ok=True)
    with demo_settings(tmp_path):
        yield said


def run(command: str, *words: str) -> str:
    out = StringIO()
    with web_role():
        call_command(command, *words, stdout=out)
    return out.getvalue()


@pytest.mark.parametrize("command", [("load_demo",), ("print_sign_in",), ("print_code", "a@b.example")])
def test_outside_a_demo_they_refuse_and_do_nothing(db, settings, tmp_path, command):
    settings.VAR_DIR = tmp_path
    with pytest.raises(CommandError, match="not a demo"):
        run(*command)
    assert not Programme.objects.exists()
    assert not User.objects.exists()
    assert list(tmp_path.iterdir()) == []


class TestLoaded:
    """What the first load brought, and what a second one does to it."""

    def test_the_second_load_changes_nothing(self, loaded):
        before = {
            "users": list(User.objects.order_by("pk").values_list("pk", "password")),
            "programmes": list(Programme.objects.order_by("pk").values_list("pk", "is_sample")),
        }
        second = run("load_demo")
        assert "The living demo is loaded" in loaded
        assert "The FY2024 pilot is loaded" in loaded
        assert "is loaded" not in second
        assert "can sign in" not in second
        assert before == {
            "users": list(User.objects.order_by("pk").values_list("pk", "password")),
            "programmes": list(Programme.objects.order_by("pk").values_list("pk", "is_sample")),
        }
        assert {is_sample for _, is_sample in before["programmes"]} == {True}

    def test_the_pilot_is_the_published_one(self, loaded):
        pilot = Programme.objects.get(code="fy2024-pilot")
        assert pilot.is_sample
        assert Attendance.objects.filter(programme=pilot).present().count() == 110
        assert Consultation.objects.filter(programme=pilot).held().count() == 28
        # Imported by the operator, run by the same secretariat as the living demo.
        seated = Seat.objects.filter(programme=pilot, user__isnull=False).values_list("email", "role")
        assert set(seated) == {
            ("operator@portal.invalid", "operator"),
            ("mochizuki@spp-office.example", "leader"),
            ("dojima@spp-office.example", "member"),
            ("secretariat@spp.example", "member"),
            ("adviser1@sharoshi.example", "adviser"),
            ("adviser2@sharoshi.example", "adviser"),
        }
        linked = Person.objects.filter(user__isnull=False, company__enrolments__programme=pilot)
        # One person each writes for the companies whose texts the data tell of; Keyaki's is one of the accounts.
        writers = {
            "shimizu.keiko3@kaede-precision.example",
            "ito.yoko4@hinoki-plating.example",
            "nakamura.jiro2@asunaro-circuits.example",
        }
        assert set(linked.values_list("email", flat=True)) == set(addresses()[-2:]) | writers

    def test_the_password_is_kept_for_the_owner_alone_and_signs_everybody_in(self, loaded):
        assert password_file().stat().st_mode & 0o777 == 0o600
        assert re.fullmatch(r"([a-z2-9]{4}-){2}[a-z2-9]{4}", kept_password())
        assert all(User.objects.get(email=email).check_password(kept_password()) for email in addresses())

    def test_a_lost_password_is_replaced(self, loaded):
        lost = kept_password()
        password_file().unlink()
        assert "people can sign in" in run("load_demo")
        assert kept_password() != lost
        assert all(User.objects.get(email=email).check_password(kept_password()) for email in addresses())

    def test_it_says_how_to_sign_in_as_each_role(self, loaded, settings):
        settings.PORTAL_URL = "http://localhost:8123"
        page = run("print_sign_in")
        japanese, english = page[: len(page) // 2], page[len(page) // 2 :]
        for email in addresses():
            assert page.count(email) == 2
        assert page.count(kept_password()) == 2
        assert page.count("http://localhost:8123/mailbox/") == 2
        assert "株式会社髙嶺精密" in japanese
        assert "Takamine Seimitsu Co., Ltd." in english
        assert "ログイン" in japanese
        assert page.count("make code EMAIL=…") == 2
        idle = [line.split()[0] for line in english.splitlines() if "no company at present" in line]
        assert idle == ["kobayakawa@kobayakawa-sr.example", "adviser1@sharoshi.example"]

    def test_everybody_whose_role_needs_a_code_gets_the_one_that_opens_the_door(self, loaded, client):
        cache.clear()
        leader = User.objects.get(email="mochizuki@spp-office.example")
        client.post(reverse("account_login"), {"login": leader.email, "password": kept_password()})
        said = run("print_code", leader.email)
        code, left = re.fullmatch(r"(\d{6})  \(for (\d+) seconds more, once\)\n", said).groups()
        assert int(left) >= 10
        assert client.post(reverse("mfa_authenticate"), {"code": code})["Location"] == reverse("dashboards:home")
        assert client.get(reverse("dashboards:home")).status_code == 302
        without = with_needs().filter(needs_second_factor=True, email__endswith=".example", authenticator__isnull=True)
        assert list(without) == []
        staff = with_needs().filter(needs_second_factor=False, email__endswith=".example").first()
        assert run("print_code", staff.email) == "No second step: the password is enough.\n"
        with pytest.raises(CommandError, match="Nobody of the demo"):
            run("print_code", "operator@portal.invalid")


def test_a_load_that_was_cut_off_is_caught_up_with(in_demo):
    """Killed after the import and before the accounts: the next start opens them."""
    operator = system_operator()
    make_programme(code=data.LIVING_CODE)  # the living demo was there before, and is not what this is about
    with web_role():
        load_pilot(actor=operator, now=timezone.now())
    assert "The FY2024 pilot is there" in run("load_demo")
    assert Programme.objects.get(code="fy2024-pilot").is_sample
    assert User.objects.get(email="secretariat@spp.example").check_password(kept_password())


def test_a_workbook_that_the_importer_refuses_is_told(in_demo, monkeypatch, tmp_path):
    broken = tmp_path / "fy2024_pilot.xlsx"
    broken.write_bytes(b"not a workbook")
    monkeypatch.setattr(data, "PILOT_WORKBOOK", broken)
    operator = system_operator()
    with pytest.raises(PilotRefused, match=r"\w"):
        load_pilot(actor=operator, now=timezone.now())
    assert not Programme.objects.exists()


def test_a_real_account_is_never_touched(db):
    real = open_account(email="real@company.co.jp")
    made_up = open_account(email="made-up@company.example")
    own = open_account(email="own@company.example", password="a password of their own")
    assert give_password(password="the demo's") == 1
    assert [user.has_usable_password() for user in User.objects.filter(pk=real.pk)] == [False]
    assert User.objects.get(pk=made_up.pk).check_password("the demo's")
    assert User.objects.get(pk=own.pk).check_password("a password of their own")
    assert give_password(password="another one", to_everybody=True) == 2
    assert User.objects.get(pk=own.pk).check_password("another one")


def test_columns_line_up_for_wide_and_combining_characters():
    assert (width("髙嶺"), width("ab"), width("ｱ"), width("Nguyễn"), width("葛\U000e0100")) == (4, 2, 1, 6, 2)
    assert width("e\u0301") == 1
    drawn = table([Line("a@b.example", "髙嶺 清一", "Staff", "X"), Line("c@d.example", "Lan", "Adviser", "Y")])
    starts = {width(line[: line.rindex(place)]) for line, place in zip(drawn[2:], "XY", strict=True)}
    assert len(starts) == 1
