"""Uploads that fill neither memory nor disk: what is larger than allowed is read past, and the text beside it kept."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.core.files.uploadhandler import FileUploadHandler, SkipFile
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.views.decorators.csrf import csrf_exempt, csrf_protect

TEXT_AT_MOST = 2_500_000  # bytes of a request besides its files
View = Callable[..., HttpResponseBase]


class LimitedUpload(FileUploadHandler):
    """Stands before Django's own handlers, and lets pass no file of more than `most` bytes.

    When the whole request is longer than `all_most` no file of it is taken; its header says so before anything is read.
    """

    def __init__(self, request: HttpRequest, most: int, all_most: int) -> None:
        super().__init__(request)
        self.most, self.all_most = most, all_most
        self.too_long = False
        self.skipped: list[str] = []

    def handle_raw_input(
        self, input_data: Any, META: Any, content_length: int, boundary: Any, encoding: Any = None
    ) -> None:
        self.too_long = content_length > self.all_most

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        if self.too_long or start + len(raw_data) > self.most:
            self.skipped.append(str(self.file_name))
            raise SkipFile
        return raw_data

    def file_complete(self, file_size: int) -> None:
        return None


def takes_files(setting: str, files: int = 1) -> Callable[[View], View]:
    """A view that is sent up to so many files, each of at most the bytes that `setting` allows.

    What was left out stands in `request.skipped_files`, by name. The check of the form's origin comes after the limit
    has been set, because it is the first to read the request.
    """

    def limited(view: View) -> View:
        checked = csrf_protect(view)

        @csrf_exempt
        @wraps(view)
        def outer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            most = int(getattr(settings, setting))
            handler = LimitedUpload(request, most, files * most + TEXT_AT_MOST)
            request.upload_handlers.insert(0, handler)
            request.skipped_files = handler.skipped  # type: ignore[attr-defined]
            return checked(request, *args, **kwargs)

        return outer

    return limited
