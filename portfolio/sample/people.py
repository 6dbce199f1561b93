"""The people of the sample enterprise. Their password is printed by the demo and is good for nothing else."""

from org.models import Role

HOUSE = "northwind.example"
PASSWORD = "northwind-demo-only"  # noqa: S105 - meant to be known

# E-mail name, name, role, domain key (None: everywhere), may sign in.
PEOPLE: list[tuple[str, str, str, str | None, bool]] = [
    ("helena.brandt", "Helena Brandt", Role.EXECUTIVE, None, True),
    ("pieter.vandenberg", "Pieter van den Berg", Role.EXECUTIVE, None, False),
    ("marta.kowalczyk", "Marta Kowalczyk", Role.PRODUCT_LEAD, "direct", True),
    ("sofia.almeida", "Sofia Almeida", Role.PRODUCT_LEAD, "direct", False),
    ("jonas.lindqvist", "Jonas Lindqvist", Role.PRODUCT_LEAD, "claims", False),
    ("tomas.novak", "Tomáš Novák", Role.PRODUCT_LEAD, "claims", False),
    ("aoife.byrne", "Aoife Byrne", Role.PRODUCT_LEAD, "service", False),
    ("luca.moretti", "Luca Moretti", Role.PRODUCT_LEAD, "ventures", False),
    ("ingrid.solberg", "Ingrid Solberg", Role.FINANCE, None, True),
    ("daniel.hoffmann", "Daniel Hoffmann", Role.PRODUCT_OPERATIONS, None, True),
    ("camille.laurent", "Camille Laurent", Role.ADMIN, None, True),
    ("niamh.doyle", "Niamh Doyle", Role.VIEWER, None, True),
]


def email_of(name: str) -> str:
    return f"{name}@{HOUSE}"


LOGINS: list[tuple[str, str]] = [
    (email_of(name), Role(role).label + (" (direct sales)" if domain == "direct" else ""))
    for name, _, role, domain, signs_in in PEOPLE
    if signs_in
]
