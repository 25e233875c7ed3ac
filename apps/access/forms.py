"""Forms of a person's own profile."""

from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from apps.access.models import User
from apps.kernel.text import Text


class CodeForm(forms.Form):
    code = forms.CharField(
        max_length=24,
        widget=forms.TextInput(
            attrs={
                "autocomplete": "one-time-code",
                "autofocus": True,
                "spellcheck": "false",
                "inputmode": "text",
            }
        ),
    )

    def clean_code(self) -> str:
        return str(self.cleaned_data["code"]).replace(" ", "").strip().lower()


class PreferencesForm(forms.Form):
    language = forms.ChoiceField(choices=[("uk", "Українська"), ("en", "English")])
    theme = forms.ChoiceField(choices=[])
    density = forms.ChoiceField(choices=[])
    shortcuts = forms.BooleanField(required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        labels = {
            "language": Text(uk="Мова", en="Language"),
            "theme": Text(uk="Тема", en="Theme"),
            "density": Text(uk="Щільність рядків", en="Row density"),
            "shortcuts": Text(uk="Однолітерні скорочення", en="Single-letter shortcuts"),
        }
        for name, label in labels.items():
            self.fields[name].label = str(label)
        self._choose(
            "theme",
            [
                ("system", str(Text(uk="Як у системі", en="As the system"))),
                ("light", str(Text(uk="Світла", en="Light"))),
                ("dark", str(Text(uk="Темна", en="Dark"))),
            ],
        )
        self._choose(
            "density",
            [
                ("compact", str(Text(uk="Щільно", en="Compact"))),
                ("normal", str(Text(uk="Звичайно", en="Normal"))),
                ("cosy", str(Text(uk="Просторо", en="Cosy"))),
            ],
        )

    def _choose(self, name: str, choices: list[tuple[str, str]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices

    @classmethod
    def of(cls, user: User) -> "PreferencesForm":
        return cls(
            initial={
                "language": user.language,
                "theme": user.theme,
                "density": user.density,
                "shortcuts": user.shortcuts,
            }
        )


class PasswordForm(forms.Form):
    old = forms.CharField(
        strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "current-password"})
    )
    new = forms.CharField(
        strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "new-password"})
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        self.fields["old"].label = str(Text(uk="Теперішній пароль", en="Present password"))
        self.fields["new"].label = str(Text(uk="Новий пароль", en="New password"))
        self.fields["new"].help_text = str(
            Text(
                uk="Щонайменше 12 знаків; можна речення.",
                en="At least 12 characters; a sentence will do.",
            )
        )

    def clean_old(self) -> str:
        old = str(self.cleaned_data["old"])
        if not self.user.check_password(old):
            raise ValidationError(str(Text(uk="Пароль не той.", en="That is not the password.")))
        return old

    def clean_new(self) -> str:
        new = str(self.cleaned_data["new"])
        validate_password(new, self.user)
        return new
