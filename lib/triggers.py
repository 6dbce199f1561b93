"""SQL of append-only tables: what has been written is neither changed nor deleted, whatever the code above says."""


def append_only(table: str) -> tuple[str, str]:
    """SQL that makes `table` append-only, and its reverse."""
    name = f"{table}_append_only"
    return (
        f"""
        CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN RAISE EXCEPTION '{name}: rows of {table} are never changed or deleted' USING ERRCODE = '23514'; END $$;
        CREATE TRIGGER {name} BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION {name}();
        """,
        f"DROP TRIGGER {name} ON {table}; DROP FUNCTION {name}();",
    )


def guarded(table: str, name: str, when: str, body: str) -> tuple[str, str]:
    """SQL of a guard: a trigger `name` that fires `when` and raises unless `body` returns first; and its reverse."""
    return (
        f"""
        CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN {body} RAISE EXCEPTION '{name}' USING ERRCODE = '23514'; END $$;
        CREATE TRIGGER {name} BEFORE {when} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}();
        """,
        f"DROP TRIGGER {name} ON {table}; DROP FUNCTION {name}();",
    )
