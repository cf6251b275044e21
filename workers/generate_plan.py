"""Make a plan of a learner's wish, or a proposal of how a living one should change.

trigger          rpc/create_plan, rpc/regenerate_plan, rpc/regenerate_module, rpc/retry_generation;
                 message {"v": 1, "generation_id"}
reads            the plan, its notes, its owner's time zone, what they finished, the living plan,
                 the draft of an earlier delivery (worker.load_generate_plan)
writes           modules, tasks, resources or links, or a proposal, and the generation
                 (worker.complete_generate_plan); each call of a model (worker.begin_model_call)
idempotency key  the delivery (msg_id, read_ct): the first outcome is saved, a late one is stale;
                 parts in the draft are never asked for again
retry            a model that does not answer: with backoff; what the learner must change (no
                 time, a refusal) is an outcome that they read, not a failure
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal
from uuid import UUID  # noqa: TC003 - pydantic reads it when it runs

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from learnbase.errors import LearnbaseError
from learnbase.generation import author, replacements, warranty
from learnbase.generation.asks import BudgetUsed, ModelFailed
from learnbase.generation.draft import Draft
from learnbase.generation.metered import MeteredModel
from learnbase.jobs import Job, NoLongerNeeded, Work
from learnbase.planning import builtin, prompt
from learnbase.planning.budget import NoTime
from learnbase.planning.difference import difference
from learnbase.planning.own_words import OwnWords
from learnbase.planning.request import PlanRequest
from learnbase.planning.rooms import days_over

if TYPE_CHECKING:
    from learnbase.planning.roadmap import Roadmap
    from workers.deps import Deps

BUILT_IN = "built-in"
_LOOKED_AT = 98  # per cent
_KNOWN = TypeAdapter(list[replacements.CatalogueLink])


class GeneratePlan(BaseModel):
    """The message: ids only."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    v: Literal[1]
    generation_id: UUID


async def handle(job: Job[GeneratePlan], deps: Deps) -> dict[str, Any]:
    """Load the wish, make the plan, hand over what `worker.complete_generate_plan` takes."""
    loaded = await deps.database.call("load_generate_plan", msg_id=job.msg_id, read_ct=job.read_ct)
    if loaded["standing"] != "held":  # cancelled, deleted, finished, or somebody else's by now
        raise NoLongerNeeded
    job.said["plan_id"] = loaded["plan_id"]
    model = None
    made: dict[str, Any] = {"model": BUILT_IN}
    if deps.model is not None:
        model = MeteredModel(deps.model, deps.database, job)
        made = {"model": model.name, "parameters": deps.model.parameters}
        made["prompt_version"] = prompt.PROMPT_VERSION
    try:
        request = PlanRequest.model_validate(loaded["request"])
        made["prompt"] = request.for_the_record()
        if model is None:
            roadmap = builtin.plan(request)
        else:
            roadmap, made["figures"] = await _written(job, deps, model, request, loaded)
        made |= _outcome(roadmap, request, loaded["revision"])
    except ValidationError as problem:
        made["failed"] = _told(_unreadable(problem))
    except (NoTime, ModelFailed) as reason:
        made["failed"] = _told(reason)
    except BudgetUsed as reason:
        made |= {"failed": _told(reason), "our_fault": True}
    except BaseException:  # put back, cancelled or stopped: there is no outcome to settle them
        if model is not None:
            await model.settle()
        raise
    return made | {"calls": model.ended if model else []}


async def _written(
    job: Job[GeneratePlan],
    deps: Deps,
    model: MeteredModel,
    request: PlanRequest,
    loaded: dict[str, Any],
) -> tuple[Roadmap, dict[str, Any]]:
    """Ask the model, and look at every link; answers the plan, and how well the model did."""

    async def progress(percent: int, draft: Draft) -> None:
        await job.report(progress=percent, draft=draft.to_json())

    async def known(request: PlanRequest) -> list[replacements.CatalogueLink]:
        found = await deps.database.call("catalogue_links", topic=request.topic)
        return _KNOWN.validate_python(found)

    draft, person = Draft.from_json(loaded["draft"]), loaded["person_id"]
    written = await author.write(request, model, person=person, draft=draft, progress=progress)
    roadmap, links = written.roadmap, written.draft.links
    if links is None:
        warranted = await warranty.warrant(
            roadmap,
            request,
            web=deps.web,
            model=model,
            person=person,
            catalogue=known,
            own_words=OwnWords.of(request),
        )
        roadmap, links = warranted.roadmap, warranted.figures
        # Other pages were asked for: neither is that asked again.
        await progress(_LOOKED_AT, written.draft.with_links(roadmap.weeks, links))
    figures = {
        "valid_at_first_try": written.valid_at_first_try,
        "repaired": written.repaired,
        "calls": model.asked,
        "links": links,
    }
    return roadmap, figures


def _outcome(roadmap: Roadmap, request: PlanRequest, revision: int | None) -> dict[str, Any]:
    if request.living is None:
        return {"roadmap": roadmap.to_result()}
    proposal = difference(
        request.living,
        roadmap,
        from_week=request.from_week,
        only_week=request.only_week,
        days_over=days_over(request, request.from_week),
    )
    return {"revision": revision, "proposal": proposal.to_result()}


def _unreadable(problem: ValidationError) -> LearnbaseError:
    field = str(problem.errors(include_input=False)[0]["loc"][0])
    return LearnbaseError(
        f"Nothing can be planned with this {field.replace('_', ' ')}",
        remedy="Change it, and try again",
        code="invalid_request",
    )


def _told(reason: LearnbaseError) -> dict[str, Any]:
    return {"code": reason.code, "message": reason.message, "remedy": reason.remedy}


WORK = Work(GeneratePlan, handle)
