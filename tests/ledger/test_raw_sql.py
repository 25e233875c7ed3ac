"""What somebody with the application's password, or the owner's, can and cannot do by hand."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

import psycopg
import pytest
from pytest_django import DjangoDbBlocker

from tests import databases, probes
from tests.factories import do, internal_account, move, open_account, read_bank
from tests.ledger import raw

DENIED = "42501"
PARTITION = "ledger_posting_2026_01"
BOOK = (
    "ledger_account",
    "ledger_balance",
    "ledger_hold",
    "ledger_accountchange",
    "ledger_entry",
    "ledger_posting",
    "ledger_accountday",
    "ledger_glday",
)
DAY = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class ClosedBank:
    """A bank whose first date is closed, and whose second closes while the third is open."""

    database: str
    date: dt.date
    till: int
    # Holds 999.93 UAH, of which 0.05 are held.
    account: int
    # Holds nothing.
    empty: int


@pytest.fixture(scope="module")
def closed(
    django_test_environment: None, django_db_blocker: DjangoDbBlocker
) -> Iterator[ClosedBank]:
    """One for the whole room: nobody here commits anything but a line of the journal."""
    with (
        django_db_blocker.unblock(),
        databases.clone(databases.installed_template(), purpose="raw") as name,
    ):
        with databases.pointed_at(name):
            bank = read_bank()
            till, account = internal_account(bank), open_account(bank)
            empty = open_account(bank)
            move(bank, source=till, target=account, minor=100_000)
            do("probe.hold", probes.Hold(account=account, amount_minor=5), actor=bank.prober)
            do("probe.open_next_date", probes.NextDate(), actor=bank.prober)
            do("probe.finish_close", probes.NextDate(), actor=bank.prober)
            move(bank, source=account, target=till, minor=7)
            do("probe.open_next_date", probes.NextDate(), actor=bank.prober)
        yield ClosedBank(name, bank.date, till, account, empty)


@pytest.fixture
def application(closed: ClosedBank) -> Iterator[raw.Connection]:
    with databases.connect(closed.database) as connection:
        yield connection
        connection.rollback()


@pytest.fixture
def owner(closed: ClosedBank) -> Iterator[raw.Connection]:
    with databases.connect(closed.database, "owner") as connection:
        yield connection
        connection.rollback()


def state_of(connection: raw.Connection, statement: str) -> str:
    """The SQLSTATE with which a statement is refused; what it did otherwise is taken back."""
    connection.execute("SAVEPOINT attempt")
    with pytest.raises(psycopg.Error) as refused:
        connection.execute(statement)
    connection.execute("ROLLBACK TO attempt")
    return refused.value.sqlstate or ""


# --- The application's role ---------------------------------------------------------------------


@pytest.mark.parametrize("table", BOOK)
def test_the_application_may_only_read_the_book(application: raw.Connection, table: str) -> None:
    assert application.execute(f"SELECT count(*) FROM {table}").fetchone()
    row = f"SELECT (t).* FROM (SELECT t FROM {table} t LIMIT 1) x"
    column = {
        "ledger_account": "name",
        "ledger_accountchange": "change",
        "ledger_entry": "kind",
        "ledger_hold": "reason",
    }
    name = column.get(table, "booking_date" if table != "ledger_balance" else "floor_minor")
    for statement in (
        f"INSERT INTO {table} {row}",
        f"UPDATE {table} SET {name} = {name}",
        f"DELETE FROM {table}",
        f"TRUNCATE {table} CASCADE",
        f"ALTER TABLE {table} DISABLE TRIGGER ALL",
        f"DROP TABLE {table}",
        f"CREATE TRIGGER x BEFORE INSERT ON {table} EXECUTE FUNCTION kernel_guard_date()",
        f"SELECT 1 FROM {table} FOR UPDATE",
        f"LOCK TABLE {table} IN EXCLUSIVE MODE",
    ):
        assert state_of(application, statement) == DENIED, statement


def test_the_application_reaches_no_partition(application: raw.Connection) -> None:
    for statement in (
        f"SELECT * FROM {PARTITION}",
        f"INSERT INTO {PARTITION} SELECT * FROM ledger_posting LIMIT 1",
        f"UPDATE {PARTITION} SET amount_minor = 1",
        f"DELETE FROM {PARTITION}",
        f"TRUNCATE {PARTITION}",
        f"ALTER TABLE ledger_posting DETACH PARTITION {PARTITION}",
    ):
        assert state_of(application, statement) == DENIED, statement


def test_the_application_cannot_take_sequences_or_make_objects(
    application: raw.Connection,
) -> None:
    for statement in (
        "SELECT nextval('ledger_entry_id_seq')",
        "SELECT setval('ledger_posting_id_seq', 1)",
        "SELECT setval('control_approval_id_seq', 1)",
        "CREATE TABLE mine (id int)",
        "CREATE FUNCTION mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "CREATE SCHEMA mine",
        "SET ROLE skarb_owner",
        "SET SESSION AUTHORIZATION skarb_owner",
        "SET session_replication_role = replica",
        "ALTER FUNCTION kernel_guard_date() OWNER TO skarb_app",
        "CREATE OR REPLACE FUNCTION ledger_refuse_change() RETURNS trigger LANGUAGE plpgsql AS"
        " 'BEGIN RETURN NULL; END'",
        "SELECT pg_read_file('/etc/passwd')",
        "COPY (SELECT 1) TO PROGRAM 'true'",
    ):
        assert state_of(application, statement) == DENIED, statement


def test_a_temporary_table_does_not_stand_in_for_the_book(
    application: raw.Connection, closed: ClosedBank
) -> None:
    """The functions look into the schema of the book first, whatever the caller's path says."""
    application.execute("CREATE TEMP TABLE control_operationrun (id uuid, xid xid8)")
    application.execute("CREATE TEMP TABLE kernel_bookingdate AS SELECT * FROM kernel_bookingdate")
    application.execute("UPDATE kernel_bookingdate SET status = 'open'")
    application.execute("SET LOCAL search_path = pg_temp, public")
    run = "00000000-0000-7000-8000-000000000000"
    application.execute("INSERT INTO control_operationrun VALUES (%s, pg_current_xact_id())", [run])
    for date, state in ((closed.date, "SK001"), (closed.date + 2 * DAY, "SK009")):
        application.execute("SAVEPOINT attempt")
        with pytest.raises(psycopg.Error) as refused:
            raw.call(application, "few", pair(closed), run=run, date=date)
        assert refused.value.sqlstate == state
        application.execute("ROLLBACK TO attempt")


def pair(closed: ClosedBank) -> list[list[tuple[int, int, str]]]:
    return [[(closed.till, 1, "UAH"), (closed.account, -1, "UAH")]]


@pytest.mark.parametrize("size", ["few", "many"])
@pytest.mark.parametrize(
    ("days", "closing", "state"),
    [
        (0, False, "SK001"),  # closed
        (0, True, "SK001"),
        (1, False, "SK001"),  # closing, for whoever is no step of the close
        (2, True, "SK001"),  # open, for a step of the close
        (3, False, "SK001"),  # not open yet
        (-1, False, "SK001"),  # before the bank
    ],
)
def test_no_posting_into_a_date_that_takes_none(
    application: raw.Connection,
    closed: ClosedBank,
    size: str,
    days: int,
    closing: bool,
    state: str,
) -> None:
    date = closed.date + days * DAY
    run = raw.write_line(application, date=date)
    application.execute("SAVEPOINT attempt")
    with pytest.raises(psycopg.Error) as refused:
        raw.call(application, size, pair(closed), run=run, date=date, closing=closing)
    assert refused.value.sqlstate == state


@pytest.mark.parametrize("size", ["few", "many"])
def test_a_run_counts_for_its_own_date_and_transaction(
    application: raw.Connection, closed: ClosedBank, size: str
) -> None:
    open_date = closed.date + 2 * DAY
    entries = pair(closed)
    run = raw.write_line(application, date=open_date)
    raw.call(application, size, entries, run=run, date=open_date)
    other = raw.write_line(application, date=closed.date)
    for attempt in (other, run):
        if attempt is run:
            application.rollback()
            run = raw.write_line(application, date=open_date)
            application.commit()
        application.execute("SAVEPOINT attempt")
        with pytest.raises(psycopg.Error) as refused:
            raw.call(application, size, entries, run=attempt, date=open_date)
        assert refused.value.sqlstate == "SK009"
        application.execute("ROLLBACK TO attempt")


@pytest.mark.parametrize("size", ["few", "many"])
def test_no_overdraft_by_hand(application: raw.Connection, closed: ClosedBank, size: str) -> None:
    open_date = closed.date + 2 * DAY
    run = raw.write_line(application, date=open_date)
    entries = [
        [(closed.account, 99_989, "UAH"), (closed.till, -99_989, "UAH")]
    ]  # 99,993 less 5 held
    with pytest.raises(psycopg.Error) as refused:
        raw.call(application, size, entries, run=run, date=open_date)
    assert refused.value.sqlstate == "SK004"


@pytest.mark.parametrize("days", [0, 2])
def test_snapshots_are_written_for_the_closing_date_alone(
    application: raw.Connection, closed: ClosedBank, days: int
) -> None:
    date = closed.date + days * DAY
    for statement in (
        f"SELECT ledger_snapshot_accounts_v1('{date}', 0, 100000)",
        f"SELECT ledger_snapshot_gl_v1('{date}')",
    ):
        assert state_of(application, statement) == "SK001"


def test_partitions_come_in_reasonable_numbers(application: raw.Connection) -> None:
    for span in ("'2026-01-01', '2027-12-31'", "'2026-02-01', '2026-01-01'"):
        assert state_of(application, f"SELECT ledger_make_partitions_v1({span})") == "SK010"


# --- What changes an account apart from postings --------------------------------------------------

# Calls as the application can make them, over the run, an account, a hold and a date.
CHANGES = {
    "opened": "open_account_v2('{run}', 'RAW', '', '2620', {branch}, 'UAH', -9, '', '{date}')",
    "limited": "limit_account_v2('{run}', {account}, -1000000, false, false)",
    "held": "hold_v2('{run}', {account}, 5, 'raw', '{date}', NULL)",
    "released": "release_v2('{run}', {hold}, '{date}')",
    "closed": "close_account_v2('{run}', {empty}, '{date}')",
}


def change(connection: raw.Connection, closed: ClosedBank, name: str, run: object) -> str:
    """The call of a function, and what the commit will ask, asked at once."""
    (hold,) = connection.execute("SELECT max(id) FROM ledger_hold").fetchone() or (0,)
    (branch,) = connection.execute("SELECT min(id) FROM kernel_branch").fetchone() or (0,)
    call = CHANGES[name].format(
        run=run,
        account=closed.account,
        empty=closed.empty,
        hold=hold,
        branch=branch,
        date=closed.date + 2 * DAY,
    )
    return f"SELECT ledger_{call}; SET CONSTRAINTS ALL IMMEDIATE"


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_of_an_account_is_owed_to_the_journal(
    application: raw.Connection, closed: ClosedBank, name: str
) -> None:
    open_date = closed.date + 2 * DAY
    standing = "SELECT * FROM ledger_balance WHERE account_id = ANY (%s) ORDER BY account_id"
    accounts = [closed.account, closed.empty]
    before = application.execute(standing, [accounts]).fetchall()
    nobody = "00000000-0000-7000-8000-000000000000"
    refused = raw.write_line(application, date=open_date, outcome="refused")
    earlier = raw.write_line(application, date=open_date)
    assert state_of(application, change(application, closed, name, refused)) == "SK009"
    application.commit()
    for run in (nobody, earlier):
        assert state_of(application, change(application, closed, name, run)) == "SK009"
    # At the commit at the latest.
    application.execute(change(application, closed, name, nobody).partition(";")[0])
    with pytest.raises(psycopg.Error) as late:
        application.commit()
    assert late.value.sqlstate == "SK009"
    assert application.execute(standing, [accounts]).fetchall() == before

    run = raw.write_line(application, date=open_date)
    application.execute(change(application, closed, name, run))
    assert application.execute(
        "SELECT change FROM ledger_accountchange WHERE run_id = %s", [run]
    ).fetchall() == [(name,)]


@pytest.mark.parametrize(
    "call",
    [
        "ledger_limit_account_v1(1, -1000000, false, false)",
        "ledger_close_account_v1(1, '2026-01-07')",
        "ledger_hold_v1(NULL, 1, 1, '', '2026-01-07', NULL)",
        "ledger_release_v1(NULL, 1, '2026-01-07')",
    ],
)
def test_there_is_no_way_round_the_run(application: raw.Connection, call: str) -> None:
    assert state_of(application, f"SELECT {call}") == "42883"


def test_every_change_of_an_account_names_its_line(
    application: raw.Connection, closed: ClosedBank
) -> None:
    found = application.execute(
        "SELECT run.operation, c.change FROM ledger_accountchange c"
        " JOIN control_operationrun run ON run.id = c.run_id WHERE account_id = %s ORDER BY c.id",
        [closed.account],
    ).fetchall()
    assert found == [("probe.open_account", "opened"), ("probe.hold", "held")]


@pytest.mark.parametrize("size", ["few", "many"])
@pytest.mark.parametrize(
    ("operation", "forced", "state"),
    [
        ("probe.raw", True, "SK014"),  # it declares nothing of the kind
        ("probe.raw", None, "SK004"),
        ("probe.move", None, "SK004"),
        ("probe.move", True, None),
    ],
)
def test_only_an_operation_that_declares_it_forces_entries(
    application: raw.Connection,
    closed: ClosedBank,
    size: str,
    operation: str,
    forced: bool | None,
    state: str | None,
) -> None:
    date = closed.date + 2 * DAY
    entries = [[(closed.account, 200_000, "UAH"), (closed.till, -200_000, "UAH")]]
    run = raw.write_line(application, date=date, operation=operation)
    application.execute("SAVEPOINT attempt")
    if state is None:
        assert raw.call(application, size, entries, run=run, date=date, forced=[forced])
        return
    with pytest.raises(psycopg.Error) as refused:
        raw.call(application, size, entries, run=run, date=date, forced=[forced])
    assert refused.value.sqlstate == state


# --- The owner ----------------------------------------------------------------------------------


def test_triggers_stop_the_owner_as_well(owner: raw.Connection) -> None:
    for statement, state in (
        ("UPDATE ledger_posting SET amount_minor = amount_minor * 2", "SK008"),
        ("DELETE FROM ledger_posting", "SK008"),
        ("TRUNCATE ledger_posting", "SK008"),
        (f"UPDATE {PARTITION} SET amount_minor = 1", "SK008"),
        (f"DELETE FROM {PARTITION}", "SK008"),
        (f"TRUNCATE {PARTITION}", "SK008"),
        ("UPDATE ledger_entry SET kind = 'x'", "SK008"),
        ("DELETE FROM ledger_entry", "SK008"),
        ("TRUNCATE ledger_entry", "SK008"),
        ("DELETE FROM ledger_account", "SK008"),
        ("TRUNCATE ledger_account CASCADE", "SK008"),
        ("DELETE FROM ledger_balance", "SK008"),
        ("TRUNCATE ledger_balance", "SK008"),
        ("DELETE FROM ledger_hold", "SK008"),
        ("TRUNCATE ledger_hold", "SK008"),
        ("UPDATE ledger_accountchange SET change = 'opened'", "SK008"),
        ("DELETE FROM ledger_accountchange", "SK008"),
        ("TRUNCATE ledger_accountchange", "SK008"),
        ("UPDATE ledger_accountday SET closing_minor = 0", "SK001"),
        ("DELETE FROM ledger_accountday", "SK001"),
        ("TRUNCATE ledger_accountday", "SK008"),
        ("UPDATE ledger_glday SET closing_minor = 0", "SK001"),
        ("DELETE FROM ledger_glday", "SK001"),
        ("TRUNCATE ledger_glday", "SK008"),
        ("UPDATE control_operationrun SET outcome = 'done'", "SK008"),
        ("DELETE FROM control_operationrun", "SK008"),
        ("UPDATE kernel_bookingdate SET status = 'open' WHERE status = 'closed'", "SK001"),
        ("DELETE FROM kernel_bookingdate", "SK008"),
    ):
        assert state_of(owner, statement) == state, statement


@pytest.mark.parametrize("through", ["parent", "partition"])
def test_the_owner_cannot_write_an_unbalanced_entry(
    owner: raw.Connection, closed: ClosedBank, through: str
) -> None:
    table = "ledger_posting" if through == "parent" else PARTITION
    date = closed.date + 2 * DAY
    row = owner.execute("SELECT max(id) FROM ledger_entry").fetchone()
    assert row is not None
    entry, account, till = row[0], closed.account, closed.till
    for legs in (
        f"({entry}, {account}, 5, '{date}', 'UAH')",
        f"({entry}, {account}, 5, '{date}', 'UAH'), ({entry}, {till}, -5, '{date}', 'EUR')",
        f"({entry}, {account}, 5, '{date}', 'UAH'), ({entry + 1}, {till}, -5, '{date}', 'UAH')",
    ):
        statement = (
            f"INSERT INTO {table} (entry_id, account_id, amount_minor, booking_date, currency)"
            f" VALUES {legs}"
        )
        assert state_of(owner, statement) == "SK007"


def test_an_account_without_a_limit_has_no_row(owner: raw.Connection, closed: ClosedBank) -> None:
    statement = (
        "INSERT INTO ledger_balance SELECT account_id + 0, 0, 0, 0, 1, false, false, false"
        f" FROM (SELECT {closed.till} AS account_id) x"
    )
    assert state_of(owner, statement) == "SK010"


def test_a_posting_has_a_partition_or_is_refused(owner: raw.Connection, closed: ClosedBank) -> None:
    account = closed.account
    statement = (
        "INSERT INTO ledger_posting (entry_id, account_id, amount_minor, booking_date, currency)"
        f" VALUES (1, {account}, 5, '2199-01-01', 'UAH'), (1, {account}, -5, '2199-01-01', 'UAH')"
    )
    assert state_of(owner, statement) == "23514"
