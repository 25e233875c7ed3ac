"""The mapping: what is accepted, and how each mistake is named by its place."""

import datetime as dt
from pathlib import Path

import pytest

from apps.conversion import mapping as mappings
from apps.conversion.errors import MappingInvalid
from apps.conversion.mapping import MAPPINGS, filled, load

PKDD99 = MAPPINGS / "pkdd99.toml"


def changed(folder: Path, *replacements: tuple[str, str]) -> Path:
    text = PKDD99.read_text(encoding="utf-8")
    for old, new in replacements:
        assert old in text
        text = text.replace(old, new, 1)
    file = folder / "changed.toml"
    file.write_text(text, encoding="utf-8")
    return file


def test_the_mapping_that_comes_along_is_good() -> None:
    mapping = load(PKDD99)
    assert mapping.name == "pkdd99"
    assert mapping.bank.first_date == dt.date(1993, 1, 1)
    assert mapping.shown_to_minor == 10
    assert mapping.supply_step_minor == 10_000_000
    assert {rule.name: rule.call.operation for rule in mapping.transactions.rules} == {
        "interest": "accounts.book_interest",
        "fee": "accounts.charge_fee",
        "penalty interest": "accounts.charge_penalty_interest",
        "cash in": "cash.deposit_at_position",
        "cash out": "cash.withdraw_at_position",
        "card withdrawal": "cash.withdraw_at_position",
        "from another bank, no purpose": "payments.receive",
        "from another bank": "payments.receive",
        "to another bank, no purpose": "payments.send",
        "to another bank": "payments.send",
    }


def test_products_of_the_mapping_accrue_nothing() -> None:
    mapping = load(PKDD99)
    for code in mapping.products:
        assert mapping.new_product(code).currency == "CZK"
        assert mapping.first_version(code).annual_rate == 0
        assert mapping.first_version(code).valid_from == dt.date(1993, 1, 1)


@pytest.mark.parametrize(
    ("old", "new", "place", "reason"),
    [
        ("[bank]", "[bank", "-", "Expected"),
        ('code = "999999"', 'code = "99"', "bank.code", "regex"),
        ('title = "', 'titel = "', "the whole file", "titel"),
        ('separator = ";"', 'separator = ";;"', "format.separator", "length"),
        ('base_currency = "CZK"', 'base_currency = "XXX"', "bank.base_currency", "XXX"),
        ('shown_to = "0.10"', 'shown_to = "0.101"', "transactions.shown_to", "decimals"),
        ('supply_step = "100000.00"', 'supply_step = "0"', "cash.supply_step", "zero"),
        (
            'operation = "payments.receive"',
            'operation = "payments.recieve"',
            "transactions.rules[6].call.operation",
            "there is no operation 'payments.recieve'",
        ),
        (
            'till = "@position", deposit',
            'window = "@position", deposit',
            "transactions.rules[3].call.fields.window",
            "has no field 'window'",
        ),
        (
            'fields = { deposit = "@deposit", amount = "@amount", narrative = "{k_symbol}" }',
            'fields = { deposit = "@deposit", narrative = "{k_symbol}" }',
            "transactions.rules[0].call.fields",
            "needs the field 'amount'",
        ),
        (
            'birth_date = "@birth_date"',
            'birth_date = "@born"',
            "customers.register.fields",
            "@born",
        ),
        ('"Vault {A2}"', '"Vault {A2"', "cash.vault", "no template"),
        ('"Vault {A2}"', '"Vault {A2.__class__}"', "cash.vault", "only name columns"),
        ('"Vault {A2}"', '"Vault {}"', "cash.vault", "only name columns"),
        ('annual_rate = "0"', 'annual_rate = "x"', "products.current-monthly.version", "ecimal"),
        ('kind = "current"', 'kind = "gold"', "products.current-monthly.create.kind", "gold"),
        (
            '"POPLATEK TYDNE" = "current-weekly"',
            '"POPLATEK TYDNE" = "weekly"',
            "accounts.product.values.POPLATEK TYDNE",
            "no product 'weekly'",
        ),
        ('debit = ["VYDAJ"', 'debit = ["PRIJEM"', "transactions.direction", "PRIJEM"),
        ('name = "fee"', 'name = "interest"', "transactions.rules", "two rules"),
    ],
)
def test_a_mistake_is_named_by_its_place(
    tmp_path: Path, old: str, new: str, place: str, reason: str
) -> None:
    with pytest.raises(MappingInvalid) as refused:
        load(changed(tmp_path, (old, new)))
    assert refused.value.data["file"] == "changed.toml"
    assert refused.value.data["place"].startswith(place)
    assert reason in refused.value.data["reason"]


def test_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(MappingInvalid, match="No such file"):
        load(tmp_path / "none.toml")


def test_fields_come_from_columns_references_and_constants() -> None:
    found = filled(
        {"till": "@position", "purpose": "{bank}/{account:0>8}", "urgent": False, "copies": 2},
        row={"bank": "ST", "account": "8002"},
        known={"@position": 17},
    )
    assert found == {"till": 17, "purpose": "ST/00008002", "urgent": False, "copies": 2}


def test_templates_name_their_columns() -> None:
    fields = {"a": "Client {client_id}", "b": "@branch", "c": "{k_symbol}{bank:>2}", "d": 3}
    assert mappings.columns_of(fields) == {"client_id", "k_symbol", "bank"}
