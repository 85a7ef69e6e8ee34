"""What every broker has in common: our two calls, and the toolkit's contract made of them."""

from __future__ import annotations

import logging
import secrets
from abc import abstractmethod
from collections.abc import Iterable, Sequence
from typing import Any

import requests
from tom_dataproducts.models import PhotometryReducedDatum
from tom_dataservices.dataservices import DataService
from tom_targets.models import Target

from tom_alerce_like import conf, http
from tom_alerce_like.alerts.schema import Batch
from tom_alerce_like.brokers import ids, rows, table
from tom_alerce_like.brokers.errors import ToolkitError
from tom_alerce_like.brokers.forms import OWNER, QueryForm
from tom_alerce_like.brokers.query import Query
from tom_alerce_like.exceptions import AlerceLikeError, InputError, NotAuthorised
from tom_alerce_like.ingest import ingest
from tom_alerce_like.permissions import require_change

logger = logging.getLogger(__name__)


class BrokerService(DataService):
    """A broker that is asked in the alert table's words.

    Keeps nothing between calls, so that one instance may serve many targets. ``session`` is any
    `requests.Session`; POST counts as a question here and may be repeated.
    """

    source = ""  # short name, stored with classifications
    form_class: type[QueryForm] = QueryForm
    defaults: dict[str, str] = {}  # public hosts, replaced by DATA_SERVICES[name]
    query_results_table = "tom_alerce_like_brokers/partials/toolkit_results.html"

    def __init__(
        self,
        query_parameters: dict | None = None,
        user: Any = None,
        *args: Any,
        session: requests.Session | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(query_parameters, user, *args, **kwargs)
        self.session = session or http.session(retry_methods=("GET", "HEAD", "POST"))

    @abstractmethod
    def search(self, query: Query) -> Batch:
        """Return one row per object that the query asks for; light curves may be missing.

        Raises the `AlerceLikeError` family. ``problems`` tell what was left out.
        """

    @abstractmethod
    def fetch(self, object_ids: Sequence[str], survey: str) -> Batch:
        """Return objects of one survey with all that the broker knows of them; raises as `search` does."""

    def fetch_named(self, names: Iterable[str]) -> Batch:
        """Return what the broker knows of objects by any of their names; names of no survey are passed over."""
        return table.join([self.fetch(some, survey) for survey, some in ids.by_survey(names).items()])

    def url(self, key: str) -> str:
        """Return the host root ``key`` (``ztf_url``, say) from the settings."""
        return str(conf.service(self.name).get(key) or self.defaults[key]).rstrip("/")

    def get_json(self, url: str, params: dict[str, Any] | None = None) -> Any:
        """Return the decoded reply to a GET."""
        return http.fetch_json(self.session, "GET", url, params=params)

    # The toolkit's contract: its pages and commands call what follows.

    @classmethod
    def get_form_class(cls) -> type[QueryForm]:
        return cls.form_class

    def build_query_parameters(self, parameters: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
        self._refuse_other_owner(parameters.get(OWNER))
        # ``run`` makes each run's parameters its own: the toolkit's cache would answer with an hour-old reply
        return {**Query.of(parameters).parameters(), "run": secrets.token_urlsafe(8)}

    def build_query_parameters_from_target(self, target: Target, **kwargs: Any) -> dict[str, Any]:
        return {"object_ids": [name for names in ids.by_survey(target.names).values() for name in names]}

    def query_service(self, query_parameters: dict[str, Any], **kwargs: Any) -> Batch:
        self._refuse_anonymous()
        try:
            return self.search(Query.of(query_parameters))
        except AlerceLikeError as error:
            raise ToolkitError(error) from error

    def query_targets(self, query_parameters: dict[str, Any], **kwargs: Any) -> list[dict[str, Any]]:
        batch = self.query_service(query_parameters, **kwargs)
        # an empty dict of datums tells the toolkit to look for none: `to_target` stores the light curve itself
        more = {"run": query_parameters.get("run", ""), "reduced_datums": {"photometry": []}}
        return [{**row, **more} for row in rows.of(batch)]

    def create_target_from_query(self, target_result: dict[str, Any], **kwargs: Any) -> Target:
        self._refuse_foreign(target_result, kwargs.get("request"))
        return Target(
            name=target_result["object_id"],
            type=Target.SIDEREAL,
            ra=target_result["ra_deg"],
            dec=target_result["dec_deg"],
        )

    def to_target(self, target_result: dict[str, Any] | None = None, **kwargs: Any) -> Target | None:
        """Fetch and store one row of `query_targets`; return its target, made or found.

        What cannot be fetched is a message on the toolkit's page; its command logs it and goes on to the next row.
        """
        name = self.create_target_from_query(target_result or {}, **kwargs).name
        request = kwargs.get("request")
        try:
            return self._stored(name, request.user if request else self.user)
        except AlerceLikeError as error:
            if request:
                raise ToolkitError(error) from error
            logger.warning("%s: %s", name, error)
            return None

    def _stored(self, name: str, user: Any) -> Target:
        summary = ingest(self.fetch_named([name]), source=self.name, user=user)
        if name not in summary.target_ids:
            raise InputError(f"{self.source} has no detections of {name}. {' '.join(summary.problems)}")
        return Target.objects.get(pk=summary.target_ids[name])

    def query_aliases(self, query_parameters: dict | None = None, target: Any = None, **kwargs: Any) -> list[str]:
        # names of a target's objects are stored by ingest, with one look-up for all
        if target is not None or not query_parameters:
            return []
        return [name for names in self.query_service(query_parameters).aliases.values() for name in names]

    def query_photometry(self, query_parameters: dict[str, Any], **kwargs: Any) -> Batch:
        try:
            return self.fetch_named(query_parameters["object_ids"])
        except AlerceLikeError as error:
            raise ToolkitError(error) from error

    def query_reduced_data(self, target: Target, **kwargs: Any) -> dict[str, Any]:
        self._refuse_anonymous(target)
        parameters = self.build_query_parameters_from_target(target)
        if not parameters["object_ids"]:
            raise ToolkitError(f"None of the names of {target.name} is a ZTF or LSST object id.")
        return {"photometry": self.query_photometry(parameters)}

    def create_reduced_datums_from_query(
        self, target: Target, data: Any, data_type: str | None = None, **kwargs: Any
    ) -> list[PhotometryReducedDatum]:
        ingest(data, source=self.name, user=self.user)
        return list(PhotometryReducedDatum.objects.filter(target=target, source_name=self.name))

    def _refuse_anonymous(self, target: Target | None = None) -> None:
        # the toolkit runs saved queries and updates targets for whoever asks; its commands pass no user
        if self.user is None:
            return
        try:
            if target is not None:
                require_change(self.user, target)
            elif not self.user.is_authenticated:
                raise NotAuthorised("Log in to query a broker.")
        except NotAuthorised as error:
            raise ToolkitError(error) from error

    def _refuse_other_owner(self, owner: int | None) -> None:
        # the toolkit runs everybody's saved queries for everybody
        if self.user is not None and owner not in (None, self.user.pk) and not self.user.is_superuser:
            raise ToolkitError(NotAuthorised("This saved query is another user's."))

    def _refuse_foreign(self, row: dict[str, Any], request: Any) -> None:
        # the toolkit keeps the rows of the last query of any user under the same keys
        if not row.get("object_id"):
            raise ToolkitError(InputError("This is no row of a query's result."))
        if request is not None and request.POST.get("run") != row.get("run"):
            raise ToolkitError("Another query replaced this result in the meantime: run yours again.")
