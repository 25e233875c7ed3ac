"""Amounts in words, as cash documents have them: whole units in words, minor units in digits."""

from dataclasses import dataclass

from apps.kernel.currencies import currency
from apps.kernel.money import Money

Forms = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class _Unit:
    """A currency's units in both languages: one, two to four, five and more; one, several."""

    uk: Forms
    uk_minor: Forms
    en: tuple[str, str]
    en_minor: tuple[str, str]
    feminine: bool = False


def _listed(words: str) -> tuple[str, ...]:
    return tuple(words.split())


_CENTS: Forms = ("цент", "центи", "центів")
_UNITS = {
    "UAH": _Unit(
        ("гривня", "гривні", "гривень"),
        ("копійка", "копійки", "копійок"),
        ("hryvnia", "hryvnias"),
        ("kopiyka", "kopiykas"),
        feminine=True,
    ),
    "EUR": _Unit(("євро", "євро", "євро"), _CENTS, ("euro", "euros"), ("cent", "cents")),
    "USD": _Unit(
        ("долар США", "долари США", "доларів США"),
        _CENTS,
        ("US dollar", "US dollars"),
        ("cent", "cents"),
    ),
}

_SMALL_UK = _listed(
    "нуль один два три чотири п’ять шість сім вісім дев’ять десять одинадцять дванадцять "
    "тринадцять чотирнадцять п’ятнадцять шістнадцять сімнадцять вісімнадцять дев’ятнадцять"
)
_TENS_UK = _listed("- - двадцять тридцять сорок п’ятдесят шістдесят сімдесят вісімдесят дев’яносто")
_HUNDREDS_UK = _listed("- сто двісті триста чотириста п’ятсот шістсот сімсот вісімсот дев’ятсот")
_SCALES_UK: tuple[Forms, ...] = (
    ("тисяча", "тисячі", "тисяч"),
    ("мільйон", "мільйони", "мільйонів"),
    ("мільярд", "мільярди", "мільярдів"),
    ("трильйон", "трильйони", "трильйонів"),
)
_SMALL_EN = _listed(
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen "
    "fifteen sixteen seventeen eighteen nineteen"
)
_TENS_EN = _listed("- - twenty thirty forty fifty sixty seventy eighty ninety")
_SCALES_EN = ("thousand", "million", "billion", "trillion")


def in_words(amount: Money, language: str) -> str:
    """For example “Двісті одна гривня 50 копійок” or “Two hundred one hryvnias 50 kopiykas”.

    The amount is zero or positive. A currency without words here is named by its code.
    """
    assert amount.minor >= 0, "a document says its side, not a sign"
    kept = currency(amount.currency)
    whole, minor = divmod(amount.minor, kept.units)
    unit = _UNITS.get(amount.currency)
    english = language.startswith("en")
    words = _english(whole) if english else _ukrainian(whole, feminine=bool(unit and unit.feminine))
    fraction = f"{minor:0{kept.exponent}d}" if kept.exponent else ""
    if unit is None:
        parts = [words, amount.currency, fraction]
    elif english:
        parts = [words, unit.en[whole != 1], fraction, unit.en_minor[minor != 1]]
    else:
        parts = [words, _agreeing(whole, unit.uk), fraction, _agreeing(minor, unit.uk_minor)]
    text = " ".join(filter(None, parts))
    return text[0].upper() + text[1:]


def _ukrainian(number: int, *, feminine: bool) -> str:
    groups = []
    for place, group in enumerate(_thousands(number)):
        if group == 0:
            continue
        # A thousand is feminine, what is above it masculine, and the units as the currency is.
        words = _ukrainian_group(group, feminine=feminine if place == 0 else place == 1)
        if place:
            words.append(_agreeing(group, _SCALES_UK[place - 1]))
        groups.append(" ".join(words))
    return " ".join(reversed(groups)) or _SMALL_UK[0]


def _ukrainian_group(group: int, *, feminine: bool) -> list[str]:
    hundreds, rest = divmod(group, 100)
    words = [_HUNDREDS_UK[hundreds]] if hundreds else []
    if rest >= 20:
        tens, rest = divmod(rest, 10)
        words.append(_TENS_UK[tens])
    if rest:
        special = {1: "одна", 2: "дві"} if feminine else {}
        words.append(special.get(rest, _SMALL_UK[rest]))
    return words


def _agreeing(number: int, forms: Forms) -> str:
    """The form of a noun after a number: одна гривня, дві гривні, п’ять гривень."""
    last, teens = number % 10, 10 < number % 100 < 20
    if last == 1 and not teens:
        return forms[0]
    return forms[1] if 2 <= last <= 4 and not teens else forms[2]


def _english(number: int) -> str:
    groups = []
    for place, group in enumerate(_thousands(number)):
        if group == 0:
            continue
        hundreds, rest = divmod(group, 100)
        words = [_SMALL_EN[hundreds], "hundred"] if hundreds else []
        if rest:
            tens, ones = divmod(rest, 10)
            if rest < 20:
                words.append(_SMALL_EN[rest])
            else:
                words.append(_TENS_EN[tens] + (f"-{_SMALL_EN[ones]}" if ones else ""))
        if place:
            words.append(_SCALES_EN[place - 1])
        groups.append(" ".join(words))
    return " ".join(reversed(groups)) or _SMALL_EN[0]


def _thousands(number: int) -> list[int]:
    """Groups of three digits, the lowest first."""
    groups = []
    while number:
        number, group = divmod(number, 1000)
        groups.append(group)
    assert len(groups) <= len(_SCALES_EN) + 1, "Money ends below a quadrillion"
    return groups
