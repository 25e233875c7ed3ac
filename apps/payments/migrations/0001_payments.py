import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "0002_accruals"),
    ]

    operations = [
        migrations.CreateModel(
            name="Payment",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("run_id", models.UUIDField(unique=True)),
                ("booking_date", models.DateField()),
                (
                    "direction",
                    models.CharField(choices=[("out", "Out"), ("in", "In")], max_length=3),
                ),
                ("amount_minor", models.BigIntegerField()),
                ("currency", models.CharField(max_length=3)),
                ("bank", models.CharField(help_text="Code of the other bank", max_length=20)),
                ("account", models.CharField(help_text="Account in the other bank", max_length=40)),
                ("purpose", models.CharField(max_length=420)),
                (
                    "deposit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, to="accounts.deposit"
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["booking_date"], name="payments_payment_of_date")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("direction__in", ["out", "in"])),
                        name="payments_payment_direction",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("amount_minor__gt", 0)),
                        name="payments_payment_positive",
                    ),
                ],
            },
        ),
    ]
