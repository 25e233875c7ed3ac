"""Customers: people, and later companies. Names are kept in their normal form (see rules)."""

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.functions import Lower


def _joined(*parts: F | Value) -> Func:
    """Texts joined by `||`, which unlike concat() a generated column may use."""
    return Func(*parts, arg_joiner=" || ", template="(%(expressions)s)")


_FULL_NAME = (F("last_name"), Value(" "), F("first_name"), Value(" "), F("patronymic"))


class Customer(models.Model):
    class Kind(models.TextChoices):
        PERSON = "person"

    number = models.CharField(max_length=12)
    kind = models.CharField(max_length=10, choices=Kind)
    branch = models.ForeignKey("kernel.Branch", on_delete=models.PROTECT)
    last_name = models.CharField(max_length=100)
    first_name = models.CharField(max_length=100, blank=True)
    patronymic = models.CharField(max_length=100, blank=True)
    birth_date = models.DateField(db_index=True)
    tax_number = models.CharField(max_length=10, null=True, blank=True)
    no_tax_number_reason = models.CharField(max_length=200, blank=True)
    phone = models.CharField(max_length=16, blank=True, help_text="E.164")
    external_id = models.CharField(max_length=60, blank=True)
    registered_on = models.DateField()
    # The order of the Ukrainian alphabet, compared byte by byte.
    name_key = models.GeneratedField(
        expression=Func(_joined(*_FULL_NAME), function="kernel_uk_key"),
        output_field=models.TextField(db_collation="C"),
        db_persist=True,
    )
    # Begins with a space, so that `% тар%` finds beginnings of words, by trigrams.
    name_search = models.GeneratedField(
        expression=Lower(
            Func(
                _joined(Value(" "), *_FULL_NAME),
                Value("'’ʼ"),
                Value(""),
                function="translate",
            )
        ),
        output_field=models.TextField(),
        db_persist=True,
    )

    class Meta:
        constraints = [
            # Constraints, as `unique=True` would add an index for LIKE that nobody uses.
            models.UniqueConstraint(fields=["number"], name="customers_number_once"),
            models.UniqueConstraint(
                fields=["tax_number"],
                condition=Q(tax_number__isnull=False),
                name="customers_tax_number_once",
            ),
            models.UniqueConstraint(
                fields=["external_id"],
                condition=~Q(external_id=""),
                name="customers_external_id_once",
            ),
            models.CheckConstraint(
                condition=Q(tax_number__regex=r"^[0-9]{10}$") & Q(no_tax_number_reason="")
                | Q(tax_number__isnull=True) & ~Q(no_tax_number_reason=""),
                name="customers_tax_number_or_reason",
            ),
            models.CheckConstraint(condition=~Q(last_name=""), name="customers_last_name_present"),
        ]
        indexes = [
            models.Index(fields=["name_key", "id"], name="customers_by_name"),
            models.Index(fields=["phone"], condition=~Q(phone=""), name="customers_by_phone"),
            GinIndex(fields=["name_search"], opclasses=["gin_trgm_ops"], name="customers_by_words"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.full_name}"

    @property
    def full_name(self) -> str:
        return " ".join(filter(None, (self.last_name, self.first_name, self.patronymic)))
