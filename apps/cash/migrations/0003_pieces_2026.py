"""The notes and coins of the currencies that banks here keep, as of 2026."""

import csv
from pathlib import Path
from typing import Any

from django.db import migrations

PIECES = Path(__file__).parent.parent / "data" / "pieces_2026.csv"


def load(apps: Any, schema_editor: Any) -> None:
    piece = apps.get_model("cash", "Piece")
    with PIECES.open(encoding="utf-8", newline="") as file:
        piece.objects.using(schema_editor.connection.alias).bulk_create(
            piece(currency=line["currency"], kind=line["kind"], value_minor=line["value_minor"])
            for line in csv.DictReader(file)
        )


class Migration(migrations.Migration):
    dependencies = [("cash", "0002_sessions")]

    operations = [migrations.RunPython(load, migrations.RunPython.noop)]
