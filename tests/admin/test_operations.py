"""Changes in the administration: operations, refused at their forms or parked with a link."""

import re
from collections.abc import Mapping

import pytest
from django.urls import reverse

from apps.access.models import ApiKey, Role, RoleHolding, User
from apps.control.adminsite.forms import CommandForm
from apps.control.adminsite.pages import Offer, OperationAdmin
from apps.control.declarations import OPERATIONS
from apps.control.models import ApprovalPolicy, OperationRun
from apps.kernel.models import Branch
from apps.ledger.models import GLAccount
from apps.products.models import Product, TaxRate, Version
from tests.admin.test_tables import READERS, TABLES
from tests.evidence import world
from tests.factories import Bank
from tests.screens.conftest import Signing
from tests.screens.pages import Visitor

OFFERS = [
    pytest.param(table, offer, id=f"{table.opts.label}-{offer.slug}")
    for table in TABLES
    for offer in (*table.adds, *table.offers)
]


def _send(visitor: Visitor, address: str, data: Mapping[str, object]) -> str:
    """Fill the form in, under the key that it has; where one is sent on."""
    return visitor.sent_to(address, {"key": visitor.get(address).fields["key"], **data})


def _last() -> OperationRun:
    return OperationRun.objects.order_by("-id")[0]


@pytest.mark.parametrize(("table", "offer"), OFFERS)
def test_what_is_offered_is_an_operation_with_a_form(
    bank: Bank, table: OperationAdmin, offer: Offer
) -> None:
    command = OPERATIONS[offer.operation].command
    form = CommandForm(command=command, asks=offer.asks, given={}, made=offer.made)
    assert set(form.fields) >= set(command.__struct_fields__) - set(offer.made)
    assert offer.label.uk != offer.label.en
    # The administration's own rights reach what it offers, in one of the roles of the table.
    assert table.permission in READERS


CASES: list[tuple[str, str, dict[str, object], str]] = [
    (
        "administrator",
        "/admin/kernel/branch/add/open-branch/",
        {"code": "777", "name_uk": "Нове", "name_en": "New", "parent": ""},
        "control.open_branch",
    ),
    (
        "administrator",
        "/admin/control/approvalpolicy/add/set-approval-policy/",
        {
            "operation": "payments.transfer",
            "role": "supervisor",
            "valid_from": "05.01.2026",
            "from_amount_minor": "100000",
            "checkers": "2",
            "at_close": "block",
            "branch": "1",
        },
        "control.set_approval_policy",
    ),
    (
        "administrator",
        "/admin/access/user/add/add-user/",
        {"username": "olena", "full_name": "Олена", "email": "", "language": "en"},
        "access.add_user",
    ),
    (
        "administrator",
        "/admin/access/role/add/define-role/",
        {
            "code": "reader",
            "name_uk": "Читач",
            "name_en": "Reader",
            "permissions": ["ledger.view", "control.view_journal"],
        },
        "access.define_role",
    ),
    (
        "product_manager",
        "/admin/products/product/add/create-product/",
        {
            "code": "NEW-1",
            "kind": "savings",
            "name_uk": "Новий",
            "name_en": "New",
            "currency": "UAH",
        },
        "products.create_product",
    ),
    (
        "product_manager",
        "/admin/products/taxrate/add/set-tax-rate/",
        {"code": "levy", "valid_from": "01.02.2030", "rate": "5,25", "source": "ПКУ"},
        "products.set_tax_rate",
    ),
    (
        "chief_accountant",
        "/admin/ledger/glaccount/add/load-chart/",
        {
            "code": "9999",
            "name_uk": "Проба",
            "name_en": "Trial",
            "kind": "asset",
            "side": "debit",
            "effective_from": "05.01.2026",
        },
        "ledger.load_chart",
    ),
]


@pytest.mark.parametrize(("username", "address", "data", "operation"), CASES)
def test_a_row_is_added_by_its_operation_once(
    bank: Bank,
    visit: Signing,
    username: str,
    address: str,
    data: dict[str, object],
    operation: str,
) -> None:
    visitor = visit(username)
    key = visitor.get(address).fields["key"]
    back = visitor.sent_to(address, data | {"key": key})

    run = _last()
    assert (run.operation, run.outcome, run.key) == (operation, "done", key)
    assert str(OPERATIONS[operation].sentence.uk) in visitor.get(back).text
    # A double click, or the page sent anew, does nothing more.
    after = world()
    assert visitor.sent_to(address, data | {"key": key}) == back
    assert world() == after


def test_rows_say_what_forms_said(bank: Bank, visit: Signing) -> None:
    for username, address, data, _ in CASES:
        _send(visit(username), address, data)

    assert Branch.objects.get(code="777").parent is None
    policy = ApprovalPolicy.objects.get(operation="payments.transfer")
    assert (policy.from_amount_minor, policy.checkers, policy.branch_id) == (100_000, 2, 1)
    assert (policy.at_close, policy.valid_from.isoformat()) == ("block", "2026-01-05")
    user = User.objects.get(username="olena")
    assert (user.language, user.is_machine, user.email) == ("en", False, "")
    assert Role.objects.get(code="reader").permissions == ["control.view_journal", "ledger.view"]
    assert Product.objects.get(code="NEW-1").kind == "savings"
    assert str(TaxRate.objects.get(code="levy", valid_from="2030-02-01").rate) == "5.250000"
    assert GLAccount.objects.get(code="9999").side == 1


@pytest.mark.parametrize(
    ("address", "data", "said"),
    [
        (
            "/admin/access/user/add/add-user/",
            {"username": "teller", "full_name": "X", "language": "uk"},
            "Таке ім’я входу вже є",
        ),
        (
            "/admin/access/user/add/add-user/",
            {"username": "Не так", "full_name": "X", "language": "uk"},
            "username",
        ),
        (
            "/admin/kernel/branch/add/open-branch/",
            {"code": "001", "name_uk": "X", "name_en": "X"},
            "Відділення",
        ),
        ("/admin/kernel/branch/add/open-branch/", {"code": ""}, "Перевірте позначене"),
    ],
)
def test_a_refusal_stands_at_the_form_and_nothing_is_lost(
    bank: Bank, visit: Signing, address: str, data: dict[str, object], said: str
) -> None:
    visitor = visit("administrator")
    given = {"key": visitor.get(address).fields["key"]} | data
    before = world()

    answer = visitor.client.post(address, given)

    assert answer.status_code in {400, 409, 422}
    text = answer.content.decode()
    assert 'role="alert"' in text
    assert said in text
    for value in data.values():
        assert str(value) in text
    assert world() == before


def test_what_needs_another_person_waits_and_says_where(bank: Bank, visit: Signing) -> None:
    policy = ApprovalPolicy.objects.get(operation="control.end_approval_policy")
    address = f"/admin/control/approvalpolicy/{policy.id}/do/end-approval-policy/"
    visitor = visit("administrator", language="en")

    back = _send(visitor, address, {"last_date": "31.01.2026"})

    page = visitor.get(back)
    assert "It waits for another person" in page.text
    request = next(one for one in page.links if re.fullmatch(r"/approvals/\d+/", one))
    visitor.get(request)
    policy.refresh_from_db()
    assert policy.valid_to is None


def test_roles_are_granted_changed_and_revoked(bank: Bank, visit: Signing) -> None:
    visitor = visit("administrator")
    teller = User.objects.get(username="teller")
    granted = {"role": "accountant", "branch": "", "valid_from": "06.01.2026", "limit_minor": ""}
    _send(visitor, f"/admin/access/user/{teller.id}/do/grant-role/", granted)

    holding = RoleHolding.objects.get(user=teller, role__code="accountant")
    assert (holding.branch_id, holding.limit_minor, holding.valid_to) == (None, None, None)
    assert "Бухгалтер" in visitor.get(f"/admin/access/user/{teller.id}/change/").text
    role = Role.objects.get(code="accountant")
    page = visitor.get(f"/admin/access/role/{role.id}/do/define-role/")
    assert page.html.count(" checked") == len(role.permissions)
    changed = {"name_uk": "Б", "name_en": "A", "permissions": ["ledger.view"]}
    _send(visitor, f"/admin/access/role/{role.id}/do/define-role/", changed)
    role.refresh_from_db()
    assert (role.code, role.permissions) == ("accountant", ["ledger.view"])
    _send(visitor, f"/admin/access/roleholding/{holding.id}/do/revoke-role/", {})
    assert not RoleHolding.objects.filter(id=holding.id).exists()


def test_a_password_is_set_and_a_user_is_closed(bank: Bank, visit: Signing) -> None:
    visitor = visit("administrator")
    teller = User.objects.get(username="teller")
    address = f"/admin/access/user/{teller.id}/do"
    given = {"key": visitor.get(f"{address}/reset-password/").fields["key"], "new": "short"}
    visitor.post(f"{address}/reset-password/", given, status=422)
    new = "a sentence that nobody guesses"
    _send(visitor, f"{address}/reset-password/", {"new": new})

    teller.refresh_from_db()
    assert teller.check_password(new)
    assert new not in str(_last().command)
    _send(visitor, f"{address}/reset-second-factor/", {})
    _send(visitor, f"{address}/close-user/", {})
    teller.refresh_from_db()
    assert not teller.is_active
    # What makes no sense any more is offered no more.
    page = visitor.get(f"/admin/access/user/{teller.id}/change/")
    offered = {one.split("/")[-2] for one in page.links if "/do/" in one}
    assert offered == {"change-user", "reopen-user"}
    visitor.get(f"{address}/close-user/", status=404)
    _send(visitor, f"{address}/reopen-user/", {})
    _send(visitor, f"{address}/change-user/", {"full_name": "Олена", "email": "o@bank.example"})
    teller.refresh_from_db()
    assert (teller.is_active, teller.has_usable_password()) == (True, False)
    assert (teller.full_name, teller.email) == ("Олена", "o@bank.example")


def test_a_key_is_shown_once(bank: Bank, visit: Signing) -> None:
    visitor = visit("administrator", language="en")
    added = {"username": "shop", "full_name": "Shop", "is_machine": "on", "language": "uk"}
    _send(visitor, "/admin/access/user/add/add-user/", added)
    shop = User.objects.get(username="shop")
    address = f"/admin/access/user/{shop.id}/do/issue-api-key/"
    given = {
        "key": visitor.get(address).fields["key"],
        "name": "Web shop",
        "scopes": ["accounts.view"],
        "expires_at": "31.12.2026",
        "addresses": "203.0.113.7\n198.51.100.0/24",
    }

    page = visitor.post(address, given)

    token = re.search(r"skarb_[0-9a-f]{12}_[0-9a-f]{64}", page.text)
    assert token is not None
    key = ApiKey.objects.get(user=shop)
    assert key.prefix == token[0].split("_")[1]
    assert key.addresses == ["203.0.113.7/32", "198.51.100.0/24"]
    visitor.post(address, given, status=422)
    assert ApiKey.objects.filter(user=shop).count() == 1
    for shown in (f"/admin/access/apikey/{key.id}/change/", "/admin/access/apikey/"):
        assert token[0] not in visitor.get(shown).html
    _send(visitor, f"/admin/access/apikey/{key.id}/do/revoke-api-key/", {})
    key.refresh_from_db()
    assert key.revoked_at is not None


def test_a_version_is_added_to_its_product(bank: Bank, visit: Signing) -> None:
    visitor = visit("product_manager")
    username, address, data, _ = CASES[4]
    _send(visit(username), address, data)
    product = Product.objects.get(code="NEW-1")
    given = {
        "valid_from": "06.01.2026",
        "annual_rate": "7,5",
        "day_count": "act/365f",
        "accrual_basis": "closing",
        "capitalisation": "monthly",
        "taxed": "on",
        "deposit_gl": "2620",
        "accrued_gl": "2628",
        "expense_gl": "7040",
        "fee_gl": "6510",
        "penalty_gl": "6050",
    }
    page = visitor.get(f"/admin/products/product/{product.id}/do/add-version/")
    given["day_count"] = _selected(page.html, "day_count")
    _send(visitor, f"/admin/products/product/{product.id}/do/add-version/", given)

    version = Version.objects.get(product=product)
    assert (str(version.annual_rate), version.taxed) == ("7.500000", True)
    assert "7" in visitor.get(f"/admin/products/product/{product.id}/change/").text


def _selected(html: str, name: str) -> str:
    select = re.search(rf'<select name="{name}".*?</select>', html, re.DOTALL)
    assert select is not None
    chosen = re.search(r'value="([^"]+)" selected', select[0])
    assert chosen is not None
    return chosen[1]


def test_without_the_right_of_the_operation_nothing_is_offered(bank: Bank, visit: Signing) -> None:
    """Reading the chart does not change it."""
    visitor = visit("operations")
    page = visitor.get("/admin/ledger/glaccount/")
    assert not [one for one in page.links if "/add/" in one]
    visitor.get("/admin/ledger/glaccount/add/load-chart/", status=403)
    before = world()
    visitor.post("/admin/ledger/glaccount/add/load-chart/", {"key": "x"}, status=403)
    assert world() == before


@pytest.mark.parametrize("table", TABLES, ids=lambda one: one.opts.label)
def test_there_is_no_other_way_to_write(bank: Bank, visit: Signing, table: OperationAdmin) -> None:
    """Django's own addresses and fields do nothing: no save, no delete, no action."""
    visitor = visit(READERS[table.permission])
    row = table.model._default_manager.order_by("-pk").first()
    key = 1 if row is None else row.pk
    before = world()
    for address in (f"{key}/delete/", f"{key}/history/", "add/", "autocomplete/"):
        assert visitor.client.get(table.address + address).status_code == 404
        assert visitor.client.post(table.address + address, {"post": "yes"}).status_code == 404
    given = {"action": "delete_selected", "_selected_action": key, "is_superuser": "on"}
    for address in ("", f"{key}/change/"):
        visitor.client.post(table.address + address, given | {"_save": "Save"})
    assert world() == before
    assert not User.objects.filter(is_superuser=True).exists()


def test_the_first_page_leads_to_what_one_may_open(bank: Bank, visit: Signing) -> None:
    assert visit("product_manager").sent_to("/") == "/admin/"
    for username in ("administrator", "product_manager", "chief_accountant", "operations"):
        visitor = visit(username)
        links = set(visitor.get(reverse("admin:index")).links)
        for address in links:
            if address.startswith("/admin/"):
                visitor.get(address)
        assert f"{reverse('admin:index')}schedule/" in links
        assert "/admin/" in visitor.get("/profile/").links
    assert "eod.sweep" in visitor.get(reverse("admin:schedule")).text
