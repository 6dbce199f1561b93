"""What every address of the API that changes something shares: a JSON body, one action, and an answer that shows what
it made. The action refuses as it does on the pages."""

import hashlib
import json
import math
import re
from collections.abc import Callable, Iterator, Mapping
from inspect import cleandoc
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers
from rest_framework.exceptions import ParseError, PermissionDenied, ValidationError
from rest_framework.parsers import BaseParser, MultiPartParser
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from lib.api import Endpoint, refuse
from lib.clock import now
from lib.uploads import TEXT_AT_MOST, LimitedUpload

MOST = 1_000_000  # bytes of a body; a file is sent as a file
LARGEST = 10**15  # minor units of money, and any other whole number that is sent
SHOWN = 60  # characters of what was sent that a sentence repeats
SEEN = "The one that was read: when something has changed since, nothing is written."
KEY = "Idempotency-Key"
KEY_HELP = "8 to 80 signs of your own: the same request sent again under it is done once, and answered the same."


class SoundJSON(BaseParser):
    """JSON of a size and kind that everything behind it can take: no NUL, no half characters, no endless depth."""

    media_type = "application/json"

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        raw = stream.read(MOST + 1)
        if len(raw) > MOST:
            raise ParseError(_("The body is longer than %(most)d bytes.") % {"most": MOST})
        try:
            sent = json.loads(raw.decode(), parse_constant=_refuse_constant)
            unsound = any(_is_unsound(text) for text in _texts(sent))
        except (ValueError, RecursionError):
            raise ParseError(_("The body is not JSON in UTF-8.")) from None
        if not isinstance(sent, dict):
            raise ParseError(_("The body is not one JSON object, as in {“name”: …}."))
        if unsound:
            raise ParseError(_("A text in the body has a character that nobody can type: a NUL or half a character."))
        return sent


def _refuse_constant(name: str) -> None:
    raise ValueError(name)  # NaN and Infinity are no JSON


def _texts(sent: Any) -> Iterator[str]:
    """Every text in what was sent, the names included."""
    if isinstance(sent, str):
        yield sent
    elif isinstance(sent, dict | list):
        for part in [*sent, *sent.values()] if isinstance(sent, dict) else sent:
            yield from _texts(part)


def _is_unsound(text: str) -> bool:
    return any(one == "\0" or "\ud800" <= one <= "\udfff" for one in text)


class Sent(serializers.Serializer[Any]):
    """What is sent to an address. A field that it does not know is refused by name."""

    def to_internal_value(self, data: Any) -> Any:
        unknown = [str(name) for name in data if name not in self.fields] if isinstance(data, Mapping) else []
        if unknown:
            known = ", ".join(self.fields) or _("none")
            raise ValidationError(
                {shown(name): [_("This is not known here; known are: %s.") % known] for name in unknown}
            )
        return super().to_internal_value(data)


class Some(Sent):
    """None of the fields has to be sent: what is not sent stays as it is."""

    def get_fields(self) -> Any:
        fields = super().get_fields()
        for field in fields.values():
            field.required = False
        return fields


class SomeSeen(Some):
    """The same, of what the answer to GET carries `seen` of."""

    seen = serializers.CharField(max_length=64, help_text=SEEN)


class Text(serializers.CharField):
    """A text of a stated length; line ends are those of one kind."""

    def to_internal_value(self, data: Any) -> str:
        return str(super().to_internal_value(data)).replace("\r\n", "\n")


class Whole(serializers.IntegerField):
    """A whole number that the database can hold."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"min_value": 0, "max_value": LARGEST} | options)


class Finite(serializers.FloatField):
    def to_internal_value(self, data: Any) -> float:
        number = super().to_internal_value(data)
        if isinstance(data, bool) or not math.isfinite(number):
            self.fail("invalid")
        return number


class _Looked:
    """A field that stands for one thing that the person may see, found by `by`."""

    of: Callable[[Any], QuerySet[Any]]
    by: str

    def run_validation(self, data: Any = serializers.empty) -> Any:
        asked = super().run_validation(data)  # type: ignore[misc]
        if asked in (None, ""):
            return None
        found = self.of(self.context["request"].user).filter(**{self.by: asked}).first()  # type: ignore[attr-defined]
        if found is None:
            raise ValidationError(_("“%s” is not there, or nothing that you may see.") % shown(str(asked)))
        return found


class Known(_Looked, Text):
    """Named by its key."""

    def __init__(self, of: Callable[[Any], QuerySet[Any]], by: str = "key", **options: Any) -> None:
        self.of, self.by = of, by
        super().__init__(max_length=200, **options)


class Numbered(_Looked, Whole):
    """Named by its number."""

    def __init__(self, of: Callable[[Any], QuerySet[Any]], by: str = "pk", **options: Any) -> None:
        self.of, self.by = of, by
        super().__init__(**options)


class ActingSchema(AutoSchema):
    """Describes an address by what is sent to it and by what it answers, each method apart."""

    view: Any

    def _acts(self) -> bool:
        return self.method in ("POST", "PATCH")

    def get_request_serializer(self) -> Any:
        return self.view.sends if self._acts() else None

    def get_response_serializers(self) -> Any:
        if self.method == "DELETE":
            return {"204": None}
        if not self._acts():
            return super().get_response_serializers()
        return {str(self.view.status): self.view.answers}

    def get_override_parameters(self) -> list[Any]:
        if self.method in ("GET", "HEAD"):
            return super().get_override_parameters()
        return [OpenApiParameter(KEY, str, "header", required=self.view.keyed, description=KEY_HELP)]

    def get_description(self) -> str:  # type: ignore[override] # as in drf-spectacular, whose class has no types
        if self.method == "DELETE":
            return cleandoc(self.view.drop.__doc__)
        return cleandoc(self.view.says) if self._acts() else str(super().get_description())


class Acting(Endpoint):
    """An address that changes one thing by one action. Combined with one that reads, it answers to both.

    Whoever names a key in the header may send the same again: it is done once. Where `keyed`, it has to be named.
    """

    keyed = False
    sends: Any = Sent
    answers: Any = None
    status = 201
    says = ""
    schema = ActingSchema()

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        if "act" in vars(cls):
            cls.says = cls.__doc__ or ""
        methods = [name for name in ("get", "post", "patch", "delete") if hasattr(cls, name)]
        cls.http_method_names = [*methods, *(["head"] if "get" in methods else [])]

    def get_parsers(self) -> list[Any]:
        return [SoundJSON()]

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if request.method not in ("GET", "HEAD") and not getattr(request.auth, "writes", True):
            raise PermissionDenied(
                _("This token may only read: issue one that may also write on the page “API tokens”.")
            )

    def perform(self, request: Request) -> Response:
        return self.once(request, lambda: self.answer(request))

    def once(self, request: Request, answer: Callable[[], "Answered"]) -> Response:
        """What `answer` says; under a key that was sent before with the same, what was said then."""
        if key := self.key(request):
            kept = import_string(settings.ANSWERS_KEPT_BY)
            status, said = kept(request.user, key, asked(request), answer, at=now())
        else:
            status, said = answer()
        headers = {"Location": said["location"]} if said["location"] else None
        return Response(said["shown"], status=status, headers=headers)

    def key(self, request: Request) -> str:
        """The key that was sent, or nothing; 400 where it is missing or no key."""
        key = request.headers.get(KEY, "").strip()
        if self.keyed and not key:
            refuse([_("Send the header %(key)s: %(help)s") % {"key": KEY, "help": KEY_HELP}])
        if key and not re.fullmatch("[!-~]{8,80}", key):
            refuse([_("The header %(key)s is 8 to 80 letters, digits or signs without a space.") % {"key": KEY}])
        return key

    def answer(self, request: Request) -> "Answered":
        made = self.act(self.typed(request))
        shown = json.loads(JSONRenderer().render(self.shown(made)))
        return self.status, {"location": self.where(made), "shown": shown}

    def typed(self, request: Request) -> dict[str, Any]:
        """What was sent, sound; 400 with a sentence for each field that is not."""
        sent = self.sends(data=request.data, context={"request": request})
        if not sent.is_valid():
            raise ValidationError(list(sentences(sent.errors)))
        return dict(sent.validated_data)

    def act(self, typed: dict[str, Any]) -> Any:
        """Calls the action; returns what it made."""
        raise NotImplementedError

    def where(self, made: Any) -> str:
        """The address of what was made, if it has one of its own."""
        return ""

    def shown(self, made: Any) -> Any:
        return self.answers(made, context={"request": self.request}).data


class Making(Acting):
    """Answers POST."""

    def post(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return self.perform(request)


class Changing(Acting):
    """Answers PATCH: what is not sent stays as it is."""

    status = 200

    def patch(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return self.perform(request)


class Dropping(Acting):
    """Answers DELETE; nothing is sent, and nothing is answered."""

    def delete(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return self.once(request, self._dropped)

    def _dropped(self) -> "Answered":
        self.drop()
        return 204, {"location": "", "shown": None}

    def drop(self) -> None:
        """Calls the action."""
        raise NotImplementedError


class SentFile(Sent):
    file = serializers.FileField(allow_empty_file=True, max_length=1000)


class Uploading(Making):
    """Answers POST of one file as multipart/form-data. One that is larger than `setting` allows is read past."""

    sends, setting = SentFile, ""

    def get_parsers(self) -> list[Any]:
        return [MultiPartParser()]

    def initialize_request(self, request: Any, *args: Any, **kwargs: Any) -> Request:
        most = getattr(settings, self.setting)
        self.limit = LimitedUpload(request, most, most + TEXT_AT_MOST)
        request.upload_handlers.insert(0, self.limit)
        return super().initialize_request(request, *args, **kwargs)

    def typed(self, request: Request) -> dict[str, Any]:
        request.data  # noqa: B018 # reads it, so that the limit has been asked
        refuse(map(self.too_large, self.limit.skipped))
        return super().typed(request)

    def too_large(self, name: str) -> str:
        """Says that the file of this name is too large."""
        raise NotImplementedError


Answered = tuple[int, dict[str, Any]]  # status, and where what was made is found and how it is shown


def asked(request: Request) -> str:
    """Tells one request from another: by its method, its address and what was sent."""
    sent = request.data if isinstance(request.data, Mapping) else {}
    plain = json.dumps({str(name): sent[name] for name in sent}, sort_keys=True, default=_hash_of_file)
    return hashlib.sha256(f"{request.method} {request.path} {plain}".encode()).hexdigest()


def _hash_of_file(file: Any) -> str:
    digest = hashlib.sha256()
    for chunk in file.chunks():
        digest.update(chunk)
    file.seek(0)  # whoever reads it next begins at its start
    return f"{file.name} {digest.hexdigest()}"


def sentences(errors: Any, name: str = "") -> Iterator[str]:
    """What is wrong with each field, as sentences that name it."""
    if isinstance(errors, Mapping):
        for part, found in errors.items():
            step = "" if part == "non_field_errors" else str(part)
            yield from sentences(found, f"{name}.{step}" if name and step else name or step)
    elif isinstance(errors, list) and any(isinstance(one, Mapping | list) for one in errors):
        for place, found in enumerate(errors):
            yield from sentences(found, f"{name}[{place}]")
    else:
        yield from (f"“{name}”: {one}" if name else str(one) for one in errors)


def shown(text: str) -> str:
    return text if len(text) <= SHOWN else f"{text[: SHOWN - 1]}…"
