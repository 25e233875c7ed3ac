"""A request that comes back to its maker says what changed, and one that is taken back says so."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("control", "0002_append_only")]

    operations = [
        migrations.AddField(
            model_name="approval",
            name="difference",
            field=models.JSONField(help_text="What changed before it could be done", null=True),
        ),
        migrations.AlterField(
            model_name="approval",
            name="state",
            field=models.CharField(
                choices=[
                    ("waiting", "Waiting"),
                    ("done", "Done"),
                    ("declined", "Declined"),
                    ("returned", "Returned"),
                    ("withdrawn", "Withdrawn"),
                    ("expired", "Expired"),
                ],
                default="waiting",
                max_length=9,
            ),
        ),
    ]
