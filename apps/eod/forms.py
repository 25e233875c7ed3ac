"""Forms of the day: a date that is not typed, and the reason why something may be tried again."""

from django import forms

from apps.kernel.fields import Form, said


class DateForm(Form):
    """The date is the one that the page was about: a page that is out of date is refused."""

    date = forms.DateField(widget=forms.HiddenInput)


class MendedForm(Form):
    reason = forms.CharField(
        min_length=3,
        max_length=500,
        label=said("Що виправлено", "What was mended"),
        help_text=said("Залишиться в журналі.", "It stays in the journal."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class ProveForm(MendedForm):
    date = forms.DateField(widget=forms.HiddenInput)
