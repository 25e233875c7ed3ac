"""Loans are products too; their terms are in their own app."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("products", "0002_append_only"),
    ]

    operations = [
        migrations.AlterField(
            model_name="product",
            name="kind",
            field=models.CharField(
                choices=[("current", "Current"), ("savings", "Savings"), ("loan", "Loan")],
                max_length=10,
            ),
        ),
    ]
