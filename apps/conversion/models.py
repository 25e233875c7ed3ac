"""What a migration leaves behind: its verdicts. Can be deleted after the cut-over."""

from django.db import models

from apps.conversion.rules import REASONS, TITLES


class AccountDayVerdict(models.Model):
    """Our closing balance of an account on a day beside the one that the source recorded.

    Balances are in minor units on the customer's side: what the bank owes is positive.
    """

    source = models.CharField(max_length=20)
    account = models.ForeignKey("ledger.Account", on_delete=models.PROTECT, related_name="+")
    booking_date = models.DateField()
    verdict = models.CharField(
        max_length=20, choices=[(one.value, title.en) for one, title in TITLES.items()]
    )
    reason = models.CharField(
        max_length=20, blank=True, choices=[(one.value, text.en) for one, text in REASONS.items()]
    )
    # Without entries in the book there is no balance of ours to compare.
    ours_minor = models.BigIntegerField(null=True)
    recorded_minor = models.BigIntegerField()
    difference_minor = models.BigIntegerField(null=True)
    gap_minor = models.BigIntegerField()
    rounded_rows_to_date = models.PositiveIntegerField()
    run_id = models.UUIDField()

    class Meta:
        db_table = "conversion_verdict"
        verbose_name = "verdict on an account-day"
        verbose_name_plural = "verdicts on account-days"
        constraints = [
            models.UniqueConstraint(
                fields=["source", "account", "booking_date"], name="conversion_verdict_once"
            ),
        ]
        indexes = [
            models.Index(fields=["source", "verdict"], name="conversion_verdict_class"),
        ]

    def __str__(self) -> str:
        return f"{self.source} {self.account_id} {self.booking_date}: {self.verdict}"
