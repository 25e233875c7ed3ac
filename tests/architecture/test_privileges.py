"""The catalogue of the database, against what bank/grants.py declares and nothing more."""

import pytest
from django.conf import settings
from django.db import connections

from apps.kernel import sql
from bank.grants import APPEND_ONLY, NO_DELETE, READ_ONLY
from tests.factories import Bank

ROLE = settings.DATABASE_APP_ROLE
# Sequences of the book: its functions alone give its numbers out.
BOOK_SEQUENCES = {
    "ledger_account_id_seq", "ledger_entry_id_seq", "ledger_hold_id_seq", "ledger_posting_id_seq",
    "ledger_accountchange_id_seq",
}  # fmt: skip
OURS = """NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = {oid} AND d.deptype = 'e')"""
TABLES = f"""
    SELECT c.oid, c.relname, c.relkind, c.relispartition, c.relacl, c.relowner
      FROM pg_class c
     WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
       AND {OURS.format(oid="c.oid")}"""
GIVEN = """
    SELECT t.relname, acl.privilege_type, acl.grantee = 0 AS to_all, acl.is_grantable
      FROM ({tables}) t CROSS JOIN LATERAL aclexplode(t.relacl) acl
     WHERE acl.grantee <> t.relowner"""


def declared(table: str) -> set[str]:
    """What the application may do to a whole table, as the page of grants declares it."""
    if table in READ_ONLY:
        return {"SELECT"}
    if table in APPEND_ONLY:
        # Where columns are named, the right to add rows is theirs and not the table's.
        return {"SELECT"} if APPEND_ONLY[table] else {"SELECT", "INSERT"}
    if table in NO_DELETE:
        return {"SELECT", "INSERT", "UPDATE"}
    return {"SELECT", "INSERT", "UPDATE", "DELETE"}


def test_tables_are_declared_once_and_exist(bank: Bank) -> None:
    names = [*READ_ONLY, *APPEND_ONLY, *NO_DELETE]
    existing = {name for _, name, *_ in sql.rows(TABLES)}
    assert sorted(names) == sorted(set(names))
    assert set(names) <= existing


def test_the_application_has_what_is_declared_on_tables(bank: Bank) -> None:
    tables = {name: partition for _, name, _, partition, *_ in sql.rows(TABLES)}
    assert any(tables.values())
    assert len(tables) > 50
    given: dict[str, set[str]] = {name: set() for name in tables}
    for name, privilege, to_all, grantable in sql.rows(GIVEN.format(tables=TABLES)):
        assert not to_all, f"everybody may {privilege} {name}"
        assert not grantable, f"{privilege} of {name} may be passed on"
        given[name].add(privilege)
    # Partitions are reached through their parent alone.
    expected = {name: set() if partition else declared(name) for name, partition in tables.items()}
    assert given == expected


def test_nobody_else_has_anything(bank: Bank) -> None:
    """But PostgreSQL's own roles, which are nobody's to sign in with."""
    grantees = {
        name
        for (name,) in sql.rows(
            f"""SELECT DISTINCT r.rolname FROM ({TABLES}) t CROSS JOIN LATERAL aclexplode(t.relacl)
                  acl JOIN pg_roles r ON r.oid = acl.grantee WHERE acl.grantee <> t.relowner"""
        )
    }
    assert grantees == {ROLE}


def test_the_application_has_what_is_declared_on_columns(bank: Bank) -> None:
    """A line of the journal is added by columns: its transaction and moment are the database's."""
    found: dict[str, set[str]] = {}
    for table, column, privilege in sql.rows(
        f"""SELECT t.relname, a.attname, acl.privilege_type FROM ({TABLES}) t
              JOIN pg_attribute a ON a.attrelid = t.oid AND a.attacl IS NOT NULL
             CROSS JOIN LATERAL aclexplode(a.attacl) acl"""
    ):
        assert privilege == "INSERT"
        found.setdefault(table, set()).add(column)
    assert found == {
        table: set(columns.strip("()").replace(" ", "").split(","))
        for table, columns in APPEND_ONLY.items()
        if columns
    }
    of_the_database = {
        column
        for (column,) in sql.rows(
            """SELECT attname FROM pg_attribute
                WHERE attrelid = 'control_operationrun'::regclass AND attnum > 0"""
        )
    } - found["control_operationrun"]
    assert of_the_database == {"xid", "at"}


def test_the_application_takes_numbers_and_never_sets_them(bank: Bank) -> None:
    given = {
        name: set(privileges)
        for name, privileges in sql.rows(
            """SELECT c.relname, ARRAY(SELECT acl.privilege_type FROM aclexplode(c.relacl) acl
                                        WHERE acl.grantee <> c.relowner)
                 FROM pg_class c
                WHERE c.relkind = 'S' AND c.relnamespace = 'public'::regnamespace"""
        )
    }
    assert set(given) > BOOK_SEQUENCES
    assert given == {name: set() if name in BOOK_SEQUENCES else {"USAGE"} for name in given}


FUNCTIONS = f"""
    SELECT p.oid::regprocedure::text, p.proname, p.prosecdef, coalesce(p.proconfig, '{{}}'),
           p.proowner::regrole::text,
           ARRAY(SELECT CASE acl.grantee WHEN 0 THEN 'PUBLIC' ELSE acl.grantee::regrole::text END
                   FROM aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) acl
                  WHERE acl.grantee <> p.proowner ORDER BY 1)
      FROM pg_proc p
     WHERE p.pronamespace = 'public'::regnamespace AND {OURS.format(oid="p.oid")}"""


def test_functions_pin_their_path_and_are_not_everybody_s(bank: Bank) -> None:
    functions = sql.rows(FUNCTIONS)
    assert len(functions) > 20
    for signature, _, definer, config, owner, may_call in functions:
        assert owner != ROLE, signature
        assert may_call == [ROLE], signature
        if definer:
            # The book's schema comes first: no table of the caller's stands in for one of it.
            assert config[0] == "search_path=public, pg_temp", signature


# What runs with the owner's rights: everything that changes the book, and what makes its months.
DEFINERS = {
    "accounts_make_partitions_v1",
    "ledger_close_account_v2",
    "ledger_hold_v2",
    "ledger_internal_account_v1",
    "ledger_limit_account_v2",
    "ledger_make_partitions_v1",
    "ledger_open_account_v2",
    "ledger_post_few_v2",
    "ledger_post_many_v2",
    "ledger_release_v2",
    "ledger_snapshot_accounts_v1",
    "ledger_snapshot_gl_v1",
    "loans_lock_balances_v1",
    "loans_make_partitions_v1",
}


def test_few_functions_run_with_the_owner_s_rights(bank: Bank) -> None:
    definers = {name for _, name, definer, *_ in sql.rows(FUNCTIONS) if definer}
    assert definers == DEFINERS


def test_the_application_is_an_ordinary_role(bank: Bank) -> None:
    found = sql.row(
        """SELECT rolsuper, rolcreaterole, rolcreatedb, rolreplication, rolbypassrls,
                  EXISTS (SELECT FROM pg_auth_members WHERE member = r.oid),
                  has_schema_privilege(rolname, 'public', 'CREATE'),
                  has_schema_privilege(rolname, 'public', 'USAGE')
             FROM pg_roles r WHERE rolname = current_user"""
    )
    assert found == (False, False, False, False, False, False, False, True)
    # Nothing made later is anybody's until it is granted.
    assert sql.rows("SELECT * FROM pg_default_acl") == []


def test_the_owner_of_everything_is_one_role(bank: Bank) -> None:
    owners = {
        name
        for (name,) in sql.rows(
            f"""SELECT DISTINCT pg_get_userbyid(relowner) FROM ({TABLES}) t
                 UNION SELECT DISTINCT pg_get_userbyid(proowner) FROM pg_proc p
                        WHERE p.pronamespace = 'public'::regnamespace
                          AND {OURS.format(oid="p.oid")}"""
        )
    }
    assert owners == {connections["owner"].settings_dict["USER"]}
    assert ROLE not in owners


@pytest.mark.parametrize("table", sorted(set(APPEND_ONLY) - {"auditlog_logentry"}))
def test_what_is_append_only_has_triggers_too(bank: Bank, table: str) -> None:
    """Privileges stop the application; triggers stop the owner's slip of the hand as well."""
    stopped = sql.value(
        """SELECT array_agg(DISTINCT stop ORDER BY stop)
             FROM pg_trigger g,
                  LATERAL (VALUES (8, 'DELETE'), (16, 'UPDATE'), (32, 'TRUNCATE')) e (bit, stop)
            WHERE g.tgrelid = %(table)s::text::regclass AND NOT g.tgisinternal
              AND g.tgenabled = 'O' AND g.tgtype & 2 = 2 AND g.tgtype::int & e.bit = e.bit""",
        {"table": table},
    )
    assert stopped == ["DELETE", "TRUNCATE", "UPDATE"]
