"""Our errors in the toolkit's terms."""

from __future__ import annotations

from django.utils.html import escape
from requests import HTTPError
from tom_dataservices.dataservices import QueryServiceError


class ToolkitError(QueryServiceError, HTTPError, NotImplementedError):
    """An error that each caller in the toolkit turns into a message.

    The query pages catch `QueryServiceError`, the page that makes targets only `NotImplementedError`, and
    ``updatereduceddata`` only `HTTPError`: any other exception is a page that fails or a run that stops halfway. The
    text is escaped, since those pages print it as HTML.
    """

    def __init__(self, error: Exception | str) -> None:
        super().__init__(escape(str(error)))
