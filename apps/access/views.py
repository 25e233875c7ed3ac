"""Signing in and out, the second factor, and a person's own profile."""

import base64
import hashlib
import io
import secrets
from typing import Any, ClassVar
from uuid import uuid4

import segno
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login, logout, update_session_auth_hash
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.hashers import make_password
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import redirect, render
from django.utils.decorators import method_decorator
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.safestring import mark_safe
from django.views import View
from django_otp import login as otp_login
from django_otp.plugins.otp_totp.models import TOTPDevice

from apps.access import queries, sessions, signing_in
from apps.access.forms import CodeForm, PasswordForm, PreferencesForm
from apps.access.models import RecoveryCode
from apps.access.operations import (
    EnrolSecondFactor,
    SetOwnPassword,
    SetPreferences,
    UseRecoveryCode,
    digest_of,
)
from apps.control.commands import Secret
from apps.control.door import execute
from apps.control.screens import Request, Screen
from apps.kernel.errors import Refusal
from apps.kernel.text import Text

RECOVERY_CODES = 10


@method_decorator(login_not_required, name="dispatch")
class SignIn(View):
    """User name and password; the second factor comes on its own page."""

    def get(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            return redirect("home")
        return self._ask(request, AuthenticationForm(request))

    def post(self, request: HttpRequest) -> HttpResponse:
        form = AuthenticationForm(request, data=request.POST)
        attempt = signing_in.attempt(request, request.POST.get("username", ""))
        # Before the password is looked at, and alike for names that nobody has.
        wait = signing_in.admit(attempt)
        if wait:
            return self._wait(request, form, wait)
        if not form.is_valid():
            return self._ask(request, form, status=422)
        login(request, form.get_user())
        # Documents of earlier sign-ins are printed as copies.
        request.session["signed_in_at"] = sessions.begin(request)
        signing_in.note(attempt, signing_in.SIGNED_IN)
        response = self._onward(request)
        signing_in.mark(request, response, attempt)
        return response

    def _onward(self, request: HttpRequest) -> HttpResponse:
        onward = request.POST.get("next", "")
        safe = url_has_allowed_host_and_scheme(
            onward, allowed_hosts={request.get_host()}, require_https=request.is_secure()
        )
        return HttpResponseRedirect(onward if safe else "/")

    def _wait(self, request: HttpRequest, form: AuthenticationForm, wait: int) -> HttpResponse:
        minutes, seconds = divmod(wait, 60)
        response = self._ask(request, form, status=429, wait=f"{minutes}:{seconds:02}")
        response["Retry-After"] = str(wait)
        return response

    def _ask(
        self, request: HttpRequest, form: AuthenticationForm, *, status: int = 200, wait: str = ""
    ) -> HttpResponse:
        onward = request.POST.get("next") or request.GET.get("next", "")
        title = Text(uk="Вхід", en="Sign in")
        context = {"form": form, "next": onward, "title": title, "wait": wait}
        return render(request, "access/sign_in.html", context, status=status)


class SignOut(View):
    without_second_factor = True

    def post(self, request: Request) -> HttpResponse:
        _leave(request)
        return redirect("access:sign_in")


class SessionLeft(View):
    """How many seconds one stays signed in: asked quietly, or, by POST, prolonged."""

    without_second_factor = True

    def get(self, request: Request) -> HttpResponse:
        return JsonResponse({"left": request.session_left})

    post = get


class SecondFactor(View):
    """The six digits; or, the first time, the code to scan and ten recovery codes."""

    title: ClassVar[Text] = Text(uk="Другий фактор", en="Second factor")

    def get(self, request: Request) -> HttpResponse:
        device = _device(request)
        if device is not None:
            return self._ask(request, CodeForm())
        key = request.session.get("totp_key")
        if key is None:
            key = request.session["totp_key"] = secrets.token_hex(20)
        return self._ask(request, CodeForm(), key=key)

    def post(self, request: Request) -> HttpResponse:
        form = CodeForm(request.POST)
        device = _device(request)
        key = request.session.get("totp_key")
        if not form.is_valid():
            return self._ask(request, form, key=None if device else key, status=422)
        given = form.cleaned_data["code"]
        if device is None:
            return self._enrol(request, form, key or "")
        if device.verify_token(given) if given.isdecimal() else self._recover(request, given):
            otp_login(request, device)
            return redirect("home")
        signing_in.note(_as_attempt(request), signing_in.WRONG_CODE)
        wrong = Text(
            uk="Код не підходить. Введіть новий.", en="That code is wrong. Enter a new one."
        )
        form.add_error("code", str(wrong))
        return self._ask(request, form, status=422)

    def _enrol(self, request: Request, form: CodeForm, key: str) -> HttpResponse:
        trial = TOTPDevice(user=request.user, key=key)
        if not _matches(trial, form.cleaned_data["code"]):
            form.add_error(
                "code", str(Text(uk="Код не збігається.", en="That code does not match."))
            )
            return self._ask(request, form, key=key, status=422)
        codes = [_recovery_code() for _ in range(RECOVERY_CODES)]
        command = EnrolSecondFactor(
            key=Secret(key), digests=tuple(digest_of(code) for code in codes)
        )
        name = hashlib.sha256(key.encode()).hexdigest()[:32]
        try:
            execute("access.enrol_second_factor", command, actor=request.actor, key=f"enrol:{name}")
        except Refusal as refusal:
            # Whoever holds no role yet has no profile to change.
            form.add_error("code", str(refusal.text))
            return self._ask(request, form, key=key, status=refusal.status)
        del request.session["totp_key"]
        device = _device(request)
        assert device is not None, "enrolment has just made it"
        otp_login(request, device)
        context = {"codes": codes, "title": Text(uk="Резервні коди", en="Recovery codes")}
        return render(request, "access/recovery_codes.html", context)

    def _recover(self, request: Request, given: str) -> bool:
        try:
            execute(
                "access.use_recovery_code",
                UseRecoveryCode(digest=digest_of(given)),
                actor=request.actor,
                key=uuid4().hex,
            )
        except Refusal:
            return False
        return True

    def _ask(
        self, request: Request, form: CodeForm, *, key: str | None = None, status: int = 200
    ) -> HttpResponse:
        context: dict[str, Any] = {"form": form, "title": self.title}
        if key is not None:
            context |= {"qr": _qr(request, key), "secret": _base32(key)}
        return render(request, "access/second_factor.html", context, status=status)

    without_second_factor = True


class Profile(Screen):
    """Language, theme, density, password, the second factor, and where one is signed in."""

    permission = "access.use_own_profile"
    title: ClassVar[Text] = Text(uk="Профіль і безпека", en="Profile and security")
    template_name = "access/profile.html"

    def get(self, request: Request) -> HttpResponse:
        return self._page(PreferencesForm.of(request.user), PasswordForm(user=request.user))

    def post(self, request: Request) -> HttpResponse:
        preferences = PreferencesForm.of(request.user)
        password = PasswordForm(user=request.user)
        part = request.POST.get("part")
        if part == "sessions":
            sessions.end(request, reference=request.POST.get("which"))
            return redirect("access:profile")
        if part == "everywhere":
            sessions.end(request)
            _leave(request)
            return redirect("access:sign_in")
        if part == "password":
            password = PasswordForm(request.POST, user=request.user)
            if password.is_valid():
                hashed = make_password(password.cleaned_data["new"])
                self._do("access.set_own_password", SetOwnPassword(hashed=Secret(hashed)))
                request.user.refresh_from_db()
                update_session_auth_hash(request, request.user)
                return redirect("access:profile")
        else:
            preferences = PreferencesForm(request.POST)
            if preferences.is_valid():
                self._do("access.set_preferences", SetPreferences(**preferences.cleaned_data))
                return redirect("access:profile")
        return self._page(preferences, password, status=422)

    def _do(self, name: str, command: Any) -> None:
        key = self.request.POST.get("key") or uuid4().hex
        execute(name, command, actor=self.request.actor, key=key)
        messages.success(self.request, str(Text(uk="Збережено.", en="Saved.")), extra_tags="ok")

    def _page(
        self, preferences: PreferencesForm, password: PasswordForm, *, status: int = 200
    ) -> HttpResponse:
        context = {
            "preferences": preferences,
            "password": password,
            "key": uuid4().hex,
            "sessions": sessions.elsewhere(self.request),
            "sign_ins": queries.sign_ins(user=self.request.user.pk),
            "codes_left": RecoveryCode.objects.filter(
                user=self.request.user, used_at__isnull=True
            ).count(),
            "second_factor": settings.SECOND_FACTOR,
        }
        return self.show(context, status=status)


def _device(request: Request) -> TOTPDevice | None:
    found: TOTPDevice | None = TOTPDevice.objects.filter(user=request.user, confirmed=True).first()
    return found


def _matches(device: TOTPDevice, code: str) -> bool:
    """Does the code fit the key now, one step early or late? Nothing is stored."""
    from django_otp.oath import TOTP

    totp = TOTP(device.bin_key, device.step, device.t0, device.digits, device.drift)
    return code.isdecimal() and any(totp.verify(int(code), tolerance=1) for _ in (0,))


def _recovery_code() -> str:
    """Eighty random bits, in four groups that can be read aloud."""
    text = base64.b32encode(secrets.token_bytes(10)).decode().lower()
    return "-".join(text[start : start + 4] for start in range(0, 16, 4))


def _base32(key: str) -> str:
    return base64.b32encode(bytes.fromhex(key)).decode()


def _qr(request: Request, key: str) -> str:
    address = (
        f"otpauth://totp/Skarb:{request.user.get_username()}?secret={_base32(key)}&issuer=Skarb"
    )
    out = io.BytesIO()
    segno.make(address, error="m").save(out, kind="svg", xmldecl=False, svgns=True, omitsize=True)
    # The library's own markup over a key that we made.
    return mark_safe(out.getvalue().decode())  # noqa: S308


def _as_attempt(request: Request) -> signing_in.Attempt:
    return signing_in.attempt(request, request.user.get_username())


def _leave(request: Request) -> None:
    signing_in.note(_as_attempt(request), signing_in.SIGNED_OUT)
    logout(request)
