"""Products as dated versions, and dated tax rates: rows are added, never changed."""

from auditlog.registry import auditlog
from django.db import models
from django.db.models import Q

from apps.kernel.daycount import DayCount


class Product(models.Model):
    """What the bank offers; the terms are in its versions."""

    class Kind(models.TextChoices):
        CURRENT = "current"
        SAVINGS = "savings"
        # Its terms are those of apps.loans.
        LOAN = "loan"

    code = models.CharField(max_length=20, unique=True)
    kind = models.CharField(max_length=10, choices=Kind)
    name_uk = models.CharField(max_length=200)
    name_en = models.CharField(max_length=200)
    currency = models.CharField(max_length=3)

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        return f"{self.code} {self.name_uk}"


class Version(models.Model):
    """The terms of a product from a date until its next version."""

    class AccrualBasis(models.TextChoices):
        # The balance at the end of the day.
        CLOSING = "closing"
        # The balance at its beginning.
        OPENING = "opening"
        # Civil Code, article 1061: neither the day of receipt nor that of return counts.
        CIVIL_CODE = "civil_code"

    class Capitalisation(models.TextChoices):
        NONE = "none"
        MONTHLY = "monthly"

    product = models.ForeignKey(
        Product, on_delete=models.PROTECT, related_name="versions", db_index=False
    )
    valid_from = models.DateField()
    annual_rate = models.DecimalField(max_digits=9, decimal_places=6, help_text="Percent a year")
    day_count = models.CharField(
        max_length=10, choices=[(one.value, one.value) for one in DayCount]
    )
    accrual_basis = models.CharField(max_length=10, choices=AccrualBasis)
    capitalisation = models.CharField(max_length=10, choices=Capitalisation)
    taxed = models.BooleanField(help_text="Interest is income of an individual")
    deposit_gl = models.CharField(max_length=12)
    accrued_gl = models.CharField(max_length=12)
    expense_gl = models.CharField(max_length=12)
    fee_gl = models.CharField(max_length=12)
    penalty_gl = models.CharField(max_length=12)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["product", "valid_from"], name="products_version_one_a_day"
            ),
            models.CheckConstraint(
                condition=Q(annual_rate__gte=0), name="products_version_rate_not_negative"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.product_id} from {self.valid_from}"


class TaxRate(models.Model):
    """A rate that the bank withholds from interest, from a date until the next one."""

    class Code(models.TextChoices):
        # Personal income tax.
        PIT = "pit"
        # Military levy.
        LEVY = "levy"

    code = models.CharField(max_length=4, choices=Code)
    valid_from = models.DateField()
    rate = models.DecimalField(max_digits=9, decimal_places=6, help_text="Percent of the interest")
    source = models.CharField(max_length=300, blank=True)
    verify = models.BooleanField(default=False, help_text="The source is unsure: check the law")

    class Meta:
        ordering = ["code", "valid_from"]
        constraints = [
            models.UniqueConstraint(
                fields=["code", "valid_from"], name="products_taxrate_one_a_day"
            ),
            models.CheckConstraint(
                condition=Q(rate__gte=0, rate__lte=100), name="products_taxrate_percent"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.rate} % from {self.valid_from}"


# Reference data: auditlog shows people its differences.
auditlog.register(Product)
auditlog.register(Version)
auditlog.register(TaxRate)
