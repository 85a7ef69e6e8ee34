"""Saved queries of our brokers: the toolkit's own, whose parameters also name their owner."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
from tom_dataservices.dataservices import get_data_service_classes
from tom_dataservices.models import DataServiceQuery

from tom_alerce_like.brokers.forms import OWNER
from tom_alerce_like.brokers.query import Query
from tom_alerce_like.brokers.service import BrokerService
from tom_alerce_like.clock import to_mjd

#: A run asks again for this long before the last one: brokers classify alerts hours after they were taken.
OVERLAP_DAYS = 2.0
#: Key of a saved query's parameters: when the chain last ran it without fault, MJD. The toolkit's ``last_run`` does not
#: tell: anybody who opens its page sets it, and before the broker is asked.
RAN = "ran_mjd"


def services() -> dict[str, type[BrokerService]]:
    """Return the data services of this TOM that are brokers of our kind, by name."""
    return {name: cls for name, cls in get_data_service_classes().items() if issubclass(cls, BrokerService)}


def queries() -> QuerySet[DataServiceQuery]:
    """Return the saved queries of `services`."""
    return DataServiceQuery.objects.filter(data_service__in=services()).order_by("name", "pk")


def queries_of(user: Any) -> QuerySet[DataServiceQuery]:
    """Return the queries that the user saved, and those that nobody owns."""
    return queries().filter(
        Q(**{f"parameters__{OWNER}": user.pk}) | Q(**{f"parameters__{OWNER}": None}) | ~Q(parameters__has_key=OWNER)
    )


def new_since_last_run(saved: DataServiceQuery) -> Query:
    """Return the saved query, for objects seen since the chain last ran it."""
    query, ran_mjd = Query.of(saved.parameters), saved.parameters.get(RAN)
    return query if ran_mjd is None else query.since(ran_mjd - OVERLAP_DAYS)


def ran(saved: DataServiceQuery, when: datetime) -> None:
    """Note that the query ran without fault."""
    saved.parameters = {**saved.parameters, RAN: to_mjd(when)}
    saved.last_run = when
    saved.save(update_fields=["parameters", "last_run"])
