import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("kernel", "0001_bank_and_dates"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="OperationKey",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "origin",
                        "client",
                        "key",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("origin", models.CharField(max_length=10)),
                ("client", models.CharField(max_length=100)),
                ("key", models.CharField(max_length=200)),
                ("fingerprint", models.BinaryField()),
                ("run_id", models.UUIDField()),
            ],
        ),
        migrations.CreateModel(
            name="OutboxMessage",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("run_id", models.UUIDField()),
                ("topic", models.CharField(max_length=40)),
                ("payload", models.JSONField()),
                ("tries", models.PositiveIntegerField(default=0)),
                ("error", models.TextField(blank=True)),
            ],
        ),
        migrations.CreateModel(
            name="Approval",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("run_id", models.UUIDField(unique=True)),
                ("operation", models.CharField(max_length=80)),
                ("version", models.PositiveSmallIntegerField()),
                ("command", models.JSONField()),
                ("meaning", models.JSONField()),
                ("meaning_hash", models.CharField(max_length=64)),
                ("maker_actor", models.JSONField()),
                ("role", models.CharField(max_length=40)),
                ("checkers", models.PositiveSmallIntegerField()),
                ("at_close", models.CharField(max_length=6)),
                ("booking_date", models.DateField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "Waiting"),
                            ("done", "Done"),
                            ("declined", "Declined"),
                            ("returned", "Returned"),
                            ("expired", "Expired"),
                        ],
                        default="waiting",
                        max_length=8,
                    ),
                ),
                ("reason", models.TextField(blank=True)),
                ("done_run_id", models.UUIDField(null=True)),
                (
                    "branch",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, to="kernel.branch"
                    ),
                ),
                (
                    "maker",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ApprovalPolicy",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("operation", models.CharField(max_length=80)),
                (
                    "from_amount_minor",
                    models.BigIntegerField(
                        default=0,
                        help_text="In minor units of the base currency; 0 for every amount",
                    ),
                ),
                (
                    "role",
                    models.CharField(help_text="Code of the role that may agree", max_length=40),
                ),
                ("checkers", models.PositiveSmallIntegerField(default=1)),
                (
                    "at_close",
                    models.CharField(
                        choices=[("expire", "Expire"), ("carry", "Carry"), ("block", "Block")],
                        default="carry",
                        max_length=6,
                    ),
                ),
                ("valid_from", models.DateField()),
                ("valid_to", models.DateField(blank=True, null=True)),
                (
                    "branch",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="kernel.branch",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "approval policies",
            },
        ),
        migrations.CreateModel(
            name="ApprovalVote",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("maker_id", models.BigIntegerField()),
                ("meaning_hash", models.CharField(max_length=64)),
                ("run_id", models.UUIDField()),
                (
                    "approval",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="votes",
                        to="control.approval",
                    ),
                ),
                (
                    "checker",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="OperationRun",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("operation", models.CharField(max_length=80)),
                ("version", models.PositiveSmallIntegerField()),
                (
                    "outcome",
                    models.CharField(
                        choices=[
                            ("done", "Done"),
                            ("parked", "Parked"),
                            ("refused", "Refused"),
                            ("previewed", "Previewed"),
                        ],
                        max_length=9,
                    ),
                ),
                ("origin", models.CharField(max_length=10)),
                ("client", models.CharField(blank=True, max_length=100)),
                ("key", models.CharField(blank=True, max_length=200)),
                ("actor_name", models.CharField(max_length=200)),
                ("approval_id", models.BigIntegerField(null=True)),
                ("branch_id", models.BigIntegerField(null=True)),
                ("booking_date", models.DateField(null=True)),
                ("amount_minor", models.BigIntegerField(null=True)),
                ("currency", models.CharField(blank=True, max_length=3)),
                ("command", models.JSONField()),
                ("effect", models.JSONField(null=True)),
                ("result", models.JSONField(null=True)),
                ("refusal", models.JSONField(null=True)),
                (
                    "subjects",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.TextField(), size=None
                    ),
                ),
                ("address", models.CharField(blank=True, max_length=45)),
                ("request_id", models.CharField(blank=True, max_length=100)),
                ("at", models.DateTimeField()),
                (
                    "actor",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "started_by",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="approval",
            index=models.Index(
                condition=models.Q(("state", "waiting")),
                fields=["role", "branch"],
                name="control_approval_waiting",
            ),
        ),
        migrations.AddConstraint(
            model_name="approval",
            constraint=models.UniqueConstraint(
                fields=("id", "maker"), name="control_approval_maker"
            ),
        ),
        migrations.AddConstraint(
            model_name="approvalpolicy",
            constraint=models.CheckConstraint(
                condition=models.Q(("checkers__gte", 1)), name="control_policy_checkers"
            ),
        ),
        migrations.AddConstraint(
            model_name="approvalvote",
            constraint=models.CheckConstraint(
                condition=models.Q(("maker_id", models.F("checker_id")), _negated=True),
                name="control_vote_by_another",
            ),
        ),
        migrations.AddConstraint(
            model_name="approvalvote",
            constraint=models.UniqueConstraint(
                fields=("approval", "checker"), name="control_vote_once"
            ),
        ),
        migrations.AddIndex(
            model_name="operationrun",
            index=models.Index(fields=["booking_date", "operation"], name="control_run_by_date"),
        ),
    ]
