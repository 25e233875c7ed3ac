import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Proof",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "date",
                        "name",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("date", models.DateField()),
                ("name", models.CharField(max_length=80)),
                ("violations", models.BigIntegerField()),
                ("first_rows", models.JSONField()),
                ("seconds", models.FloatField()),
                ("proved_at", models.DateTimeField()),
                ("run_id", models.UUIDField()),
            ],
            options={
                "db_table": "eod_proof",
            },
        ),
        migrations.CreateModel(
            name="ChunkRun",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "date",
                        "step",
                        "number",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("date", models.DateField()),
                ("step", models.CharField(max_length=80)),
                ("number", models.PositiveIntegerField()),
                ("round", models.PositiveSmallIntegerField()),
                ("low", models.BigIntegerField(null=True)),
                ("high", models.BigIntegerField(null=True)),
                ("size", models.BigIntegerField()),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("pending", "Pending"),
                            ("done", "Done"),
                            ("split", "Split"),
                            ("failed", "Failed"),
                        ],
                        default="pending",
                        max_length=7,
                    ),
                ),
                ("tries", models.PositiveSmallIntegerField(default=0)),
                ("result", models.JSONField(null=True)),
                ("error", models.TextField(blank=True)),
                ("started_at", models.DateTimeField(null=True)),
                ("finished_at", models.DateTimeField(null=True)),
                ("run_id", models.UUIDField(null=True)),
            ],
            options={
                "db_table": "eod_chunk",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("status__in", ["pending", "done", "split", "failed"])),
                        name="eod_chunk_status",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("high__isnull", True), ("low__isnull", True)),
                            ("low__lte", models.F("high")),
                            _connector="OR",
                        ),
                        name="eod_chunk_range",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CloseException",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("date", models.DateField()),
                ("step", models.CharField(max_length=80)),
                ("number", models.PositiveIntegerField(null=True)),
                ("low", models.BigIntegerField(null=True)),
                ("high", models.BigIntegerField(null=True)),
                ("code", models.CharField(max_length=100)),
                ("reason_uk", models.TextField()),
                ("reason_en", models.TextField()),
                ("owner", models.CharField(help_text="The app whose step it is", max_length=40)),
                ("holds", models.BooleanField()),
                (
                    "status",
                    models.CharField(
                        choices=[("open", "Open"), ("resolved", "Resolved")],
                        default="open",
                        max_length=8,
                    ),
                ),
                ("raised_at", models.DateTimeField()),
                ("run_id", models.UUIDField()),
                ("resolved_by_run_id", models.UUIDField(null=True)),
            ],
            options={
                "db_table": "eod_exception",
                "indexes": [
                    models.Index(
                        condition=models.Q(("status", "open")),
                        fields=["date", "step"],
                        name="eod_exception_open",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("status__in", ["open", "resolved"])),
                        name="eod_exception_status",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="StepRun",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "date",
                        "step",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("date", models.DateField()),
                ("step", models.CharField(max_length=80)),
                ("place", models.PositiveSmallIntegerField()),
                ("phase", models.PositiveSmallIntegerField()),
                (
                    "status",
                    models.CharField(
                        choices=[("open", "Open"), ("done", "Done"), ("skipped", "Skipped")],
                        max_length=7,
                    ),
                ),
                ("round", models.PositiveSmallIntegerField(default=1)),
                (
                    "chunks",
                    models.PositiveIntegerField(
                        help_text="Of this round, those that were split included"
                    ),
                ),
                ("totals", models.JSONField(null=True)),
                ("finished_at", models.DateTimeField(null=True)),
                ("run_id", models.UUIDField(null=True)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("status__in", ["open", "done", "skipped"])),
                        name="eod_steprun_status",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="CloseRun",
            fields=[
                ("date", models.DateField(primary_key=True, serialize=False)),
                (
                    "status",
                    models.CharField(
                        choices=[("running", "Running"), ("finished", "Finished")],
                        default="running",
                        max_length=8,
                    ),
                ),
                ("started_at", models.DateTimeField()),
                ("finished_at", models.DateTimeField(null=True)),
                ("totals", models.JSONField(null=True)),
                ("run_id", models.UUIDField()),
                (
                    "started_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("status__in", ["running", "finished"])),
                        name="eod_closerun_status",
                    )
                ],
            },
        ),
    ]
