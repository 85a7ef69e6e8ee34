"""The stages of the chain that plan the night and ask for its observations."""

from __future__ import annotations

from tom_alerce_like import conf
from tom_alerce_like.exceptions import AlerceLikeError, ConfigurationError
from tom_alerce_like.facilities.intent import left_tonight
from tom_alerce_like.facilities.ledger import submit as ask
from tom_alerce_like.facilities.ocs.payload import default_params
from tom_alerce_like.models import Candidate
from tom_alerce_like.pipeline import Night
from tom_alerce_like.plugins.scheduling import planning
from tom_alerce_like.plugins.scheduling.models import ACCEPTED, Block


def plan(night: Night) -> None:
    """Plan the most urgent of the night's targets, or of the last 30 days' when it has none."""
    if night.targets:
        planning.make(Candidate.objects.all(), night.now, night.user, among=night.targets)
    else:
        planning.make(planning.recent(night.now), night.now, night.user)


def submit(night: Night) -> None:
    """Ask for the blocks of this night's plan, the most valuable first, when AUTO_SUBMIT says so.

    The observatory's own scheduler chooses telescope and time: the plan says what is worth asking for and can be done.
    One target's trouble is noted and the next goes on; without credentials nothing is tried.
    """
    if not conf.get("AUTO_SUBMIT"):
        return
    if night.user is None:
        night.error("AUTO_SUBMIT asks for observations in a user's name: run the chain with one")
        return
    blocks = Block.objects.filter(plan__start=night.now, plan__user=night.user, outcome="").select_related("target")
    chosen = list(blocks.order_by("-value")[: left_tonight()])
    for block in night.each(chosen, "requests", len(chosen)):
        try:
            _submit(block, night)
        except ConfigurationError as error:
            night.error(str(error))
            return
        except AlerceLikeError as error:
            _note(block, str(error), night)


def _submit(block: Block, night: Night) -> None:
    why = f"planned: priority {block.reason}"
    request = ask(block.target, default_params(night.now), night.user, why)
    if request.state == ACCEPTED:
        night.counts["requests"] += 1
        _note(block, ACCEPTED)
    else:
        # without an error it is another run that asks for the same at this moment
        _note(block, f"{request.state} {request.last_error}".strip(), night if request.last_error else None)


def _note(block: Block, outcome: str, night: Night | None = None) -> None:
    block.outcome = outcome[:200]
    block.save(update_fields=["outcome"])
    if night:
        night.error(f"{block.target.name}: {outcome}")
