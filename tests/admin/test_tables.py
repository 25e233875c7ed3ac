"""Every table of the administration: who opens it, what it shows, by how many statements."""

import pytest
from django.contrib import admin
from django.db import connection
from django.db.models import Model
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from apps.access.models import ApiKey, User
from apps.control.adminsite.pages import OperationAdmin
from apps.control.models import OperationRun
from apps.ledger.models import Account, Entry, GLAccount, Posting
from bank.roles import ROLES
from tests.factories import STAFF, Bank, add_user, define_role, do, open_account
from tests.screens.conftest import Signing
from tests.screens.pages import Visitor

TABLES: list[OperationAdmin] = [
    one for one in admin.site._registry.values() if isinstance(one, OperationAdmin)
]
# Somebody who holds what a table asks for, and the right to administer.
READERS = {
    "access.grant_roles": "administrator",
    "access.manage_api_keys": "administrator",
    "access.manage_roles": "administrator",
    "access.manage_users": "administrator",
    "control.manage_branches": "administrator",
    "control.manage_policies": "administrator",
    "control.view_journal": "administrator",
    "eod.run_close": "operations",
    "ledger.view": "chief_accountant",
    "products.manage": "product_manager",
}
WITHOUT = ["teller", "supervisor", "accountant", "migration"]


def _name(table: OperationAdmin) -> str:
    return str(table.opts.label)


def _address(model: type[Model], kind: str = "changelist", *args: object) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{kind}", args=args)


def _statements(visitor: Visitor, address: str) -> int:
    with CaptureQueriesContext(connection) as caught:
        visitor.get(address)
    return len(caught)


def test_all_that_is_registered_is_of_the_house() -> None:
    """What other apps would register, with forms of their own, is not there."""
    assert len(TABLES) == len(admin.site._registry) >= 20
    assert {one.permission for one in TABLES} == set(READERS)


@pytest.mark.parametrize("language", ["uk", "en"])
@pytest.mark.parametrize("table", TABLES, ids=_name)
def test_a_table_and_a_row_of_it_are_shown(
    bank: Bank, account: int, visit: Signing, table: OperationAdmin, language: str
) -> None:
    visitor = visit(READERS[table.permission], language=language)

    page = visitor.get(table.address)
    assert (table.title.uk if language == "uk" else table.title.en) in page.text
    row = table.model._default_manager.order_by("-pk").first()
    if row is not None:
        visitor.get(_address(table.model, "change", row.pk))


@pytest.mark.parametrize("username", [*WITHOUT, "administrator", "product_manager", "operations"])
def test_who_may_not_is_told_so(bank: Bank, visit: Signing, username: str) -> None:
    visitor = visit(username)
    held = {READERS[one.permission] for one in TABLES}
    assert username in held | set(WITHOUT)

    status = 403 if username in WITHOUT else 200
    for address in (reverse("admin:index"), reverse("admin:schedule")):
        visitor.get(address, status=status)
    for table in TABLES:
        may = username not in WITHOUT and table.permission in _rights(username)
        visitor.get(table.address, status=200 if may else 403)
        for address in ("987654321/change/", "987654321/do/x/", "add/x/", "x/change/"):
            visitor.get(table.address + address, status=404 if may else 403)


def _rights(username: str) -> set[str]:
    return set(ROLES[STAFF[username][0]].permissions)


def test_nobody_comes_in_without_signing_in(bank: Bank) -> None:
    for table in TABLES:
        answer = Client().get(table.address)
        assert (answer.status_code, answer["Location"]) == (302, f"/sign-in/?next={table.address}")
    for address in ("/admin/login/", "/admin/logout/", "/admin/password_change/", "/admin/jsi18n/"):
        assert Client().get(address).status_code == 404


@pytest.mark.parametrize("table", TABLES, ids=_name)
def test_a_list_asks_as_much_for_many_as_for_one(
    bank: Bank,
    account: int,
    visit: Signing,
    table: OperationAdmin,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for number in range(30):
        code = f"Z{number:02}"
        command = {"code": code, "name_uk": code, "name_en": code}
        do("control.open_branch", command, actor=bank.administrator)
    visitor = visit(READERS[table.permission])
    visitor.get(table.address)

    monkeypatch.setattr(type(table), "list_per_page", 1)
    one = _statements(visitor, table.address)
    monkeypatch.setattr(type(table), "list_per_page", 30)
    assert _statements(visitor, table.address) == one <= 12


@pytest.mark.parametrize("table", TABLES, ids=_name)
def test_nothing_is_counted_and_nothing_is_sorted_past_an_index(
    bank: Bank, visit: Signing, table: OperationAdmin
) -> None:
    visitor = visit(READERS[table.permission])
    for query in ("", "?q=1", "?q=Київ", "?o=2", "?p=2", "?p=0", "?p=9999", "?p=x", "?q=%00"):
        with CaptureQueriesContext(connection) as caught:
            answer = visitor.client.get(table.address + query)
        assert answer.status_code in {200, 302}, query
        model = table.model._meta.db_table
        own = [str(one["sql"]) for one in caught if f'FROM "{model}"' in str(one["sql"])]
        assert not [one for one in own if "COUNT(" in one]
        if table.finds and query == "?o=2":
            assert all("-pk" not in one for one in own)
            assert not [one for one in own if " ASC" in one.partition("ORDER BY")[2]]


def test_a_large_table_is_found_by_what_an_index_serves(
    bank: Bank, account: int, visit: Signing
) -> None:
    visitor = visit("chief_accountant", language="en")
    entry = Entry.objects.order_by("-id")[0]
    number = Account.objects.get(id=account).number

    assert "say what you look for" in visitor.get(_address(Posting)).text
    for text in (str(entry.id), number):
        page = visitor.get(f"{_address(Posting)}?q={text}")
        assert "1,000.00 UAH" in page.text.replace("\u00a0", " ").replace("1 000", "1,000")
    assert "There are no such rows" in visitor.get(f"{_address(Posting)}?q=0").text
    page = visitor.get(f"{_address(Entry)}?q={entry.run_id}")
    assert str(entry.id) in page.text
    # Nothing is found by a part, or by a column that only an address names.
    assert "There are no such rows" in visitor.get(f"{_address(Account)}?q={number[:-1]}").text
    assert visitor.client.get(f"{_address(Account)}?name__contains=a").status_code == 400


def test_secrets_are_not_shown(bank: Bank, visit: Signing) -> None:
    visitor = visit("administrator")
    teller = User.objects.get(username="teller")

    page = visitor.get(_address(User, "change", teller.id))
    assert teller.password not in page.html
    assert "$" not in page.text
    assert "password" not in _columns(User)
    assert "digest" not in _columns(ApiKey)


def _columns(model: type[Model]) -> set[str]:
    table = admin.site._registry[model]
    assert isinstance(table, OperationAdmin)
    return {one.name for one in model._meta.concrete_fields} - table.hidden


def test_rows_of_other_branches_are_not_there(bank: Bank, visit: Signing) -> None:
    """Somebody who administers one branch alone sees its accounts and runs, and no others."""
    theirs = open_account(bank, branch=bank.other_branch)
    own = open_account(bank)
    role = define_role(
        "control.administer", "ledger.view", "control.view_journal", actor=bank.administrator
    )
    add_user(role=role, branch=bank.branch, username="keeper", actor=bank.administrator)
    visitor = visit("keeper")

    for model, shown, hidden in (
        (Account, own, theirs),
        (
            OperationRun,
            OperationRun.objects.filter(branch_id=bank.branch).latest("id").pk,
            OperationRun.objects.filter(branch_id=bank.other_branch).latest("id").pk,
        ),
    ):
        visitor.get(_address(model, "change", shown))
        visitor.get(_address(model, "change", hidden), status=404)
        listed = visitor.get(_address(model)).links
        assert _address(model, "change", shown) in listed
        assert _address(model, "change", hidden) not in listed
        assert hidden not in {row.pk for row in _rows(visitor, model)}
    visitor.get(_address(Entry), status=403)
    visitor.get(_address(GLAccount))


def _rows(visitor: Visitor, model: type[Model]) -> list[Model]:
    return list(visitor.client.get(_address(model)).context["rows"].result_list)
