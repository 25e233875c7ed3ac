"""Tables are what the models say, also those that Django does not make itself."""

import pytest
from django.apps import apps as django_apps
from django.conf import settings
from django.db import connection, models
from django.db.migrations.loader import MigrationLoader

from apps.kernel import sql
from tests.factories import Bank

HOUSE = [name.removeprefix("apps.") for name in settings.HOUSE]
MODELS = [one for one in django_apps.get_models() if one._meta.app_label in HOUSE]
# Made by SQL, as they are partitioned or of no use without their functions; see sql/v1.sql.
UNMANAGED = {
    "accounts.Accrual",
    "accounts.AccrualTotal",
    "accounts.Capitalisation",
    "loans.Accrual",
    "loans.AccrualTotal",
    "ledger.AccountDay",
    "ledger.GLDay",
    "ledger.Posting",
}
# Columns that only functions of the database read and write.
OF_THE_DATABASE = {"control.OperationRun": ["xid"]}


def label(model: type[models.Model]) -> str:
    return model._meta.label


def test_few_tables_are_not_made_by_django() -> None:
    assert {label(one) for one in MODELS if not one._meta.managed} == UNMANAGED


@pytest.mark.parametrize("model", MODELS, ids=label)
def test_columns_are_those_of_the_model(bank: Bank, model: type[models.Model]) -> None:
    found = {
        name: (kind, null)
        for name, kind, null in sql.rows(
            """SELECT attname, format_type(atttypid, atttypmod), NOT attnotnull FROM pg_attribute
                WHERE attrelid = %(table)s::text::regclass AND attnum > 0 AND NOT attisdropped""",
            {"table": model._meta.db_table},
        )
    }
    expected = {
        field.column: (
            plain(field.db_type(connection) or ""),
            # PostgreSQL computes these, and so Django leaves it to the expression.
            field.null or isinstance(field, models.GeneratedField),
        )
        for field in model._meta.local_concrete_fields
    }
    for column in OF_THE_DATABASE.get(label(model), ()):
        del found[column]
    assert found == expected


def plain(kind: str) -> str:
    """A type as the catalogue spells it."""
    return kind.replace("varchar", "character varying").replace(", ", ",")


def test_migrations_know_every_model(bank: Bank) -> None:
    """Unmanaged ones too, so that keys to them and a later change find their state."""
    state = MigrationLoader(connection).project_state()
    known = {key for key in state.models if key[0] in HOUSE}
    assert known == {(one._meta.app_label, one._meta.model_name) for one in MODELS}
    for one in MODELS:
        kept = state.models[one._meta.app_label, str(one._meta.model_name)]
        assert kept.options.get("managed", True) == one._meta.managed, label(one)


def test_migrations_are_named_by_hand_and_import_no_app() -> None:
    loader = MigrationLoader(None, ignore_no_migrations=True)
    for (app, name), migration in loader.disk_migrations.items():
        if app in HOUSE:
            assert "auto" not in name, name
            assert not name.endswith("_initial") or name == "0001_initial", name
            source = (settings.BASE_DIR / "apps" / app / "migrations" / f"{name}.py").read_text()
            imports = [line for line in source.splitlines() if line.startswith("from apps.")]
            assert imports == [], migration


def test_partitioned_tables_have_no_default(bank: Bank) -> None:
    """A row of a month that was not prepared is an error, not a row in a heap."""
    assert (
        sql.rows("SELECT partrelid::regclass FROM pg_partitioned_table WHERE partdefid <> 0") == []
    )
    parents = {
        str(name)
        for (name,) in sql.rows("SELECT partrelid::regclass::text FROM pg_partitioned_table")
    }
    assert parents == {"ledger_posting", "accounts_accrual", "loans_accrual"}


def test_every_table_of_the_database_is_a_model_s(bank: Bank) -> None:
    tables = {
        name
        for (name,) in sql.rows(
            """SELECT relname FROM pg_class c
                WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')
                  AND NOT relispartition
                  AND NOT EXISTS (SELECT FROM pg_depend d
                                   WHERE d.objid = c.oid AND d.deptype = 'e')"""
        )
    }
    known = {one._meta.db_table for one in django_apps.get_models(include_auto_created=True)} | {
        "django_migrations"
    }
    assert tables - known == set()
