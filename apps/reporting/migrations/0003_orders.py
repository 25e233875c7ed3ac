import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("reporting", "0002_append_only"),
    ]

    operations = [
        migrations.CreateModel(
            name="ReportOrder",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("report", models.CharField(max_length=20)),
                ("given", models.JSONField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "Waiting"),
                            ("running", "Running"),
                            ("done", "Done"),
                            ("failed", "Failed"),
                        ],
                        default="waiting",
                        max_length=7,
                    ),
                ),
                ("tries", models.PositiveSmallIntegerField(default=0)),
                ("reason_uk", models.TextField(blank=True)),
                ("reason_en", models.TextField(blank=True)),
                ("run_id", models.UUIDField(unique=True)),
                (
                    "kept",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="reporting.keptreport",
                    ),
                ),
                (
                    "ordered_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("state__in", ["waiting", "running"])),
                        fields=["id"],
                        name="reporting_order_unfinished",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state__in", ["waiting", "running", "done", "failed"]),
                            models.Q(
                                models.Q(("kept__isnull", False), ("state", "done")),
                                models.Q(
                                    models.Q(("state", "done"), _negated=True),
                                    ("kept__isnull", True),
                                ),
                                _connector="OR",
                            ),
                        ),
                        name="reporting_order_state",
                    )
                ],
            },
        ),
    ]
