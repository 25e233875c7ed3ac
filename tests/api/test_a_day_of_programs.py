"""A day of two programs: one serves customers, the other checks it; nobody opens a screen."""

from apps.eod import clock
from tests.accounts import days
from tests.api.machine import machine, uah
from tests.factories import Bank, set_policy


def test_from_a_new_customer_to_a_closed_day(bank: Bank) -> None:
    code = days.product(bank, taxed=False, capitalisation="monthly")
    set_policy(
        "payments.transfer", role="supervisor", from_amount_minor=50_000, actor=bank.administrator
    )
    shop = machine(bank, "teller", branch=bank.branch)
    checker = machine(bank, "supervisor", branch=bank.branch)
    settler = machine(bank, "operations")

    # Two people become customers and get an account each.
    deposits = []
    for last_name in ("Коваль", "Шевченко"):
        customer = shop.post(
            "customers",
            {"branch": bank.branch, "last_name": last_name, "birth_date": "1985-05-05",
             "no_tax_number_reason": "відмова за переконаннями"},
        ).result["customer"]  # fmt: skip
        given = {"customer": customer, "product": code, "branch": bank.branch}
        deposits.append(shop.post("deposits", given).result["deposit"])
    source, target = deposits
    came = settler.post(
        "incoming-payments",
        {"target": source, "amount": uah("1000.00"), "bank": "305299",
         "account": "UA793052990000026002661176318", "purpose": "Зарплата"},
    )  # fmt: skip
    assert came.status == 201

    # A small transfer is done at once; a large one waits for the other program.
    given = {"source": source, "target": target, "amount": uah("499.99"), "purpose": "Оренда"}
    assert shop.post("transfers", given, key="rent").body["outcome"] == "done"
    given = {"source": source, "target": target, "amount": uah("500.00"), "purpose": "Авто"}
    parked = shop.post("transfers", given, key="car")
    assert parked.status == 202
    assert shop.get(f"deposits/{source}").body["balance"] == uah("500.01")
    request = parked.headers["Location"].removeprefix("/api/v1/")
    meaning = checker.get(request).body["meaning"]
    assert checker.post(f"{request}/approve", {"meaning": meaning}).result["state"] == "done"
    assert shop.post("transfers", given, key="car").body["outcome"] == "done"

    # The day is closed; balances and lines of it stand, whatever comes after.
    assert settler.post("booking-dates", {"closing": "2026-01-05"}).status == 201
    assert settler.post("closes", {"ring": False}).status == 201
    assert clock.close_day(actor=bank.operations, inline=True).closed
    back = {"source": target, "target": source, "amount": uah("0.01"), "purpose": "Решта"}
    assert shop.post("transfers", back).status == 200
    for deposit, then, now in ((source, "0.01", "0.02"), (target, "999.99", "999.98")):
        at = f"deposits/{deposit}/balance"
        assert shop.get(at, as_of="2026-01-05").body["balance"] == uah(then)
        assert shop.get(at).body["balance"] == uah(now)
    lines = shop.get(f"deposits/{source}/statement").body["items"]
    assert [(one["kind"], one["amount"], one["balance"]) for one in lines] == [
        ("payments.transfer", uah("0.01"), uah("0.02")),
        ("payments.transfer", uah("-500.00"), uah("0.01")),
        ("payments.transfer", uah("-499.99"), uah("500.01")),
        ("payments.receive", uah("1000.00"), uah("1000.00")),
    ]
    trial = checker.get("trial-balance", as_of="2026-01-05").body
    deposits_of_people = next(one for one in trial["lines"] if one["gl_account"] == "2620")
    assert deposits_of_people["closing"] == uah("-1000.00")
    accrued = shop.get(f"deposits/{target}/accruals").body["items"]
    assert [(one["basis"], one["interest"]) for one in accrued] == [
        (uah("999.99"), "0.383557808219"),
    ]
