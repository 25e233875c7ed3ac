import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("kernel", "0002_dates_and_names"),
        ("ledger", "0002_posting_functions"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Piece",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("currency", models.CharField(max_length=3)),
                ("value_minor", models.BigIntegerField()),
                (
                    "kind",
                    models.CharField(choices=[("note", "Note"), ("coin", "Coin")], max_length=4),
                ),
            ],
            options={
                "ordering": ["currency", "-value_minor"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("currency", "value_minor"), name="cash_piece_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("value_minor__gt", 0)), name="cash_piece_positive"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["note", "coin"])), name="cash_piece_kind"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Till",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=100)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("vault", "Vault"),
                            ("counter", "Counter"),
                            ("position", "Position"),
                        ],
                        max_length=8,
                    ),
                ),
                ("currency", models.CharField(max_length=3)),
                ("created_on", models.DateField()),
                (
                    "account",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="ledger.account",
                    ),
                ),
                (
                    "branch",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, to="kernel.branch"
                    ),
                ),
            ],
            options={
                "ordering": ["branch_id", "name"],
            },
        ),
        migrations.CreateModel(
            name="Session",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("booking_date", models.DateField()),
                (
                    "status",
                    models.CharField(
                        choices=[("open", "Open"), ("closed", "Closed")],
                        default="open",
                        max_length=6,
                    ),
                ),
                ("opened_run_id", models.UUIDField()),
                ("closed_run_id", models.UUIDField(null=True)),
                ("difference_minor", models.BigIntegerField(null=True)),
                (
                    "teller",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "till",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="sessions",
                        to="cash.till",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Count",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "moment",
                    models.CharField(
                        choices=[("opening", "Opening"), ("closing", "Closing")], max_length=7
                    ),
                ),
                ("value_minor", models.BigIntegerField()),
                ("pieces", models.IntegerField()),
                (
                    "session",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="counts",
                        to="cash.session",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("session", "moment", "value_minor"), name="cash_count_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("pieces__gt", 0)), name="cash_count_positive"
                    ),
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="till",
            constraint=models.UniqueConstraint(
                fields=("branch", "name", "currency"), name="cash_till_name_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="till",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["vault", "counter", "position"])),
                name="cash_till_kind",
            ),
        ),
        migrations.AddIndex(
            model_name="session",
            index=models.Index(fields=["booking_date", "till"], name="cash_session_of_date"),
        ),
        migrations.AddConstraint(
            model_name="session",
            constraint=models.UniqueConstraint(
                condition=models.Q(("status", "open")),
                fields=("till",),
                name="cash_session_one_per_till",
            ),
        ),
        migrations.AddConstraint(
            model_name="session",
            constraint=models.UniqueConstraint(
                condition=models.Q(("status", "open")),
                fields=("teller",),
                name="cash_session_one_per_teller",
            ),
        ),
        migrations.AddConstraint(
            model_name="session",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("closed_run_id__isnull", True),
                        ("difference_minor__isnull", True),
                        ("status", "open"),
                    ),
                    models.Q(
                        ("closed_run_id__isnull", False),
                        ("difference_minor__isnull", False),
                        ("status", "closed"),
                    ),
                    _connector="OR",
                ),
                name="cash_session_closed_whole",
            ),
        ),
    ]
