"""How screens look to a person, and recovery codes of the second factor."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("access", "0001_users_and_roles")]

    operations = [
        migrations.AddField("user", "theme", models.CharField(default="system", max_length=6)),
        migrations.AddField("user", "density", models.CharField(default="normal", max_length=7)),
        migrations.AddField("user", "shortcuts", models.BooleanField(default=True)),
        migrations.CreateModel(
            name="RecoveryCode",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("digest", models.CharField(max_length=64)),
                ("used_at", models.DateTimeField(null=True)),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="recovery_codes",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("user", "digest"), name="access_recovery_code_once"
                    )
                ],
            },
        ),
    ]
