"""`python -m config.embedded.logins` prints who can sign in to the sample: role, e-mail, password."""

import django


def table(rows: list[tuple[str, str, str]]) -> str:
    """Rows as indented columns."""
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    return "\n".join(
        "  " + "  ".join(word.ljust(width) for word, width in zip(row, widths, strict=True)).rstrip() for row in rows
    )


if __name__ == "__main__":
    django.setup()
    from portfolio.sample.people import LOGINS, PASSWORD

    print(table([("Role", "E-mail", "Password"), *((role, email, PASSWORD) for email, role in LOGINS)]))
