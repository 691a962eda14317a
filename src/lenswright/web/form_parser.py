"""Forms with files in, and nothing else that a client may call a form.

Werkzeug limits one text field, but not how many there are, and reads a form without files (urlencoded) in
one piece: both let a body of 500 MB become gigabytes of text.
"""

from typing import IO, Any

from werkzeug.datastructures import Headers
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.formparser import FormDataParser, MultiPartParser

from lenswright.errors import MalformedRequest

MOST_TEXT_FIELDS = 20


class FormParser(FormDataParser):
    """Parses multipart forms; any other body is left as it is, for no endpoint takes a form without files."""

    def parse(
        self,
        stream: IO[bytes],
        mimetype: str,
        content_length: int | None,
        options: dict[str, str] | None = None,
    ) -> tuple[IO[bytes], Any, Any]:
        boundary = (options or {}).get("boundary", "")
        if mimetype != "multipart/form-data" or not (boundary and boundary.isascii()):
            return stream, self.cls(), self.cls()
        parser = _FewTextFields(
            stream_factory=self.stream_factory,
            max_form_memory_size=self.max_form_memory_size,
            max_form_parts=self.max_form_parts,
            cls=self.cls,
        )
        try:
            form, files = parser.parse(stream, boundary.encode(), content_length)
        except ValueError:  # a form that is damaged has no fields, as everywhere in Flask
            return stream, self.cls(), self.cls()
        if None in form or None in files:
            raise MalformedRequest("Expected a name for each part of the form. Received: a part without one.")
        return stream, form, files


class _FewTextFields(MultiPartParser):
    _text_fields = 0

    def get_part_charset(self, headers: Headers) -> str:
        """Return the charset of a text field that was read; asked once for each, hence counted here."""
        self._text_fields += 1
        if self._text_fields > MOST_TEXT_FIELDS:
            raise RequestEntityTooLarge(
                f"Expected at most {MOST_TEXT_FIELDS} text fields in a form. Received: more."
            )
        return super().get_part_charset(headers)
