"""Only the door writes: the wrapper in tests and demo, the privileges everywhere."""

import psycopg
import pytest
from django.db import connection, transaction
from django.utils import timezone

from apps.access.models import Role, StaffSession, User
from apps.control import guarding
from apps.control.guarding import WriteOutsideOperation
from apps.control.models import OperationKey, OperationRun, OutboxMessage
from apps.kernel import sql
from apps.kernel.models import Branch
from tests import probes
from tests.conftest import OwnDatabase
from tests.factories import Bank, do


def test_the_orm_cannot_write_outside(bank: Bank) -> None:
    branch = Branch.objects.get(id=bank.branch)
    branch.name_uk = "Інша"
    attempts = (
        branch.save,
        lambda: Branch.objects.create(code="X", name_uk="x", name_en="x", opened_on=bank.date),
        lambda: Branch.objects.update(name_uk="x"),
        OutboxMessage.objects.all().delete,
        OperationKey.objects.all().delete,
        lambda: Branch.objects.bulk_create([branch]),
        lambda: Branch.objects.bulk_update([branch], ["name_uk"]),
        lambda: Role.objects.update_or_create(code="teller", defaults={"name_uk": "x"}),
        lambda: User.objects.filter(id=1).update(is_staff=True),
    )
    for attempt in attempts:
        with pytest.raises(WriteOutsideOperation), transaction.atomic():
            attempt()
    assert not Branch.objects.filter(name_uk__in=["x", "Інша"]).exists()


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO kernel_branch (code) VALUES ('x')",
        "  update kernel_branch SET code = 'x'",
        "\n\tDELETE FROM kernel_branch",
        "TRUNCATE kernel_branch",
        "MERGE INTO kernel_branch b USING kernel_branch c ON b.id = c.id WHEN MATCHED THEN DELETE",
        "COPY kernel_branch FROM STDIN",
        "WITH gone AS (DELETE FROM kernel_branch RETURNING 1) SELECT * FROM gone",
        "WITH x AS (SELECT 1) INSERT INTO kernel_branch SELECT",
        "/* harmless */ UPDATE kernel_branch SET code = 'x'",
        "-- harmless\nUPDATE kernel_branch SET code = 'x'",
        "UPDATE \"kernel_branch\" SET code = 'x'",
        "WITH x AS (UPDATE \"kernel_branch\" SET code = 'x' RETURNING 1) SELECT",
        "WITH x AS (UPDATE ONLY kernel_branch AS b SET code = 'x' RETURNING 1) SELECT",
        "EXPLAIN ANALYZE DELETE FROM kernel_branch",
        "SELECT 1; DELETE FROM kernel_branch",
        "DELETE FROM kernel_branch WHERE id IN (SELECT 1 FROM access_staffsession)",
        "DELETE FROM access_staffsession; DELETE FROM kernel_branch",
        "SELECT ledger_limit_account_v1(1, -5, false, false)",
        "SELECT * FROM ledger_hold_v1 (NULL, 1, 1, '', NULL, NULL)",
    ],
)
def test_written_by_hand_neither(bank: Bank, statement: str) -> None:
    with connection.cursor() as cursor:
        for given in (statement, psycopg.sql.SQL(statement), statement.encode()):
            with pytest.raises(WriteOutsideOperation):
                cursor.execute(given)  # type: ignore[arg-type]  # bytes, which psycopg takes
    with pytest.raises(WriteOutsideOperation):
        sql.rows(statement)


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT 'update x set y' AS title",
        "SELECT id FROM kernel_branch WHERE name_en = 'insert into x'",
        "WITH x AS (SELECT 'a') SELECT * FROM x",
        "SHOW lock_timeout",
        "SELECT id FROM kernel_branch FOR UPDATE",
        "SELECT b.id FROM kernel_branch b FOR UPDATE OF b",
        "SELECT id AS update FROM kernel_branch -- DELETE FROM kernel_branch",
        "SELECT $$ DELETE FROM x $$",
    ],
)
def test_reads_pass(bank: Bank, statement: str) -> None:
    sql.rows(statement)


def test_what_is_not_the_banks_state_passes(bank: Bank) -> None:
    StaffSession.objects.create(session_key="k", session_data="", expire_date=timezone.now())
    User.objects.filter(id=bank.teller.user_id).update(last_login=timezone.now())
    with pytest.raises(WriteOutsideOperation):
        User.objects.filter(id=1).update(last_login=timezone.now(), is_staff=True)


def test_the_door_closes_again(bank: Bank) -> None:
    do("probe.tell", probes.Tell(texts=("x",)), actor=bank.prober)
    with pytest.raises(WriteOutsideOperation):
        Branch.objects.update(name_uk="x")
    with pytest.raises(ZeroDivisionError), guarding.door_open():
        raise ZeroDivisionError
    with pytest.raises(WriteOutsideOperation):
        Branch.objects.update(name_uk="x")


@pytest.mark.parametrize("table", ["control_operationrun", "control_operationkey"])
def test_journal_and_keys_are_append_only(own_database: OwnDatabase, table: str) -> None:
    for alias, state in (("default", "42501"), ("owner", "SK008")):
        with own_database.connect(alias, autocommit=True) as other:
            for statement in (
                f"UPDATE {table} SET client = 'x'",
                f"DELETE FROM {table}",
                f"TRUNCATE {table}",
            ):
                with pytest.raises(psycopg.Error) as refused:
                    other.execute(statement)
                assert refused.value.sqlstate == state


@pytest.mark.parametrize("column", ["xid", "at"])
def test_nobody_says_when_and_in_which_transaction(
    own_database: OwnDatabase, bank: Bank, column: str
) -> None:
    value = {"xid": "'7'::xid8", "at": "now() - interval '1 year'"}[column]
    known = (
        "id, operation, version, outcome, origin, client, key, actor_id, actor_name, command,"
        " subjects, address, request_id, currency"
    )
    taken = known.replace("id, ", "gen_random_uuid(), ", 1)
    with own_database.connect(autocommit=True) as application:
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            application.execute(
                f"INSERT INTO control_operationrun ({known}, {column})"
                f" SELECT {taken}, {value} FROM control_operationrun LIMIT 1"
            )
        application.execute(
            f"INSERT INTO control_operationrun ({known})"
            f" SELECT {taken} FROM control_operationrun LIMIT 1"
        )
    line = OperationRun.objects.latest("at")
    assert abs((timezone.now() - line.at).total_seconds()) < 60
