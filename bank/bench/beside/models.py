"""The book as one would write it first: rows that are read, changed in Python and saved."""

from typing import ClassVar

from django.db import models


# Managers and keys are spelled out, as the types of an app that is not Skarb's are not looked up.
class Account(models.Model):
    id = models.BigAutoField(primary_key=True)
    balance_minor = models.BigIntegerField(default=0)

    objects: ClassVar[models.Manager["Account"]] = models.Manager()

    class Meta:
        app_label = "beside"

    def __str__(self) -> str:
        return str(self.pk)


class Entry(models.Model):
    id = models.BigAutoField(primary_key=True)
    kind = models.CharField(max_length=60)
    booking_date = models.DateField()
    narrative = models.TextField()

    objects: ClassVar[models.Manager["Entry"]] = models.Manager()

    class Meta:
        app_label = "beside"

    def __str__(self) -> str:
        return str(self.pk)


class Posting(models.Model):
    id = models.BigAutoField(primary_key=True)
    entry = models.ForeignKey(Entry, on_delete=models.PROTECT)
    account = models.ForeignKey(Account, on_delete=models.PROTECT)
    amount_minor = models.BigIntegerField()
    balance_after_minor = models.BigIntegerField()

    objects: ClassVar[models.Manager["Posting"]] = models.Manager()

    class Meta:
        app_label = "beside"

    def __str__(self) -> str:
        return str(self.pk)
