"""Sessions with whose they are, and the list of attempts to sign in."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("access", "0003_api_keys"), ("control", "0002_append_only")]

    operations = [
        migrations.CreateModel(
            name="StaffSession",
            fields=[
                (
                    "session_key",
                    models.CharField(
                        max_length=40, primary_key=True, serialize=False, verbose_name="session key"
                    ),
                ),
                ("session_data", models.TextField(verbose_name="session data")),
                ("expire_date", models.DateTimeField(db_index=True, verbose_name="expire date")),
                ("began_at", models.DateTimeField(null=True)),
                ("seen_at", models.DateTimeField(null=True)),
                ("address", models.CharField(blank=True, max_length=45)),
                ("agent", models.CharField(blank=True, max_length=200)),
                (
                    "user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={"verbose_name": "session", "verbose_name_plural": "sessions"},
        ),
        migrations.CreateModel(
            name="SignIn",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField()),
                ("name_digest", models.CharField(max_length=64)),
                ("machine", models.CharField(blank=True, max_length=24)),
                ("address", models.CharField(blank=True, max_length=45)),
                ("outcome", models.CharField(max_length=10)),
                ("request_id", models.CharField(blank=True, max_length=100)),
                (
                    "user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "sign-in",
                "indexes": [
                    models.Index(fields=["name_digest", "at"], name="access_signin_by_name"),
                    models.Index(fields=["address", "at"], name="access_signin_by_address"),
                ],
            },
        ),
        # An attempt stays as it was written, for the owner of the tables too.
        migrations.RunSQL(
            """
            CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON access_signin
                FOR EACH ROW EXECUTE FUNCTION control_refuse_change();
            CREATE TRIGGER no_truncate BEFORE TRUNCATE ON access_signin
                FOR EACH STATEMENT EXECUTE FUNCTION control_refuse_change();
            """,
            """
            DROP TRIGGER no_truncate ON access_signin;
            DROP TRIGGER append_only ON access_signin;
            """,
        ),
        migrations.AlterField(
            model_name="user",
            name="is_staff",
            field=models.BooleanField(
                default=False, help_text="Asked by nothing: what a person may do follows from roles"
            ),
        ),
    ]
