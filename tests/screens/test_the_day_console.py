"""The day console: the day ended and closed by screens, what holds it, what has to be mended."""

import datetime as dt
import gzip
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext
from django.utils import translation
from pytest_django.fixtures import Settings

from apps.control.columns import Subject
from apps.control.declarations import INVARIANTS, STEPS
from apps.control.models import ApprovalPolicy
from apps.control.operations import SetApprovalPolicy
from apps.eod import jobs, presence, queries, subjects, telling, views, work
from apps.eod.queries import Stand
from apps.kernel import sql
from apps.kernel.queries import current_date
from tests.accounts.days import Opened
from tests.cash.desk import deposit as with_money
from tests.cash.desk import open_session, till, whole_state
from tests.conftest import OwnDatabase
from tests.eod.closing import BROKEN, broken, close, close_through, dates, savers
from tests.eod.test_proofs import HELD, held_without_a_hold
from tests.factories import STAFF, Bank, add_user, do
from tests.screens.conftest import Signing
from tests.screens.pages import Visitor

DAY = dt.timedelta(days=1)
LAST = dt.date(2026, 1, 31)
# The budget of a swap, as it goes over the wire.
SWAP_BYTES = 6 * 1024


@pytest.fixture(autouse=True)
def by_hand(settings: Settings) -> None:
    """No close begins by itself."""
    settings.CLOSE_AT = "never"


@pytest.fixture
def operations(bank: Bank, visit: Signing) -> Visitor:
    return visit("operations", language="en")


def live(visitor: Visitor, date: dt.date, *, seen: str = "", on: str = "console") -> str:
    """What the console gets when it asks again."""
    answer = visitor.client.get(f"/day/{date}/live/", {"on": on, "seen": seen})
    assert answer.status_code == 200
    assert len(gzip.compress(answer.content)) <= SWAP_BYTES
    return answer.content.decode()


def end_the_day(visitor: Visitor) -> None:
    """Open the next date, and begin the close of the last one, by the screens."""
    for address in ("/day/open-next/", "/day/start/"):
        assert visitor.confirm(address, visitor.review(address, given(visitor, address))) == (
            "/day/?new=1"
        )


def state() -> dict[str, str]:
    """Everything but the journal and what is noted of sessions of the browser."""
    return {name: held for name, held in whole_state().items() if name != "access_staffsession"}


def given(visitor: Visitor, address: str) -> dict[str, str]:
    return {"date": visitor.get(address).fields["date"]}


def carry_on(bank: Bank, date: dt.date) -> Stand:
    """Do all pieces that can be done, as a worker would."""
    return work.work(date, actor=bank.system, idle_s=0)


# --- The day ends -------------------------------------------------------------------------------


def test_the_day_of_operations_begins_on_the_console(bank: Bank, operations: Visitor) -> None:
    assert operations.sent_to("/") == "/day/"
    page = operations.get("/day/")
    for words in ("Open for business 5 Jan 2026", "Closing none", "Last closed none"):
        assert words in page.text
    assert "Nothing keeps the day from ending. Open the next day" in page.text
    assert "SKARB_CLOSE_AT=never" in page.text


def test_a_person_ends_the_day_and_closes_it(bank: Bank, operations: Visitor) -> None:
    savers(bank, 3)
    console = operations.get("/day/")
    asked = operations.post("/day/open-next/", console.fields)
    assert "5 Jan 2026 takes no more entries: 6 Jan 2026 opens" in asked.text
    assert "Open it Ctrl Enter" in asked.text
    assert dates() == [(bank.date, "open")]
    assert operations.confirm("/day/open-next/", asked) == "/day/?new=1"
    assert dates() == [(bank.date, "closing"), (bank.date + DAY, "open")]

    ended = operations.get("/day/?new=1")
    assert "The day has ended; its close has not begun." in ended.text
    assert 'hx-trigger="every 10s"' in ended.html
    asked = operations.post("/day/start/", ended.fields)
    assert "The close of 5 Jan 2026 begins: " in asked.text
    assert operations.confirm("/day/start/", asked) == "/day/?new=1"

    running = operations.get("/day/")
    assert "closing" in running.text
    assert 'hx-trigger="every 2s"' in running.html
    assert "Call workers again" in running.text
    asked = operations.post("/day/start/", running.fields)
    assert "is under way. Workers are called once more; nothing is done twice." in asked.text
    assert carry_on(bank, bank.date) is Stand.CLOSED

    closed = operations.get("/day/")
    assert "Last closed 5 Jan 2026" in closed.text
    assert "hx-get" not in closed.html
    day = operations.get(f"/day/{bank.date}/")
    assert "Steps closed" in day.text
    steps = len(queries.progress(bank.date).steps)
    assert f"Steps done {steps} / {steps}" in day.text
    assert day.text.count("agrees") == queries.progress(bank.date).proved
    by = sql.value(
        "SELECT actor_id FROM control_operationrun WHERE operation = 'eod.start_close'"
        " AND outcome = 'done'"
    )
    assert by == bank.operations.user_id


def test_a_page_that_is_out_of_date_moves_nothing(bank: Bank, operations: Visitor) -> None:
    page = operations.get("/day/")
    first = operations.post("/day/open-next/", page.fields)
    operations.confirm("/day/open-next/", first)
    again = operations.client.post("/day/open-next/", first.fields | {"stage": "confirm"})
    assert again["Location"] == "/day/?again=1"
    before = state()
    late = operations.review("/day/open-next/", {"date": str(bank.date)}, status=409)
    assert "Error" in late.html
    assert state() == before


# --- What holds it ------------------------------------------------------------------------------


def test_gates_name_what_holds_the_day_and_who_can_take_it_away(
    bank: Bank, operations: Visitor
) -> None:
    counter = till(bank, "counter", name="Каса А")
    session = open_session(counter, [], bank.teller)
    policy = SetApprovalPolicy(
        operation="payments.transfer",
        role="supervisor",
        valid_from=bank.date,
        at_close=ApprovalPolicy.AtClose.BLOCK,
    )
    do("control.set_approval_policy", policy, actor=bank.administrator)
    source, target = with_money(bank, minor=10_000), with_money(bank)
    command = {
        "source": source.id,
        "target": target.id,
        "amount": {"amount": "10.00", "currency": "UAH"},
        "purpose": "Переказ",
    }
    parked = do("payments.transfer", command, actor=bank.teller)

    page = operations.get("/day/")
    assert "A teller has not closed the session Каса А Teller" in page.text
    assert f"№ {parked.approval_id} Branch supervisor" in page.text
    assert f"/approvals/{parked.approval_id}/" in page.links
    assert "Look again" in page.text
    assert "Open the next day" not in page.text
    before = state()
    refused = operations.review("/day/open-next/", {"date": str(bank.date)}, status=409)
    assert "Каса А" in refused.text
    assert state() == before

    do("cash.close_session", {"session": session, "counted": []}, actor=bank.teller)
    withdrawn = {"approval": parked.approval_id}
    do("control.withdraw_request", withdrawn, actor=bank.teller)
    assert "Nothing keeps the day from ending." in operations.get("/day/").text


# More dates than the tests' bank will ever be behind the machine's calendar.
FAR = 100_000


def test_dates_behind_are_named_oldest_first(
    bank: Bank, operations: Visitor, settings: Settings
) -> None:
    by_hand = operations.get("/day/").text
    assert "Behind the calendar by" in by_hand
    assert "oldest first: 5 Jan 2026, 6 Jan 2026, 7 Jan 2026" in by_hand
    assert "end and close each date in turn" in by_hand
    settings.CLOSE_AT = "00:00"
    assert "only if the clock of the machine is right" in operations.get("/day/").text
    settings.CATCH_UP_DAYS = FAR
    assert "The schedule catches up by itself" in operations.get("/day/").text


def test_the_console_tells_when_a_worker_was_heard_of(bank: Bank, operations: Visitor) -> None:
    assert "A worker was last heard of not lately" in operations.get("/day/").text
    jobs.sweep()
    seen = presence.seen()
    assert seen.worker is not None
    assert seen.schedule == seen.worker
    assert "A worker was last heard of not lately" not in operations.get("/day/").text


def test_a_close_that_no_worker_does_says_what_to_do(
    bank: Bank, operations: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    savers(bank, 1)
    end_the_day(operations)
    assert "Nothing has been finished for" not in operations.get("/day/").text
    monkeypatch.setattr(views, "QUIET_S", -1.0)
    page = operations.get("/day/")
    assert "Nothing has been finished for" in page.text
    assert "manage.py up" in page.text
    assert "manage.py close_day --inline" in page.text


# --- It goes on ---------------------------------------------------------------------------------


def test_a_page_is_told_what_changed_and_only_once(bank: Bank, operations: Visitor) -> None:
    savers(bank, 2)
    end_the_day(operations)
    seen = operations.client.get("/day/").context["seen"]
    same = live(operations, bank.date, seen=seen)
    assert same.count("<section") == 1
    assert "hx-swap-oob" not in same
    # Nothing in it can have the focus, so that a swap takes it from nobody.
    assert not any(mark in same for mark in ("<a ", "<button", "<input", "tabindex"))

    carry_on(bank, bank.date)
    told = live(operations, bank.date, seen=seen)
    assert '<div id="live" hx-swap-oob="innerHTML">closed</div>' in told
    assert 'id="standing"' in told
    assert "Open the next day" in told
    assert "hx-get" not in told
    on_its_page = live(operations, bank.date, seen=seen, on="day")
    assert 'id="proofs"' in on_its_page
    assert 'id="standing"' not in on_its_page


def test_what_a_page_says_it_has_seen_is_not_trusted(bank: Bank, operations: Visitor) -> None:
    end_the_day(operations)
    strange = live(operations, bank.date, seen="\"><script>'", on="nowhere")
    assert "<script" not in strange
    for address in ("/day/2026-02-30/", "/day/2031-01-01/", "/day/2031-01-01/proofs/x/"):
        operations.get(address, status=404)
    operations.get(f"/day/exceptions/{2**64}/retry/", status=404)


def test_pages_of_a_large_close_ask_as_much_as_those_of_a_small_one(
    bank: Bank, operations: Visitor
) -> None:
    savers(bank, 2)
    close(bank)
    few = {}
    pages = ("/day/", "/day/history/", "/day/exceptions/", f"/day/{bank.date}/")

    def count(address: str) -> int:
        with CaptureQueriesContext(connection) as caught:
            operations.get(address)
        return len(caught)

    for address in pages:
        operations.get(address)
        few[address] = count(address)
    savers(bank, 6)
    close_through(bank, bank.date + 3 * DAY, size=1)
    many = {address: count(address) for address in (*pages[:3], f"/day/{bank.date + DAY}/")}
    assert list(many.values()) == list(few.values())
    assert max(few.values()) <= 20


# --- What fails ---------------------------------------------------------------------------------


@contextmanager
def unpayable(database: OwnDatabase, one: Opened) -> Iterator[None]:
    """Interest of one deposit cannot accrue."""
    with broken(database, "accounts_accrual", f"NEW.deposit_id = {one.id}"):
        yield


def test_an_exception_is_mended_in_its_own_day(
    own_database: OwnDatabase, bank: Bank, visit: Signing
) -> None:
    operations = visit("operations", language="en")
    one = savers(bank, 3)[1]
    with unpayable(own_database, one):
        assert close(bank).stand is Stand.HELD
        page = operations.get("/day/")
        (line,) = queries.open_exceptions()
        retry = f"/day/exceptions/{line.id}/retry/"
        assert "A step waits until its exception below is mended" in page.text
        assert "Accrual of the day's interest 5 Jan 2026" in page.text
        assert BROKEN in page.text
        assert "the close waits" in page.text
        assert f"/book/accounts/{one.account}/" in page.links
        assert retry in page.links
        assert retry in operations.get("/day/exceptions/").links
        before = state()
        operations.review(retry, {"reason": ""}, status=422)
        failed = operations.review(retry, {"reason": "Looked at it"}, status=409)
        assert f"It failed again, and nothing has changed: {BROKEN}" in failed.text
        assert failed.fields["reason"] == "Looked at it"
        assert state() == before

    asked = operations.review(retry, {"reason": "The rate was put right"})
    assert "is done for this exception on 5 Jan 2026, and the close goes on." in asked.text
    assert operations.confirm(retry, asked) == "/day/?new=1"
    assert carry_on(bank, bank.date) is Stand.CLOSED
    run = sql.value("SELECT resolved_by_run_id FROM eod_exception")
    assert "Reason The rate was put right" in operations.get(f"/book/runs/{run}/").text
    day = operations.get(f"/day/{bank.date}/")
    assert f"/book/runs/{run}/" in day.links
    assert "mended" in day.text
    assert "Exceptions waiting 0" in operations.get("/day/").text


def test_an_exception_of_a_closed_day_is_made_up_for(
    own_database: OwnDatabase, bank: Bank, visit: Signing
) -> None:
    operations = visit("operations", language="uk")
    one = savers(bank, 2)[0]
    close_through(bank, LAST - DAY)
    with broken(own_database, "accounts_capitalisation", f"NEW.deposit_id = {one.id}"):
        assert close(bank).closed
    (line,) = queries.open_exceptions()
    make_up = f"/day/exceptions/{line.id}/make-up/"
    assert make_up in operations.get("/day/").links
    retried = operations.review(
        f"/day/exceptions/{line.id}/retry/", {"reason": "Виправлено"}, status=409
    )
    assert "Помилка" in retried.html
    asked = operations.review(make_up, {"reason": "Виправлено"})
    assert "проведення підуть у 01.02.2026" in asked.text
    assert operations.confirm(make_up, asked) == "/day/?new=1"
    assert queries.open_exceptions() == []
    done = operations.client.post(make_up, asked.fields | {"stage": "confirm"})
    assert done["Location"] == "/day/?again=1"


def test_a_proof_leads_to_the_figures_that_differ_and_is_made_anew(
    own_database: OwnDatabase, bank: Bank, visit: Signing
) -> None:
    operations = visit("operations", language="en")
    (one,) = savers(bank, 1)
    with held_without_a_hold(own_database, one.account):
        assert close(bank).stand is Stand.CONTRADICTED
        assert "Proofs found what does not agree" in operations.get("/day/").text
        proof = f"/day/{bank.date}/proofs/{HELD}/"
        assert proof in operations.get(f"/day/{bank.date}/").links
        page = operations.get(proof)
        assert "What is held on an account equals its standing holds" in page.text
        assert "Account Held Sum of holds" in page.text
        assert "0.77 0.00" in page.text
        assert f"/book/accounts/{one.account}/" in page.links
        asked = operations.review("/day/prove/", {"date": str(bank.date), "reason": "Looked"})
        operations.confirm("/day/prove/", asked)
        assert carry_on(bank, bank.date) is Stand.CONTRADICTED
    asked = operations.review("/day/prove/", {"date": str(bank.date), "reason": "Put right"})
    assert "Snapshots and proofs of 5 Jan 2026 are made anew" in asked.text
    assert operations.confirm("/day/prove/", asked) == "/day/?new=1"
    assert carry_on(bank, bank.date) is Stand.CLOSED
    assert "nothing differs" in operations.get(proof).text


def test_the_columns_of_proofs_are_those_of_their_statements(bank: Bank) -> None:
    widths = {}
    for one in INVARIANTS:
        with connections["default"].cursor() as cursor:
            cursor.execute(f"SELECT * FROM ({one.statement}) x LIMIT 0", {"date": bank.date})
            widths[one.name] = len(cursor.description)
    assert widths == {one.name: len(one.columns) for one in INVARIANTS}


def test_what_proofs_and_steps_are_about_has_a_name_a_page_and_a_currency(bank: Bank) -> None:
    of_proofs = {column.of for one in INVARIANTS for column in one.columns}
    named = {of for of in of_proofs if isinstance(of, Subject)} | {
        step.over for step in STEPS if step.over is not None
    }
    for subject in named:
        for name in ("name_uk", "name_en"):
            with connections["default"].cursor() as cursor:
                cursor.execute(f"SELECT * FROM ({subject.statement.format(name=name)}) x LIMIT 0")
                assert len(cursor.description) == 4


@pytest.mark.parametrize(
    ("value", "code", "written"),
    [
        ("123456", "UAH", "1\u202f234,56"),
        ("-77", "UAH", "\u22120,77"),
        ("38356.1643835616", "UAH", "383,561643835616"),
        ("-0.5", "JPY", "\u22120,5"),
        ("0.0000000000", "UAH", "0,00"),
        ("so many", "UAH", "so many"),
    ],
)
def test_figures_keep_every_part_of_a_minor_unit(value: str, code: str, written: str) -> None:
    with translation.override("uk"):
        assert subjects.figure(value, code) == written


@pytest.mark.parametrize(
    ("seconds", "told"),
    [
        (0.0849, "85\u00a0мс"),
        (3.44, "3,4\u00a0с"),
        (59.6, "1\u00a0хв"),
        (292, "4\u00a0хв\u00a052\u00a0с"),
        (3_900, "1\u00a0год\u00a005\u00a0хв"),
    ],
)
def test_durations_are_told_as_people_say_them(seconds: float, told: str) -> None:
    with translation.override("uk"):
        assert telling.duration(seconds) == told


# --- History, search, rights --------------------------------------------------------------------


def test_the_history_is_a_chart_whose_bars_open_and_a_table(
    bank: Bank, operations: Visitor
) -> None:
    savers(bank, 1)
    last = bank.date + 31 * DAY
    close_through(bank, last)
    page = operations.get("/day/history/")
    newest = [f"/day/{last - number * DAY}/" for number in range(30)]
    assert [page.links.count(address) for address in newest] == [2] * 30
    assert f"/day/{bank.date}/" not in page.links
    older = operations.get("/day/history/?before=2026-01-08")
    assert older.links.count("/day/2026-01-07/") == 2
    assert "the schedule" not in older.text
    assert "Operations" in older.text
    assert operations.get("/day/history/?before=soon").links == page.links


def test_the_palette_finds_a_date_and_the_pages(bank: Bank, operations: Visitor) -> None:
    close(bank)
    for typed in ("05.01.2026", "05012026", "2026-01-05"):
        found = operations.post("/search/", {"q": typed})
        assert "/day/2026-01-05/" in found.links
        assert "Close of 5 Jan 2026" in found.text
    assert "/day/history/" in operations.post("/search/", {"q": "history"}).links
    assert "/day/2026" not in operations.post("/search/", {"q": "06.01.2026"}).html


@pytest.mark.parametrize("username", sorted({*STAFF} - {"operations", "prober", "migration"}))
def test_nobody_else_sees_or_moves_the_day(bank: Bank, visit: Signing, username: str) -> None:
    close(bank)
    visitor = visit(username, language="en")
    before = state()
    for address in (
        "/day/",
        "/day/start/",
        "/day/open-next/",
        "/day/prove/",
        "/day/history/",
        "/day/exceptions/",
        f"/day/{bank.date}/",
        f"/day/{bank.date}/live/",
        f"/day/{bank.date}/proofs/{HELD}/",
    ):
        visitor.get(address, status=403)
    moved = {"stage": "confirm", "key": "k", "date": str(current_date())}
    visitor.post("/day/open-next/", moved, status=403)
    assert "/day/2026" not in visitor.post("/search/", {"q": "05.01.2026"}).html
    assert state() == before


def test_the_right_in_one_branch_is_no_right_over_the_day(bank: Bank, visit: Signing) -> None:
    add_user(
        username="near",
        role="operations",
        branch=bank.branch,
        valid_from=bank.date,
        actor=bank.system,
    )
    visit("near").get("/day/", status=403)
