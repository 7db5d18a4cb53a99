"""Who may see what, as sets of (role, owner): the ruling's table in the words that the tests of isolation share.

A role is somebody of the cast. An owner is one of the three tenants that a row may belong to: the company of the cast,
its neighbour in the same programme, and the stranger in another programme.
"""

OWNERS = ("company", "neighbour", "stranger")
ROLES = (
    "anonymous",
    "manager",
    "staff",
    "neighbour",
    "stranger",
    "adviser",
    "unassigned_adviser",
    "former_adviser",
    "secretariat",
    "other_secretariat",
    "nobody",
)
PEOPLE = ROLES[1:]


def _pairs(text: str) -> frozenset[tuple[str, str]]:
    """Read "manager: company; secretariat: company neighbour" as pairs."""
    return frozenset(
        (role.strip(), owner)
        for line in text.replace("\n", ";").split(";")
        if line.strip()
        for role, owners in [line.split(":")]
        for owner in owners.split()
    )


MEMBERS = _pairs("manager: company; staff: company; neighbour: neighbour; stranger: stranger")
MANAGERS = _pairs("manager: company; neighbour: neighbour; stranger: stranger")
ADVISERS = _pairs("adviser: company")
SECRETARIAT = _pairs("secretariat: company neighbour; other_secretariat: stranger")
# An adviser keeps the seat, and so sees the programme itself, with no company assigned or none any more.
SEATED = SECRETARIAT | _pairs(
    "adviser: company neighbour; unassigned_adviser: company neighbour; former_adviser: company neighbour"
)

# The kinds of data of the ruling.
RECORDS = MEMBERS | ADVISERS | SECRETARIAT
CONTENT = MEMBERS | ADVISERS
SHARED = CONTENT | SECRETARIAT
FEEDBACK = MEMBERS | SECRETARIAT
PROGRAMME = SEATED | _pairs(
    "manager: company neighbour; staff: company neighbour; neighbour: company neighbour; stranger: stranger"
)
MANAGED = SECRETARIAT
NOBODY: frozenset[tuple[str, str]] = frozenset()
SIGNED_IN = frozenset((role, owner) for role in PEOPLE for owner in OWNERS)
EVERYBODY = frozenset((role, owner) for role in ROLES for owner in OWNERS)
