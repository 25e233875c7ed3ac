import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Bank",
            fields=[
                (
                    "id",
                    models.PositiveSmallIntegerField(
                        default=1, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("name_uk", models.CharField(max_length=200)),
                ("name_en", models.CharField(max_length=200)),
                ("code", models.CharField(help_text="Bank code (MFO), six digits", max_length=6)),
                ("country", models.CharField(default="UA", max_length=2)),
                ("base_currency", models.CharField(max_length=3)),
                ("time_zone", models.CharField(max_length=64)),
                ("first_date", models.DateField()),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("id", 1)), name="kernel_bank_is_one"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("code__regex", "^\\d{6}$")), name="kernel_bank_code"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="BookingDate",
            fields=[
                ("date", models.DateField(primary_key=True, serialize=False)),
                (
                    "status",
                    models.CharField(
                        choices=[("open", "Open"), ("closing", "Closing"), ("closed", "Closed")],
                        max_length=8,
                    ),
                ),
                ("opened_at", models.DateTimeField()),
                ("closing_at", models.DateTimeField(null=True)),
                ("closed_at", models.DateTimeField(null=True)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("status__in", ["open", "closing", "closed"])),
                        name="kernel_bookingdate_status",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("status", "open")),
                        fields=("status",),
                        name="kernel_one_date_open",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("status", "closing")),
                        fields=("status",),
                        name="kernel_one_date_closing",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Branch",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.CharField(max_length=12, unique=True)),
                ("name_uk", models.CharField(max_length=200)),
                ("name_en", models.CharField(max_length=200)),
                ("opened_on", models.DateField()),
                ("closed_on", models.DateField(blank=True, null=True)),
                (
                    "parent",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="children",
                        to="kernel.branch",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "branches",
                "ordering": ["code"],
            },
        ),
        migrations.CreateModel(
            name="Holiday",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("country", models.CharField(max_length=2)),
                ("date", models.DateField()),
                ("name_uk", models.CharField(max_length=200)),
                ("name_en", models.CharField(max_length=200)),
                ("source", models.CharField(max_length=200)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("country", "date"), name="kernel_holiday_once")
                ],
            },
        ),
    ]
