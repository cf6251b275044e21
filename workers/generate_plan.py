"""Make a plan of a learner's wish.

trigger          rpc/create_plan, rpc/retry_generation; message {"v": 1, "generation_id"}
reads            the plan, its notes, its owner's time zone (worker.load_generate_plan)
writes           modules, tasks, resources or links, the generation (worker.complete_generate_plan)
idempotency key  the delivery (msg_id, read_ct): the first outcome is saved, a late one is stale
retry            a model that does not answer: with backoff; what the learner must change (no
                 time, a refusal) is an outcome that they read, not a failure
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal
from uuid import UUID  # noqa: TC003 - pydantic reads it when it runs

from pydantic import BaseModel, ConfigDict, ValidationError

from learnbase.errors import LearnbaseError
from learnbase.jobs import Job, NoLongerNeeded, Work
from learnbase.planning import builtin, checks, prompt
from learnbase.planning.budget import NoTime
from learnbase.planning.request import PlanRequest
from learnbase.services.llm import ModelFailed

if TYPE_CHECKING:
    from learnbase.planning.roadmap import Roadmap
    from learnbase.services.llm import Model
    from workers.deps import Deps

BUILT_IN = "built-in"


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
    try:
        request = PlanRequest.model_validate(loaded["request"])
    except ValidationError as problem:
        return {"model": BUILT_IN, "failed": _told(_unreadable(problem))}
    inputs = {"prompt": request.model_dump(mode="json")}
    try:
        if deps.model is None:
            roadmap = builtin.plan(request)
            return inputs | {"model": BUILT_IN, "roadmap": _checked(roadmap, request)}
        return inputs | await _ask(job, deps.model, request, person=loaded["plan_id"])
    except NoTime as reason:
        name = deps.model.name if deps.model else BUILT_IN
        return inputs | {"model": name, "failed": _told(reason)}


async def _ask(
    job: Job[GeneratePlan], model: Model, request: PlanRequest, *, person: str
) -> dict[str, Any]:
    how = {
        "model": model.name,
        "parameters": model.parameters,
        "prompt_version": prompt.PROMPT_VERSION,
    }
    messages = prompt.messages(request)
    await job.about_to_call_a_model(progress=10)
    usage = None
    try:
        answer = await model.roadmap(messages, person=person)
        usage = answer.usage
        roadmap = checks.rebalance(answer.roadmap, request)
        return how | {"usage": usage, "roadmap": _checked(roadmap, request)}
    except ModelFailed as reason:
        return how | {"usage": usage or reason.usage, "failed": _told(reason)}


def _checked(roadmap: Roadmap, request: PlanRequest) -> dict[str, Any]:
    if wrong := checks.findings(roadmap, request):
        raise ModelFailed(
            f"The plan cannot be used: {wrong[0].where}: {wrong[0].message}",
            remedy="Try again; if it happens twice, say the topic in other words",
            code="plan_not_usable",
        )
    return roadmap.to_result()


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
