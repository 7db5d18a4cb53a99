from companies.queries import people
from tests.factories import make_person
from tests.roles import seen_by


def test_people_come_with_their_rights(cast):
    make_person(cast.company, name_ja="権限なし")
    with seen_by(cast.people["secretariat"], company_id=cast.company.pk):
        rights = [
            (str(person.user or ""), person.rights) for person in people(cast.people["secretariat"], cast.company)
        ]
    assert sorted(rights, key=str) == sorted(
        [(str(cast.people["manager"]), "manager"), (str(cast.people["staff"]), "staff"), ("", None)], key=str
    )


def test_nobody_sees_the_people_of_another_company(cast):
    with seen_by(cast.people["manager"]):
        assert list(people(cast.people["manager"], cast.neighbour.company)) == []
