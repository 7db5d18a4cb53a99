"""The ruling on who may see what, as a table, asked twice: through the doors in code, and of the database alone."""

import pytest
from django.apps import apps
from django.db import connection

from common.tenancy import acting_as
from tests.roles import seen_by
from tests.security.audiences import OWNERS, PEOPLE
from tests.security.world import KINDS, make_world

# Whose rows each role sees: own company (c), neighbour in the same programme (n), stranger elsewhere (s), none (-).
TABLE = """
                         | manager | staff | neighbour | stranger | adviser | unassigned | former | secretariat | other | nobody
company                  | c       | c     | n         | s        | c       | -          | -      | cn          | s     | -
person                   | c       | c     | n         | s        | c       | -          | -      | cn          | s     | -
interruption             | c       | c     | n         | s        | c       | -          | -      | cn          | s     | -
change of a profile      | c       | c     | n         | s        | c       | -          | -      | cn          | s     | -
membership               | c       | c     | n         | s        | c       | -          | -      | cn          | s     | -
enrolment                | c       | c     | n         | s        | c       | -          | -      | cn          | s     | -
assignment               | c       | c     | n         | s        | c       | -          | -      | cn          | s     | -
cycle                    | c       | c     | n         | s        | c       | -          | -      | cn          | s     | -
move                     | c       | c     | n         | s        | c       | -          | -      | cn          | s     | -
milestone date           | c       | c     | n         | s        | c       | -          | -      | cn          | s     | -
attendance               | c       | c     | n         | s        | c       | -          | -      | cn          | s     | -
consultation             | c       | c     | n         | s        | c       | -          | -      | cn          | s     | -
policy                   | c       | c     | n         | s        | c       | -          | -      | cn          | s     | -
company's job            | c       | c     | n         | s        | c       | -          | -      | cn          | s     | -
company's file           | c       | c     | n         | s        | c       | -          | -      | cn          | s     | -
company's event          | c       | c     | n         | s        | c       | -          | -      | cn          | s     | -
revision                 | c       | c     | n         | s        | c       | -          | -      | -           | -     | -
minutes                  | c       | c     | n         | s        | c       | -          | -      | -           | -     | -
content job              | c       | c     | n         | s        | c       | -          | -      | -           | -     | -
export                   | c       | c     | n         | s        | c       | -          | -      | -           | -     | -
content file             | c       | c     | n         | s        | c       | -          | -      | -           | -     | -
proof                    | c       | c     | n         | s        | c       | -          | -      | -           | -     | -
shared revision          | c       | c     | n         | s        | c       | -          | -      | cn          | s     | -
private note             | -       | -     | -         | -        | c       | -          | -      | -           | -     | -
note of a former adviser | -       | -     | -         | -        | -       | -          | -      | -           | -     | -
feedback                 | c       | c     | n         | s        | -       | -          | -      | cn          | s     | -
programme                | cn      | cn    | cn        | s        | cn      | cn         | cn     | cn          | s     | -
organisation             | cn      | cn    | cn        | s        | cn      | cn         | cn     | cn          | s     | -
seat                     | cn      | cn    | cn        | s        | cn      | cn         | cn     | cn          | s     | -
milestone kind           | cn      | cn    | cn        | s        | cn      | cn         | cn     | cn          | s     | -
step of a theme          | cn      | cn    | cn        | s        | cn      | cn         | cn     | cn          | s     | -
session                  | cn      | cn    | cn        | s        | cn      | cn         | cn     | cn          | s     | -
agenda item              | cn      | cn    | cn        | s        | cn      | cn         | cn     | cn          | s     | -
speaker                  | cn      | cn    | cn        | s        | cn      | cn         | cn     | cn          | s     | -
programme's job          | -       | -     | -         | -        | -       | -          | -      | cn          | s     | -
programme's file         | -       | -     | -         | -        | -       | -          | -      | cn          | s     | -
programme's event        | -       | -     | -         | -        | -       | -          | -      | cn          | s     | -
report                   | -       | -     | -         | -        | -       | -          | -      | cn          | s     | -
draft of a report        | -       | -     | -         | -        | -       | -          | -      | cn          | s     | -
block of a report        | -       | -     | -         | -        | -       | -          | -      | cn          | s     | -
quotes of a report       | -       | -     | -         | -        | -       | -          | -      | cn          | s     | -
text of a block          | -       | -     | -         | -        | -       | -          | -      | cn          | s     | -
save of a block          | -       | -     | -         | -        | -       | -          | -      | cn          | s     | -
value entered by hand    | -       | -     | -         | -        | -       | -          | -      | cn          | s     | -
choice for a report      | -       | -     | -         | -        | -       | -          | -      | cn          | s     | -
import                   | -       | -     | -         | -        | -       | -          | -      | cn          | s     | -
upload                   | -       | -     | -         | -        | -       | -          | -      | -           | -     | -
imported row             | -       | -     | -         | -        | -       | -          | -      | cn          | s     | -
message                  | -       | -     | -         | -        | -       | -          | -      | cn          | s     | -
interview                | c       | c     | n         | s        | c       | -          | -      | -           | -     | -
section                  | c       | c     | n         | s        | c       | -          | -      | -           | -     | -
paragraph                | c       | c     | n         | s        | c       | -          | -      | -           | -     | -
text of a paragraph      | c       | c     | n         | s        | c       | -          | -      | -           | -     | -
save                     | c       | c     | n         | s        | c       | -          | -      | -           | -     | -
late save                | c       | c     | n         | s        | c       | -          | -      | -           | -     | -
chosen save              | c       | c     | n         | s        | c       | -          | -      | -           | -     | -
settled save             | c       | c     | n         | s        | c       | -          | -      | -           | -     | -
approval request         | c       | c     | n         | s        | c       | -          | -      | -           | -     | -
evidence                 | c       | c     | n         | s        | c       | -          | -      | -           | -     | -
announcement             | c       | c     | n         | s        | c       | -          | -      | -           | -     | -
read receipt             | c       | c     | n         | s        | c       | -          | -      | -           | -     | -
action item              | c       | c     | n         | s        | c       | -          | -      | -           | -     | -
returned thread          | c       | c     | n         | s        | c       | -          | -      | -           | -     | -
returned post            | c       | c     | n         | s        | c       | -          | -      | -           | -     | -
returned suggestion      | c       | c     | n         | s        | c       | -          | -      | -           | -     | -
returned letter          | c       | c     | n         | s        | c       | -          | -      | -           | -     | -
returned verdict         | c       | c     | n         | s        | c       | -          | -      | -           | -     | -
unreturned thread        | -       | -     | -         | -        | c       | -          | -      | -           | -     | -
unreturned post          | -       | -     | -         | -        | c       | -          | -      | -           | -     | -
unreturned suggestion    | -       | -     | -         | -        | c       | -          | -      | -           | -     | -
unreturned letter        | -       | -     | -         | -        | c       | -          | -      | -           | -     | -
unreturned verdict       | -       | -     | -         | -        | c       | -          | -      | -           | -     | -
note on a policy         | -       | -     | -         | -        | c       | -          | -      | -           | -     | -
text from Word           | -       | -     | -         | -        | c       | -          | -      | -           | -     | -
phrase                   | -       | -     | -         | -        | c       | -          | -      | -           | -     | -
submission               | c       | c     | n         | s        | c       | -          | -      | cn          | s     | -
review                   | c       | c     | n         | s        | c       | -          | -      | cn          | s     | -
publication              | c       | c     | n         | s        | c       | -          | -      | cn          | s     | -
capacity                 | cn      | cn    | cn        | s        | cn      | cn         | cn     | cn          | s     | -
catalogue choice         | cn      | cn    | cn        | s        | cn      | cn         | cn     | cn          | s     | -
register entry           | cns     | cns   | cns       | cns      | cns     | cns        | cns    | cns         | cns   | cns
register version         | cns     | cns   | cns       | cns      | cns     | cns        | cns    | cns         | cns   | cns
draft of a session       | -       | -     | -         | -        | -       | -          | -      | cn          | s     | -
agenda item of a draft   | -       | -     | -         | -        | -       | -          | -      | cn          | s     | -
speaker of a draft       | -       | -     | -         | -        | -       | -          | -      | cn          | s     | -
way in                   | -       | -     | -         | -        | -       | -          | -      | cn          | s     | -
own way in               | c       | -     | n         | s        | -       | -          | -      | cn          | s     | -
facilitator              | cn      | cn    | cn        | s        | cn      | cn         | cn     | cn          | s     | -
material                 | cn      | cn    | cn        | s        | cn      | cn         | cn     | cn          | s     | -
later material           | -       | -     | -         | -        | -       | -          | -      | cn          | s     | -
material of a draft      | -       | -     | -         | -        | -       | -          | -      | cn          | s     | -
photograph               | cn      | cn    | cn        | s        | cn      | cn         | cn     | cn          | s     | -
photograph without consent | -       | -     | -         | -        | -       | -          | -      | cn          | s     | -
observer                 | -       | -     | -         | -        | -       | -          | -      | cn          | s     | -
online list              | -       | -     | -         | -        | -       | -          | -      | cn          | s     | -
operation at the door    | -       | -     | -         | -        | -       | -          | -      | cn          | s     | -
survey                   | cn      | cn    | cn        | s        | cn      | cn         | cn     | cn          | s     | -
invitation to a survey   | -       | -     | -         | -        | -       | -          | -      | cn          | s     | -
feedback without a name  | -       | -     | -         | -        | -       | -          | -      | cn          | s     | -
remark of a speaker      | -       | -     | -         | -        | -       | -          | -      | cn          | s     | -
use of a quote           | -       | -     | -         | -        | -       | -          | -      | cn          | s     | -
certificate              | c       | c     | n         | s        | c       | -          | -      | cn          | s     | -
calendar address         | c       | -     | n         | s        | -       | -          | -      | -           | -     | -
presentation             | c       | c     | n         | s        | c       | -          | -      | cn          | s     | -
remark on a presentation | c       | c     | n         | s        | c       | -          | -      | cn          | s     | -
remark to all            | cn      | cn    | cn        | s        | cn      | cn         | cn     | cn          | s     | -
practice                 | c       | c     | n         | s        | c       | -          | -      | cn          | s     | -
weekly hours             | c       | c     | n         | s        | c       | -          | -      | cn          | s     | -
exception of a day       | c       | c     | n         | s        | c       | -          | -      | cn          | s     | -
absence                  | c       | c     | n         | s        | c       | -          | -      | cn          | s     | -
conflict of interest     | -       | -     | -         | -        | -       | -          | -      | cn          | s     | -
ledger entry             | c       | c     | n         | s        | c       | -          | -      | cn          | s     | -
wish for a time          | c       | c     | n         | s        | c       | -          | -      | cn          | s     | -
participant              | c       | c     | n         | s        | c       | -          | -      | cn          | s     | -
change of a consultation | c       | c     | n         | s        | c       | -          | -      | cn          | s     | -
topics                   | c       | c     | n         | s        | c       | -          | -      | -           | -     | -
booking on its way       | -       | -     | -         | -        | -       | -          | -      | -           | -     | -
round                    | -       | -     | -         | -        | -       | -          | -      | cn          | s     | -
offer                    | -       | -     | -         | -        | -       | -          | -      | cn          | s     | -
unshared minutes         | -       | -     | -         | -        | -       | -          | -      | -           | -     | -
task                     | c       | c     | n         | s        | c       | -          | -      | -           | -     | -
unshared task            | -       | -     | -         | -        | -       | -          | -      | -           | -     | -
hand-over note           | -       | -     | -         | -        | c       | -          | -      | -           | -     | -
person in charge         | c       | c     | n         | s        | c       | -          | -      | cn          | s     | -
extension                | c       | c     | n         | s        | c       | -          | -      | cn          | s     | -
memo                     | -       | -     | -         | -        | -       | -          | -      | cn          | s     | -
reminder                 | -       | -     | -         | -        | -       | -          | -      | cn          | s     | -
issued report            | -       | -     | -         | -        | -       | -          | -      | cn          | s     | -
issued file              | -       | -     | -         | -        | -       | -          | -      | cn          | s     | -
reader of a report       | -       | -     | -         | -        | -       | -          | -      | cn          | s     | -
comment of a reader      | -       | -     | -         | -        | -       | -          | -      | cn          | s     | -
mailing                  | -       | -     | -         | -        | -       | -          | -      | cn          | s     | -
sent mailing             | -       | -     | -         | -        | -       | -          | -      | cn          | s     | -
recipient of a mailing   | -       | -     | -         | -        | -       | -          | -      | cn          | s     | -
invitation               | -       | -     | -         | -        | -       | -          | -      | cn          | s     | -
invitations job          | -       | -     | -         | -        | -       | -          | -      | cn          | s     | -
own message              | c       | -     | n         | s        | -       | -          | -      | -           | -     | -
notice                   | cn      | cn    | cn        | s        | cn      | cn         | cn     | cn          | s     | -
notice to advisers       | -       | -     | -         | -        | cn      | cn         | cn     | cn          | s     | -
later notice             | -       | -     | -         | -        | -       | -          | -      | cn          | s     | -
notice to an address     | -       | -     | -         | -        | -       | -          | -      | cn          | s     | -
reading of a notice      | -       | -     | -         | -        | -       | -          | -      | cn          | s     | -
enquiry                  | c       | c     | n         | s        | -       | -          | -      | cn          | s     | -
word of an enquiry       | c       | c     | n         | s        | -       | -          | -      | cn          | s     | -
access                   | -       | -     | -         | -        | -       | -          | -      | -           | -     | -
"""


def _read(table: str) -> dict[str, dict[str, set[str]]]:
    head, *lines = [line for line in table.splitlines() if line.strip()]
    assert len(head.split("|")) == len(PEOPLE) + 1
    expected = {}
    for line in lines:
        kind, *cells = [cell.strip() for cell in line.split("|")]
        seen = ({owner for owner in OWNERS if owner[0] in cell} for cell in cells)
        expected[kind] = dict(zip(PEOPLE, seen, strict=True))
    return expected


EXPECTED = _read(TABLE)


@pytest.fixture
def world(db):
    return make_world()


def _owners(world, kind, ids) -> set[str]:
    return {owner for owner in OWNERS if world[kind, owner].pk in ids}


def _through_the_door(world, kind, who) -> set[str]:
    person = world.people[who]
    with acting_as(person.pk):
        return _owners(world, kind, set(KINDS[kind][0].objects.visible_to(person).values_list("pk", flat=True)))


def _past_every_door(world, kind, who) -> set[str]:
    table = connection.ops.quote_name(KINDS[kind][0]._meta.db_table)
    with seen_by(world.people[who]), connection.cursor() as cursor:
        cursor.execute(f"SELECT id FROM {table}")
        return _owners(world, kind, {row[0] for row in cursor.fetchall()})


def _ask(world, how, kinds) -> dict[str, dict[str, set[str]]]:
    return {kind: {who: how(world, kind, who) for who in PEOPLE} for kind in kinds}


def test_the_table_and_the_audiences_of_the_sweep_say_the_same():
    told = {kind: {(who, owner) for who, owners in row.items() for owner in owners} for kind, row in EXPECTED.items()}
    assert told == {kind: set(audience) for kind, (_, audience) in KINDS.items()}


def test_every_model_that_names_a_tenant_is_in_the_table():
    tenants = {
        model._meta.label
        for model in apps.get_models()
        if any(column.column in ("company_id", "programme_id") for column in model._meta.local_fields)
    }
    assert tenants - {model._meta.label for model, _ in KINDS.values()} == set()


def test_the_doors_let_through_what_the_table_says(world):
    """The filters of the code by themselves: as the owner of the tables, whom no policy binds."""
    with_door = {kind: row for kind, row in EXPECTED.items() if hasattr(KINDS[kind][0].objects, "visible_to")}
    assert _ask(world, _through_the_door, with_door) == with_door


def test_the_database_alone_answers_what_the_table_says(world):
    """Raw SQL without any condition, as the web role."""
    assert _ask(world, _past_every_door, EXPECTED) == EXPECTED


def test_without_row_level_security_everybody_would_see_everything(world):
    """The negative control: these tests could see a leak."""
    with connection.cursor() as cursor:
        for model in {model for model, _ in KINDS.values()}:
            cursor.execute(f"ALTER TABLE {connection.ops.quote_name(model._meta.db_table)} DISABLE ROW LEVEL SECURITY")
    assert _ask(world, _past_every_door, EXPECTED) == {kind: {who: set(OWNERS) for who in PEOPLE} for kind in EXPECTED}
