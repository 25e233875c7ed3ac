"""Every operation has an address, or a reason to have none; every read is there for somebody."""

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.urls.resolvers import URLPattern

from apps.access.operations import declared_permissions
from apps.control.rest.endpoints import Does, Endpoint, Read
from bank.api import urlpatterns
from bank.reference import operations_of_the_house

# Operations that no program can ask for, and why.
WITHOUT_ADDRESS = {
    "access.enrol_second_factor": "programs have keys, and no second factor",
    "access.reset_password": "an administrator sets it where nobody else reads it",
    "access.set_own_password": "programs have keys, and no password",
    "access.set_preferences": "how screens look to a person",
    "access.use_recovery_code": "programs have keys, and no second factor",
    "control.set_up_bank": "there is no key before there is a bank",
    "conversion.record_verdicts": "the replay of another bank's records writes what it compared",
    "eod.count_failure": "a worker that failed does it",
    "eod.finish_close": "a worker does it once all steps are done and proved",
    "eod.finish_step": "a worker does it once all chunks are done",
    "eod.run_chunk": "a worker does it to the chunk that it has claimed",
    "hr.request_leave": "programs take no leave; for people the staff department records it",
    "ledger.make_partitions": "the opening of each next date makes the months that are lacking",
    "reporting.make_ordered": "a worker does it to the report that it has begun",
    "products.load_tax_rates": "a country's history is loaded with the bank, before any close",
}


def declared() -> Iterator[tuple[str, str, Endpoint]]:
    """Every address with each method and what it does."""
    for pattern in urlpatterns:
        if isinstance(pattern, URLPattern):
            kept = getattr(pattern.callback, "view_initkwargs", {})
            for method, endpoint in kept.get("endpoints", {}).items():
                yield str(pattern.pattern), method, endpoint


def test_every_operation_has_one_address_or_a_reason() -> None:
    addressed = Counter(
        endpoint.name for _, _, endpoint in declared() if isinstance(endpoint, Does)
    )
    house = {one.name for one in operations_of_the_house()}
    assert house - set(addressed) == set(WITHOUT_ADDRESS)
    assert [name for name, times in addressed.items() if times > 1] == []
    assert set(addressed) <= house


def test_every_read_has_one_name_and_address() -> None:
    names = Counter(endpoint.name for _, _, endpoint in declared() if isinstance(endpoint, Read))
    assert [name for name, times in names.items() if times > 1] == []
    permissions = {
        endpoint.permission
        for _, _, endpoint in declared()
        if isinstance(endpoint, Read) and endpoint.permission
    }
    assert permissions <= declared_permissions()


def test_reads_change_nothing_and_searches_are_no_addresses() -> None:
    for address, method, endpoint in declared():
        if isinstance(endpoint, Read):
            assert method == ("GET" if endpoint.body is None else "POST"), address
        else:
            assert method in {"POST", "PUT"}, address
        assert (method == "PUT") == (isinstance(endpoint, Does) and endpoint.guarded is not None)


def test_addresses_are_plain_nouns_with_ids_in_them() -> None:
    part = re.compile(r"[a-z]+(-[a-z]+)*(\.json)?|<(id|uuid|code|day):[a-z_]+>")
    for address, _, _ in declared():
        assert all(part.fullmatch(one) for one in address.split("/")), address


def test_a_path_names_parameters_of_its_endpoints() -> None:
    for address, _, endpoint in declared():
        named = set(re.findall(r"<\w+:(\w+)>", address))
        if isinstance(endpoint, Read):
            assert named == set(endpoint.path), address
        else:
            assert named <= set(endpoint.operation.command.__struct_fields__), address
        guarded = endpoint.guarded if isinstance(endpoint, Does) else None
        assert guarded is None or named == set(guarded.read.path), address


def test_the_overview_names_addresses_that_are_there_and_forgets_no_noun() -> None:
    page = (Path(settings.BASE_DIR) / "docs/api/resources.md").read_text(encoding="utf-8")
    there = {re.sub(r"<\w+:(\w+)>", r"{\1}", address) for address, _, _ in declared()}
    rows = [line.split("|")[1] for line in page.splitlines() if line.startswith("| `")]
    told = {one for row in rows for one in re.findall("`([^`]+)`", row)}

    assert told - there == set()
    nouns = {one.partition("/")[0] for one in there if not one.endswith(".json")}
    assert nouns - {one.partition("/")[0] for one in told} == set()
