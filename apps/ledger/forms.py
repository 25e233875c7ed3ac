"""Forms of the book."""

from django import forms

from apps.kernel.fields import Form, said


class ReversalForm(Form):
    reason = forms.CharField(
        min_length=3,
        max_length=500,
        label=said("Причина", "Reason"),
        help_text=said("Її побачать у книзі й на виписці.", "It shows in the book and statements."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
