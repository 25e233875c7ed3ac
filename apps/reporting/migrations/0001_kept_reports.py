import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("kernel", "0002_dates_and_names"),
    ]

    operations = [
        migrations.CreateModel(
            name="KeptReport",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("run_id", models.UUIDField(unique=True)),
                ("report", models.CharField(max_length=20)),
                ("version", models.PositiveSmallIntegerField()),
                ("parameters", models.JSONField()),
                ("known_at", models.DateTimeField()),
                ("snapshot", models.TextField()),
                ("closed_through", models.DateField()),
                ("content", models.BinaryField()),
                ("digest", models.CharField(max_length=64)),
                (
                    "branch",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="kernel.branch",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["report", "branch"], name="reporting_kept_of_report")
                ],
            },
        ),
    ]
