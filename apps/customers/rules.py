"""Names, tax numbers, phones, and what a person typed into the search: no database, no clock."""

import datetime as dt
import re
import unicodedata
from dataclasses import dataclass

from stdnum.exceptions import ValidationError
from stdnum.ua import rntrc

from apps.customers.errors import (
    BirthDateImpossible,
    NotName,
    NotPhone,
    TaxNumberMalformed,
    TaxNumberOfAnotherDate,
)

LONGEST_NAME = 100
OLDEST_AGE = 130
# The letter apostrophe: unlike the quotation marks people type, it is part of a word.
APOSTROPHE = "\u02bc"
_APOSTROPHES = re.compile("['\u2019\u2018\u02bc\u02b9\u2032`\u00b4]")
_DAY_ZERO = dt.date(1899, 12, 31)
_DIGITS = re.compile(r"[0-9]+", re.ASCII)
_PHONE = re.compile(r"\+?[0-9(][0-9 ().-]{5,24}", re.ASCII)
_DATE_UA = re.compile(r"([0-9]{1,2})\.([0-9]{1,2})\.([0-9]{4})", re.ASCII)
_DATE_ISO = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)


def name_part(given: str) -> str:
    """One part of a name in its normal form; may be empty. Raises NotName.

    NFC, single spaces, one kind of apostrophe, so that the same name is always the same text.
    """
    text = " ".join(unicodedata.normalize("NFC", given).split())
    text = _APOSTROPHES.sub(APOSTROPHE, text)
    # Controls and formats: a direction mark inside a name shows one thing and means another.
    strange = any(unicodedata.category(one)[0] == "C" for one in text)
    letters = any(one.isalpha() and one != APOSTROPHE for one in text)
    if text and (strange or len(text) > LONGEST_NAME or not letters):
        raise NotName(given=given[:40], longest=LONGEST_NAME)
    return text


def last_name(given: str) -> str:
    """A last name, which nobody is without. Raises NotName."""
    text = name_part(given)
    if not text:
        raise NotName(given=given[:40], longest=LONGEST_NAME)
    return text


def tax_number(given: str, birth_date: dt.date) -> str:
    """The ten digits of an individual's tax number (РНОКПП) that belongs to this birth date.

    Raises TaxNumberMalformed, TaxNumberOfAnotherDate. Ten zeros satisfy the check digit and are
    written on forms for a person without a number: they are refused.
    """
    compact = "".join(given.split())
    try:
        # Before the library, which takes other scripts' digits for digits.
        if not _DIGITS.fullmatch(compact) or set(compact) == {"0"}:
            raise TaxNumberMalformed(given=given[:20])
        number = rntrc.validate(compact)
    except ValidationError:
        raise TaxNumberMalformed(given=given[:20]) from None
    encoded = _DAY_ZERO + dt.timedelta(days=int(number[:5]))
    if encoded != birth_date:
        raise TaxNumberOfAnotherDate(encoded=encoded.isoformat(), given=birth_date.isoformat())
    return number


def require_birth_date(birth_date: dt.date, today: dt.date) -> None:
    """Refuse a birth date in the future or beyond any human age. Raises BirthDateImpossible."""
    if not 0 <= today.year - birth_date.year <= OLDEST_AGE or birth_date > today:
        raise BirthDateImpossible(given=birth_date.isoformat(), today=today.isoformat())


def phone(given: str) -> str:
    """A phone number as E.164, for example +380501234567; empty stays so. Raises NotPhone.

    A number without a country is Ukrainian.
    """
    text = given.strip()
    if not text:
        return ""
    digits = re.sub(r"[^0-9]", "", text)
    if not _PHONE.fullmatch(text) or text.count("(") != text.count(")"):
        raise NotPhone(given=given[:30])
    if not text.startswith("+"):
        if len(digits) == 10 and digits[0] == "0":
            digits = "38" + digits
        elif not (len(digits) == 12 and digits.startswith("380")):
            raise NotPhone(given=given[:30])
    if digits[0] == "0" or not 8 <= len(digits) <= 15:
        raise NotPhone(given=given[:30])
    if digits.startswith("380") and len(digits) != 12:
        raise NotPhone(given=given[:30])
    return "+" + digits


@dataclass(frozen=True, slots=True)
class Sought:
    """What a search asks for: all words at once, and any of the numbers."""

    words: tuple[str, ...] = ()
    birth_date: dt.date | None = None
    number: str | None = None
    phone: str | None = None

    @property
    def nothing(self) -> bool:
        return self == Sought()


def sought(text: str) -> Sought:
    """Read a line of search: beginnings of names, a birth date, and one number of any kind.

    Digits alone may be a tax number, a customer's number or a phone; a phone may have spaces.
    """
    call = _phone_or_none(text)
    compact = "".join(text.split())
    if _DIGITS.fullmatch(compact):
        return Sought(number=compact, phone=call)
    if call:
        return Sought(phone=call)
    words: list[str] = []
    birth_date: dt.date | None = None
    number: str | None = None
    for word in text.split():
        date = _date(word)
        if date is not None:
            birth_date = date
        elif _DIGITS.fullmatch(word):
            number, call = word, _phone_or_none(word)
        elif (as_phone := _phone_or_none(word)) is not None:
            call = as_phone
        elif form := search_form(word):
            words.append(form)
    return Sought(tuple(words), birth_date, number, call)


def search_form(word: str) -> str:
    """A word as the search column has it: lower case, without apostrophes."""
    return _APOSTROPHES.sub("", unicodedata.normalize("NFC", word)).lower()


def _phone_or_none(text: str) -> str | None:
    try:
        return phone(text) or None
    except NotPhone:
        return None


def _date(word: str) -> dt.date | None:
    try:
        if match := _DATE_UA.fullmatch(word):
            return dt.date(int(match[3]), int(match[2]), int(match[1]))
        return dt.date.fromisoformat(word) if _DATE_ISO.fullmatch(word) else None
    except ValueError:
        return None
