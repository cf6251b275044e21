"""The rows of the database, as the API shows and takes them.

Generated from the schema by `make types`; change a migration instead.
"""

# ruff: noqa: D101, ICN001, TC003 - written by a program
from __future__ import annotations

import datetime
import uuid
from typing import (
    Annotated,
    Literal,
    NotRequired,
    TypeAlias,
    TypedDict,
)

from pydantic import BaseModel, Field, JsonValue

PublicCatchUpMode: TypeAlias = Literal["propose", "apply"]

PublicCatchUpStatus: TypeAlias = Literal["open", "applied", "rejected", "undone", "superseded"]

PublicConnectionProvider: TypeAlias = Literal["notion", "google"]

PublicConnectionStatus: TypeAlias = Literal["active", "reconnect", "disconnecting"]

PublicExportAction: TypeAlias = Literal["export", "remove"]

PublicExportItemState: TypeAlias = Literal["sending", "sent", "removing"]

PublicExportStatus: TypeAlias = Literal[
    "queued", "running", "succeeded", "stopped", "failed", "cancelled", "removed"
]

PublicGenerationKind: TypeAlias = Literal["create", "regenerate_plan", "regenerate_module"]

PublicGenerationScope: TypeAlias = Literal["whole", "remaining"]

PublicGenerationStatus: TypeAlias = Literal["queued", "running", "succeeded", "failed", "cancelled"]

PublicLearningStyle: TypeAlias = Literal["reading", "video", "practice", "mixed"]

PublicLetterActState: TypeAlias = Literal["open", "done", "gone", "late"]

PublicNotificationChannel: TypeAlias = Literal["email", "in_app", "sms"]

PublicNotificationStatus: TypeAlias = Literal[
    "queued",
    "sent",
    "delivered",
    "opened",
    "bounced",
    "complained",
    "failed",
    "suppressed",
    "unknown",
]

PublicPlanOrigin: TypeAlias = Literal["ai", "template", "manual"]

PublicPlanVisibility: TypeAlias = Literal["private", "public"]

PublicProgressStatus: TypeAlias = Literal["not_started", "in_progress", "completed"]

PublicProposalStatus: TypeAlias = Literal["open", "accepted", "rejected", "undone", "superseded"]

PublicResourceType: TypeAlias = Literal["youtube", "article", "course", "doc", "other"]

PublicScheduleStatus: TypeAlias = Literal["waiting", "ready", "failed"]

PublicSkillLevel: TypeAlias = Literal["beginner", "intermediate", "advanced"]

PublicSubscriptionTier: TypeAlias = Literal["free", "pro"]


class PublicBusyTimes(BaseModel):
    created_at: datetime.datetime = Field(alias="created_at")
    ends_at: datetime.datetime = Field(alias="ends_at")
    id: uuid.UUID = Field(alias="id")
    source: PublicConnectionProvider | None = Field(alias="source")
    starts_at: datetime.datetime = Field(alias="starts_at")
    user_id: uuid.UUID = Field(alias="user_id")


class PublicBusyTimesInsert(TypedDict):
    created_at: NotRequired[Annotated[datetime.datetime, Field(alias="created_at")]]
    ends_at: Annotated[datetime.datetime, Field(alias="ends_at")]
    id: NotRequired[Annotated[uuid.UUID, Field(alias="id")]]
    source: NotRequired[Annotated[PublicConnectionProvider | None, Field(alias="source")]]
    starts_at: Annotated[datetime.datetime, Field(alias="starts_at")]
    user_id: NotRequired[Annotated[uuid.UUID, Field(alias="user_id")]]


class PublicBusyTimesUpdate(TypedDict):
    created_at: NotRequired[Annotated[datetime.datetime, Field(alias="created_at")]]
    ends_at: NotRequired[Annotated[datetime.datetime, Field(alias="ends_at")]]
    id: NotRequired[Annotated[uuid.UUID, Field(alias="id")]]
    source: NotRequired[Annotated[PublicConnectionProvider | None, Field(alias="source")]]
    starts_at: NotRequired[Annotated[datetime.datetime, Field(alias="starts_at")]]
    user_id: NotRequired[Annotated[uuid.UUID, Field(alias="user_id")]]


class PublicCalendarFeeds(BaseModel):
    created_at: datetime.datetime = Field(alias="created_at")
    id: uuid.UUID = Field(alias="id")
    last_read_at: datetime.datetime | None = Field(alias="last_read_at")
    plan_id: uuid.UUID | None = Field(alias="plan_id")
    rotated_at: datetime.datetime = Field(alias="rotated_at")
    user_id: uuid.UUID = Field(alias="user_id")


class PublicCalendarFeedsInsert(TypedDict):
    created_at: NotRequired[Annotated[datetime.datetime, Field(alias="created_at")]]
    id: NotRequired[Annotated[uuid.UUID, Field(alias="id")]]
    last_read_at: NotRequired[Annotated[datetime.datetime | None, Field(alias="last_read_at")]]
    plan_id: NotRequired[Annotated[uuid.UUID | None, Field(alias="plan_id")]]
    rotated_at: NotRequired[Annotated[datetime.datetime, Field(alias="rotated_at")]]
    user_id: NotRequired[Annotated[uuid.UUID, Field(alias="user_id")]]


class PublicCalendarFeedsUpdate(TypedDict):
    created_at: NotRequired[Annotated[datetime.datetime, Field(alias="created_at")]]
    id: NotRequired[Annotated[uuid.UUID, Field(alias="id")]]
    last_read_at: NotRequired[Annotated[datetime.datetime | None, Field(alias="last_read_at")]]
    plan_id: NotRequired[Annotated[uuid.UUID | None, Field(alias="plan_id")]]
    rotated_at: NotRequired[Annotated[datetime.datetime, Field(alias="rotated_at")]]
    user_id: NotRequired[Annotated[uuid.UUID, Field(alias="user_id")]]


class PublicCatchUps(BaseModel):
    created_at: datetime.datetime = Field(alias="created_at")
    decided_at: datetime.datetime | None = Field(alias="decided_at")
    id: uuid.UUID = Field(alias="id")
    moves: JsonValue = Field(alias="moves")
    plan_id: uuid.UUID = Field(alias="plan_id")
    status: PublicCatchUpStatus = Field(alias="status")
    summary: JsonValue = Field(alias="summary")
    user_id: uuid.UUID = Field(alias="user_id")


class PublicCatchUpsInsert(TypedDict):
    created_at: NotRequired[Annotated[datetime.datetime, Field(alias="created_at")]]
    decided_at: NotRequired[Annotated[datetime.datetime | None, Field(alias="decided_at")]]
    id: NotRequired[Annotated[uuid.UUID, Field(alias="id")]]
    moves: Annotated[JsonValue, Field(alias="moves")]
    plan_id: Annotated[uuid.UUID, Field(alias="plan_id")]
    status: NotRequired[Annotated[PublicCatchUpStatus, Field(alias="status")]]
    summary: Annotated[JsonValue, Field(alias="summary")]
    user_id: Annotated[uuid.UUID, Field(alias="user_id")]


class PublicCatchUpsUpdate(TypedDict):
    created_at: NotRequired[Annotated[datetime.datetime, Field(alias="created_at")]]
    decided_at: NotRequired[Annotated[datetime.datetime | None, Field(alias="decided_at")]]
    id: NotRequired[Annotated[uuid.UUID, Field(alias="id")]]
    moves: NotRequired[Annotated[JsonValue, Field(alias="moves")]]
    plan_id: NotRequired[Annotated[uuid.UUID, Field(alias="plan_id")]]
    status: NotRequired[Annotated[PublicCatchUpStatus, Field(alias="status")]]
    summary: NotRequired[Annotated[JsonValue, Field(alias="summary")]]
    user_id: NotRequired[Annotated[uuid.UUID, Field(alias="user_id")]]


class PublicConnections(BaseModel):
    account_id: str = Field(alias="account_id")
    account_name: str = Field(alias="account_name")
    connected_at: datetime.datetime = Field(alias="connected_at")
    created_at: datetime.datetime = Field(alias="created_at")
    error: JsonValue | None = Field(alias="error")
    id: uuid.UUID = Field(alias="id")
    last_used_at: datetime.datetime | None = Field(alias="last_used_at")
    provider: PublicConnectionProvider = Field(alias="provider")
    scopes: list[str] = Field(alias="scopes")
    status: PublicConnectionStatus = Field(alias="status")
    updated_at: datetime.datetime = Field(alias="updated_at")
    user_id: uuid.UUID = Field(alias="user_id")


class PublicConnectionsInsert(TypedDict):
    account_id: Annotated[str, Field(alias="account_id")]
    account_name: NotRequired[Annotated[str, Field(alias="account_name")]]
    connected_at: NotRequired[Annotated[datetime.datetime, Field(alias="connected_at")]]
    created_at: NotRequired[Annotated[datetime.datetime, Field(alias="created_at")]]
    error: NotRequired[Annotated[JsonValue | None, Field(alias="error")]]
    id: NotRequired[Annotated[uuid.UUID, Field(alias="id")]]
    last_used_at: NotRequired[Annotated[datetime.datetime | None, Field(alias="last_used_at")]]
    provider: Annotated[PublicConnectionProvider, Field(alias="provider")]
    scopes: NotRequired[Annotated[list[str], Field(alias="scopes")]]
    status: NotRequired[Annotated[PublicConnectionStatus, Field(alias="status")]]
    updated_at: NotRequired[Annotated[datetime.datetime, Field(alias="updated_at")]]
    user_id: Annotated[uuid.UUID, Field(alias="user_id")]


class PublicConnectionsUpdate(TypedDict):
    account_id: NotRequired[Annotated[str, Field(alias="account_id")]]
    account_name: NotRequired[Annotated[str, Field(alias="account_name")]]
    connected_at: NotRequired[Annotated[datetime.datetime, Field(alias="connected_at")]]
    created_at: NotRequired[Annotated[datetime.datetime, Field(alias="created_at")]]
    error: NotRequired[Annotated[JsonValue | None, Field(alias="error")]]
    id: NotRequired[Annotated[uuid.UUID, Field(alias="id")]]
    last_used_at: NotRequired[Annotated[datetime.datetime | None, Field(alias="last_used_at")]]
    provider: NotRequired[Annotated[PublicConnectionProvider, Field(alias="provider")]]
    scopes: NotRequired[Annotated[list[str], Field(alias="scopes")]]
    status: NotRequired[Annotated[PublicConnectionStatus, Field(alias="status")]]
    updated_at: NotRequired[Annotated[datetime.datetime, Field(alias="updated_at")]]
    user_id: NotRequired[Annotated[uuid.UUID, Field(alias="user_id")]]


class PublicDaysOff(BaseModel):
    created_at: datetime.datetime = Field(alias="created_at")
    ends_on: datetime.date = Field(alias="ends_on")
    id: uuid.UUID = Field(alias="id")
    starts_on: datetime.date = Field(alias="starts_on")
    user_id: uuid.UUID = Field(alias="user_id")


class PublicDaysOffInsert(TypedDict):
    created_at: NotRequired[Annotated[datetime.datetime, Field(alias="created_at")]]
    ends_on: Annotated[datetime.date, Field(alias="ends_on")]
    id: NotRequired[Annotated[uuid.UUID, Field(alias="id")]]
    starts_on: Annotated[datetime.date, Field(alias="starts_on")]
    user_id: NotRequired[Annotated[uuid.UUID, Field(alias="user_id")]]


class PublicDaysOffUpdate(TypedDict):
    created_at: NotRequired[Annotated[datetime.datetime, Field(alias="created_at")]]
    ends_on: NotRequired[Annotated[datetime.date, Field(alias="ends_on")]]
    id: NotRequired[Annotated[uuid.UUID, Field(alias="id")]]
    starts_on: NotRequired[Annotated[datetime.date, Field(alias="starts_on")]]
    user_id: NotRequired[Annotated[uuid.UUID, Field(alias="user_id")]]


class PublicExportItems(BaseModel):
    etag: str | None = Field(alias="etag")
    export_id: uuid.UUID = Field(alias="export_id")
    external_id: str | None = Field(alias="external_id")
    hash: str | None = Field(alias="hash")
    id: uuid.UUID = Field(alias="id")
    key: uuid.UUID = Field(alias="key")
    since: datetime.datetime = Field(alias="since")
    state: PublicExportItemState = Field(alias="state")


class PublicExportItemsInsert(TypedDict):
    etag: NotRequired[Annotated[str | None, Field(alias="etag")]]
    export_id: Annotated[uuid.UUID, Field(alias="export_id")]
    external_id: NotRequired[Annotated[str | None, Field(alias="external_id")]]
    hash: NotRequired[Annotated[str | None, Field(alias="hash")]]
    id: NotRequired[Annotated[uuid.UUID, Field(alias="id")]]
    key: Annotated[uuid.UUID, Field(alias="key")]
    since: NotRequired[Annotated[datetime.datetime, Field(alias="since")]]
    state: Annotated[PublicExportItemState, Field(alias="state")]


class PublicExportItemsUpdate(TypedDict):
    etag: NotRequired[Annotated[str | None, Field(alias="etag")]]
    export_id: NotRequired[Annotated[uuid.UUID, Field(alias="export_id")]]
    external_id: NotRequired[Annotated[str | None, Field(alias="external_id")]]
    hash: NotRequired[Annotated[str | None, Field(alias="hash")]]
    id: NotRequired[Annotated[uuid.UUID, Field(alias="id")]]
    key: NotRequired[Annotated[uuid.UUID, Field(alias="key")]]
    since: NotRequired[Annotated[datetime.datetime, Field(alias="since")]]
    state: NotRequired[Annotated[PublicExportItemState, Field(alias="state")]]


class PublicExports(BaseModel):
    account_id: str = Field(alias="account_id")
    action: PublicExportAction = Field(alias="action")
    changed: JsonValue | None = Field(alias="changed")
    clean_up: bool = Field(alias="clean_up")
    confirmed: bool = Field(alias="confirmed")
    connection_id: uuid.UUID | None = Field(alias="connection_id")
    container: JsonValue | None = Field(alias="container")
    created_at: datetime.datetime = Field(alias="created_at")
    done: int = Field(alias="done")
    error: JsonValue | None = Field(alias="error")
    finished_at: datetime.datetime | None = Field(alias="finished_at")
    id: uuid.UUID = Field(alias="id")
    in_step: bool = Field(alias="in_step")
    needs: str | None = Field(alias="needs")
    options: JsonValue = Field(alias="options")
    plan_id: uuid.UUID | None = Field(alias="plan_id")
    provider: PublicConnectionProvider = Field(alias="provider")
    requested_at: datetime.datetime = Field(alias="requested_at")
    stamp: str | None = Field(alias="stamp")
    status: PublicExportStatus = Field(alias="status")
    stays: JsonValue = Field(alias="stays")
    taken: int = Field(alias="taken")
    topic: str = Field(alias="topic")
    total: int | None = Field(alias="total")
    turn: int = Field(alias="turn")
    under_way: bool = Field(alias="under_way")
    updated_at: datetime.datetime = Field(alias="updated_at")
    url: str | None = Field(alias="url")
    user_id: uuid.UUID = Field(alias="user_id")
    wanted: int = Field(alias="wanted")


class PublicExportsInsert(TypedDict):
    account_id: Annotated[str, Field(alias="account_id")]
    action: NotRequired[Annotated[PublicExportAction, Field(alias="action")]]
    changed: NotRequired[Annotated[JsonValue | None, Field(alias="changed")]]
    clean_up: NotRequired[Annotated[bool, Field(alias="clean_up")]]
    confirmed: NotRequired[Annotated[bool, Field(alias="confirmed")]]
    connection_id: NotRequired[Annotated[uuid.UUID | None, Field(alias="connection_id")]]
    container: NotRequired[Annotated[JsonValue | None, Field(alias="container")]]
    created_at: NotRequired[Annotated[datetime.datetime, Field(alias="created_at")]]
    done: NotRequired[Annotated[int, Field(alias="done")]]
    error: NotRequired[Annotated[JsonValue | None, Field(alias="error")]]
    finished_at: NotRequired[Annotated[datetime.datetime | None, Field(alias="finished_at")]]
    id: NotRequired[Annotated[uuid.UUID, Field(alias="id")]]
    in_step: NotRequired[Annotated[bool, Field(alias="in_step")]]
    needs: NotRequired[Annotated[str | None, Field(alias="needs")]]
    options: NotRequired[Annotated[JsonValue, Field(alias="options")]]
    plan_id: NotRequired[Annotated[uuid.UUID | None, Field(alias="plan_id")]]
    provider: Annotated[PublicConnectionProvider, Field(alias="provider")]
    requested_at: NotRequired[Annotated[datetime.datetime, Field(alias="requested_at")]]
    stamp: NotRequired[Annotated[str | None, Field(alias="stamp")]]
    status: NotRequired[Annotated[PublicExportStatus, Field(alias="status")]]
    stays: NotRequired[Annotated[JsonValue, Field(alias="stays")]]
    taken: NotRequired[Annotated[int, Field(alias="taken")]]
    topic: Annotated[str, Field(alias="topic")]
    total: NotRequired[Annotated[int | None, Field(alias="total")]]
    turn: NotRequired[Annotated[int, Field(alias="turn")]]
    under_way: NotRequired[Annotated[bool, Field(alias="under_way")]]
    updated_at: NotRequired[Annotated[datetime.datetime, Field(alias="updated_at")]]
    url: NotRequired[Annotated[str | None, Field(alias="url")]]
    user_id: Annotated[uuid.UUID, Field(alias="user_id")]
    wanted: NotRequired[Annotated[int, Field(alias="wanted")]]


class PublicExportsUpdate(TypedDict):
    account_id: NotRequired[Annotated[str, Field(alias="account_id")]]
    action: NotRequired[Annotated[PublicExportAction, Field(alias="action")]]
    changed: NotRequired[Annotated[JsonValue | None, Field(alias="changed")]]
    clean_up: NotRequired[Annotated[bool, Field(alias="clean_up")]]
    confirmed: NotRequired[Annotated[bool, Field(alias="confirmed")]]
    connection_id: NotRequired[Annotated[uuid.UUID | None, Field(alias="connection_id")]]
    container: NotRequired[Annotated[JsonValue | None, Field(alias="container")]]
    created_at: NotRequired[Annotated[datetime.datetime, Field(alias="created_at")]]
    done: NotRequired[Annotated[int, Field(alias="done")]]
    error: NotRequired[Annotated[JsonValue | None, Field(alias="error")]]
    finished_at: NotRequired[Annotated[datetime.datetime | None, Field(alias="finished_at")]]
    id: NotRequired[Annotated[uuid.UUID, Field(alias="id")]]
    in_step: NotRequired[Annotated[bool, Field(alias="in_step")]]
    needs: NotRequired[Annotated[str | None, Field(alias="needs")]]
    options: NotRequired[Annotated[JsonValue, Field(alias="options")]]
    plan_id: NotRequired[Annotated[uuid.UUID | None, Field(alias="plan_id")]]
    provider: NotRequired[Annotated[PublicConnectionProvider, Field(alias="provider")]]
    requested_at: NotRequired[Annotated[datetime.datetime, Field(alias="requested_at")]]
    stamp: NotRequired[Annotated[str | None, Field(alias="stamp")]]
    status: NotRequired[Annotated[PublicExportStatus, Field(alias="status")]]
    stays: NotRequired[Annotated[JsonValue, Field(alias="stays")]]
    taken: NotRequired[Annotated[int, Field(alias="taken")]]
    topic: NotRequired[Annotated[str, Field(alias="topic")]]
    total: NotRequired[Annotated[int | None, Field(alias="total")]]
    turn: NotRequired[Annotated[int, Field(alias="turn")]]
    under_way: NotRequired[Annotated[bool, Field(alias="under_way")]]
    updated_at: NotRequired[Annotated[datetime.datetime, Field(alias="updated_at")]]
    url: NotRequired[Annotated[str | None, Field(alias="url")]]
    user_id: NotRequired[Annotated[uuid.UUID, Field(alias="user_id")]]
    wanted: NotRequired[Annotated[int, Field(alias="wanted")]]


class PublicLearningPlans(BaseModel):
    created_at: datetime.datetime = Field(alias="created_at")
    deadline_date: datetime.date | None = Field(alias="deadline_date")
    id: uuid.UUID = Field(alias="id")
    language: str = Field(alias="language")
    learning_style: PublicLearningStyle = Field(alias="learning_style")
    origin: PublicPlanOrigin = Field(alias="origin")
    revision: int = Field(alias="revision")
    skill_level: PublicSkillLevel = Field(alias="skill_level")
    start_date: datetime.date | None = Field(alias="start_date")
    topic: str = Field(alias="topic")
    updated_at: datetime.datetime = Field(alias="updated_at")
    user_id: uuid.UUID = Field(alias="user_id")
    visibility: PublicPlanVisibility = Field(alias="visibility")
    weekly_hours: int = Field(alias="weekly_hours")


class PublicLearningPlansInsert(TypedDict):
    created_at: NotRequired[Annotated[datetime.datetime, Field(alias="created_at")]]
    deadline_date: NotRequired[Annotated[datetime.date | None, Field(alias="deadline_date")]]
    id: NotRequired[Annotated[uuid.UUID, Field(alias="id")]]
    language: NotRequired[Annotated[str, Field(alias="language")]]
    learning_style: Annotated[PublicLearningStyle, Field(alias="learning_style")]
    origin: NotRequired[Annotated[PublicPlanOrigin, Field(alias="origin")]]
    revision: NotRequired[Annotated[int, Field(alias="revision")]]
    skill_level: Annotated[PublicSkillLevel, Field(alias="skill_level")]
    start_date: NotRequired[Annotated[datetime.date | None, Field(alias="start_date")]]
    topic: Annotated[str, Field(alias="topic")]
    updated_at: NotRequired[Annotated[datetime.datetime, Field(alias="updated_at")]]
    user_id: NotRequired[Annotated[uuid.UUID, Field(alias="user_id")]]
    visibility: NotRequired[Annotated[PublicPlanVisibility, Field(alias="visibility")]]
    weekly_hours: Annotated[int, Field(alias="weekly_hours")]


class PublicLearningPlansUpdate(TypedDict):
    created_at: NotRequired[Annotated[datetime.datetime, Field(alias="created_at")]]
    deadline_date: NotRequired[Annotated[datetime.date | None, Field(alias="deadline_date")]]
    id: NotRequired[Annotated[uuid.UUID, Field(alias="id")]]
    language: NotRequired[Annotated[str, Field(alias="language")]]
    learning_style: NotRequired[Annotated[PublicLearningStyle, Field(alias="learning_style")]]
    origin: NotRequired[Annotated[PublicPlanOrigin, Field(alias="origin")]]
    revision: NotRequired[Annotated[int, Field(alias="revision")]]
    skill_level: NotRequired[Annotated[PublicSkillLevel, Field(alias="skill_level")]]
    start_date: NotRequired[Annotated[datetime.date | None, Field(alias="start_date")]]
    topic: NotRequired[Annotated[str, Field(alias="topic")]]
    updated_at: NotRequired[Annotated[datetime.datetime, Field(alias="updated_at")]]
    user_id: NotRequired[Annotated[uuid.UUID, Field(alias="user_id")]]
    visibility: NotRequired[Annotated[PublicPlanVisibility, Field(alias="visibility")]]
    weekly_hours: NotRequired[Annotated[int, Field(alias="weekly_hours")]]


class PublicMailSuppressions(BaseModel):
    address: str = Field(alias="address")
    cause: str = Field(alias="cause")
    created_at: datetime.datetime = Field(alias="created_at")
    id: uuid.UUID = Field(alias="id")
    notification_id: uuid.UUID | None = Field(alias="notification_id")
    reason: str | None = Field(alias="reason")


class PublicMailSuppressionsInsert(TypedDict):
    address: Annotated[str, Field(alias="address")]
    cause: Annotated[str, Field(alias="cause")]
    created_at: NotRequired[Annotated[datetime.datetime, Field(alias="created_at")]]
    id: NotRequired[Annotated[uuid.UUID, Field(alias="id")]]
    notification_id: NotRequired[Annotated[uuid.UUID | None, Field(alias="notification_id")]]
    reason: NotRequired[Annotated[str | None, Field(alias="reason")]]


class PublicMailSuppressionsUpdate(TypedDict):
    address: NotRequired[Annotated[str, Field(alias="address")]]
    cause: NotRequired[Annotated[str, Field(alias="cause")]]
    created_at: NotRequired[Annotated[datetime.datetime, Field(alias="created_at")]]
    id: NotRequired[Annotated[uuid.UUID, Field(alias="id")]]
    notification_id: NotRequired[Annotated[uuid.UUID | None, Field(alias="notification_id")]]
    reason: NotRequired[Annotated[str | None, Field(alias="reason")]]


class PublicModules(BaseModel):
    created_at: datetime.datetime = Field(alias="created_at")
    description: str | None = Field(alias="description")
    estimated_minutes: int = Field(alias="estimated_minutes")
    id: uuid.UUID = Field(alias="id")
    order: int = Field(alias="order")
    plan_id: uuid.UUID = Field(alias="plan_id")
    title: str = Field(alias="title")
    updated_at: datetime.datetime = Field(alias="updated_at")


class PublicModulesInsert(TypedDict):
    created_at: NotRequired[Annotated[datetime.datetime, Field(alias="created_at")]]
    description: NotRequired[Annotated[str | None, Field(alias="description")]]
    estimated_minutes: Annotated[int, Field(alias="estimated_minutes")]
    id: NotRequired[Annotated[uuid.UUID, Field(alias="id")]]
    order: Annotated[int, Field(alias="order")]
    plan_id: Annotated[uuid.UUID, Field(alias="plan_id")]
    title: Annotated[str, Field(alias="title")]
    updated_at: NotRequired[Annotated[datetime.datetime, Field(alias="updated_at")]]


class PublicModulesUpdate(TypedDict):
    created_at: NotRequired[Annotated[datetime.datetime, Field(alias="created_at")]]
    description: NotRequired[Annotated[str | None, Field(alias="description")]]
    estimated_minutes: NotRequired[Annotated[int, Field(alias="estimated_minutes")]]
    id: NotRequired[Annotated[uuid.UUID, Field(alias="id")]]
    order: NotRequired[Annotated[int, Field(alias="order")]]
    plan_id: NotRequired[Annotated[uuid.UUID, Field(alias="plan_id")]]
    title: NotRequired[Annotated[str, Field(alias="title")]]
    updated_at: NotRequired[Annotated[datetime.datetime, Field(alias="updated_at")]]


class PublicNotificationKinds(BaseModel):
    description: str = Field(alias="description")
    email: bool = Field(alias="email")
    in_app: bool = Field(alias="in_app")
    kind: str = Field(alias="kind")


class PublicNotificationKindsInsert(TypedDict):
    description: Annotated[str, Field(alias="description")]
    email: NotRequired[Annotated[bool, Field(alias="email")]]
    in_app: NotRequired[Annotated[bool, Field(alias="in_app")]]
    kind: Annotated[str, Field(alias="kind")]


class PublicNotificationKindsUpdate(TypedDict):
    description: NotRequired[Annotated[str, Field(alias="description")]]
    email: NotRequired[Annotated[bool, Field(alias="email")]]
    in_app: NotRequired[Annotated[bool, Field(alias="in_app")]]
    kind: NotRequired[Annotated[str, Field(alias="kind")]]


class PublicNotificationPreferences(BaseModel):
    channel: PublicNotificationChannel = Field(alias="channel")
    created_at: datetime.datetime = Field(alias="created_at")
    enabled: bool = Field(alias="enabled")
    id: uuid.UUID = Field(alias="id")
    kind: str = Field(alias="kind")
    updated_at: datetime.datetime = Field(alias="updated_at")
    user_id: uuid.UUID = Field(alias="user_id")


class PublicNotificationPreferencesInsert(TypedDict):
    channel: Annotated[PublicNotificationChannel, Field(alias="channel")]
    created_at: NotRequired[Annotated[datetime.datetime, Field(alias="created_at")]]
    enabled: Annotated[bool, Field(alias="enabled")]
    id: NotRequired[Annotated[uuid.UUID, Field(alias="id")]]
    kind: Annotated[str, Field(alias="kind")]
    updated_at: NotRequired[Annotated[datetime.datetime, Field(alias="updated_at")]]
    user_id: NotRequired[Annotated[uuid.UUID, Field(alias="user_id")]]


class PublicNotificationPreferencesUpdate(TypedDict):
    channel: NotRequired[Annotated[PublicNotificationChannel, Field(alias="channel")]]
    created_at: NotRequired[Annotated[datetime.datetime, Field(alias="created_at")]]
    enabled: NotRequired[Annotated[bool, Field(alias="enabled")]]
    id: NotRequired[Annotated[uuid.UUID, Field(alias="id")]]
    kind: NotRequired[Annotated[str, Field(alias="kind")]]
    updated_at: NotRequired[Annotated[datetime.datetime, Field(alias="updated_at")]]
    user_id: NotRequired[Annotated[uuid.UUID, Field(alias="user_id")]]


class PublicNotifications(BaseModel):
    asked_at: datetime.datetime | None = Field(alias="asked_at")
    batch_id: uuid.UUID | None = Field(alias="batch_id")
    body_html: str | None = Field(alias="body_html")
    body_text: str | None = Field(alias="body_text")
    bounced_at: datetime.datetime | None = Field(alias="bounced_at")
    carried_by: uuid.UUID | None = Field(alias="carried_by")
    channel: PublicNotificationChannel = Field(alias="channel")
    complained_at: datetime.datetime | None = Field(alias="complained_at")
    context: JsonValue = Field(alias="context")
    created_at: datetime.datetime = Field(alias="created_at")
    dedupe_key: str = Field(alias="dedupe_key")
    delivered_at: datetime.datetime | None = Field(alias="delivered_at")
    due_at: datetime.datetime | None = Field(alias="due_at")
    id: uuid.UUID = Field(alias="id")
    kind: str = Field(alias="kind")
    opened_at: datetime.datetime | None = Field(alias="opened_at")
    position: int | None = Field(alias="position")
    provider_id: str | None = Field(alias="provider_id")
    read_at: datetime.datetime | None = Field(alias="read_at")
    reason: str | None = Field(alias="reason")
    recipient: str | None = Field(alias="recipient")
    sent_at: datetime.datetime | None = Field(alias="sent_at")
    status: PublicNotificationStatus = Field(alias="status")
    subject: str | None = Field(alias="subject")
    unsubscribe_url: str | None = Field(alias="unsubscribe_url")
    updated_at: datetime.datetime = Field(alias="updated_at")
    user_id: uuid.UUID = Field(alias="user_id")


class PublicNotificationsInsert(TypedDict):
    asked_at: NotRequired[Annotated[datetime.datetime | None, Field(alias="asked_at")]]
    batch_id: NotRequired[Annotated[uuid.UUID | None, Field(alias="batch_id")]]
    body_html: NotRequired[Annotated[str | None, Field(alias="body_html")]]
    body_text: NotRequired[Annotated[str | None, Field(alias="body_text")]]
    bounced_at: NotRequired[Annotated[datetime.datetime | None, Field(alias="bounced_at")]]
    carried_by: NotRequired[Annotated[uuid.UUID | None, Field(alias="carried_by")]]
    channel: Annotated[PublicNotificationChannel, Field(alias="channel")]
    complained_at: NotRequired[Annotated[datetime.datetime | None, Field(alias="complained_at")]]
    context: NotRequired[Annotated[JsonValue, Field(alias="context")]]
    created_at: NotRequired[Annotated[datetime.datetime, Field(alias="created_at")]]
    dedupe_key: Annotated[str, Field(alias="dedupe_key")]
    delivered_at: NotRequired[Annotated[datetime.datetime | None, Field(alias="delivered_at")]]
    due_at: NotRequired[Annotated[datetime.datetime | None, Field(alias="due_at")]]
    id: NotRequired[Annotated[uuid.UUID, Field(alias="id")]]
    kind: Annotated[str, Field(alias="kind")]
    opened_at: NotRequired[Annotated[datetime.datetime | None, Field(alias="opened_at")]]
    position: NotRequired[Annotated[int | None, Field(alias="position")]]
    provider_id: NotRequired[Annotated[str | None, Field(alias="provider_id")]]
    read_at: NotRequired[Annotated[datetime.datetime | None, Field(alias="read_at")]]
    reason: NotRequired[Annotated[str | None, Field(alias="reason")]]
    recipient: NotRequired[Annotated[str | None, Field(alias="recipient")]]
    sent_at: NotRequired[Annotated[datetime.datetime | None, Field(alias="sent_at")]]
    status: NotRequired[Annotated[PublicNotificationStatus, Field(alias="status")]]
    subject: NotRequired[Annotated[str | None, Field(alias="subject")]]
    unsubscribe_url: NotRequired[Annotated[str | None, Field(alias="unsubscribe_url")]]
    updated_at: NotRequired[Annotated[datetime.datetime, Field(alias="updated_at")]]
    user_id: Annotated[uuid.UUID, Field(alias="user_id")]


class PublicNotificationsUpdate(TypedDict):
    asked_at: NotRequired[Annotated[datetime.datetime | None, Field(alias="asked_at")]]
    batch_id: NotRequired[Annotated[uuid.UUID | None, Field(alias="batch_id")]]
    body_html: NotRequired[Annotated[str | None, Field(alias="body_html")]]
    body_text: NotRequired[Annotated[str | None, Field(alias="body_text")]]
    bounced_at: NotRequired[Annotated[datetime.datetime | None, Field(alias="bounced_at")]]
    carried_by: NotRequired[Annotated[uuid.UUID | None, Field(alias="carried_by")]]
    channel: NotRequired[Annotated[PublicNotificationChannel, Field(alias="channel")]]
    complained_at: NotRequired[Annotated[datetime.datetime | None, Field(alias="complained_at")]]
    context: NotRequired[Annotated[JsonValue, Field(alias="context")]]
    created_at: NotRequired[Annotated[datetime.datetime, Field(alias="created_at")]]
    dedupe_key: NotRequired[Annotated[str, Field(alias="dedupe_key")]]
    delivered_at: NotRequired[Annotated[datetime.datetime | None, Field(alias="delivered_at")]]
    due_at: NotRequired[Annotated[datetime.datetime | None, Field(alias="due_at")]]
    id: NotRequired[Annotated[uuid.UUID, Field(alias="id")]]
    kind: NotRequired[Annotated[str, Field(alias="kind")]]
    opened_at: NotRequired[Annotated[datetime.datetime | None, Field(alias="opened_at")]]
    position: NotRequired[Annotated[int | None, Field(alias="position")]]
    provider_id: NotRequired[Annotated[str | None, Field(alias="provider_id")]]
    read_at: NotRequired[Annotated[datetime.datetime | None, Field(alias="read_at")]]
    reason: NotRequired[Annotated[str | None, Field(alias="reason")]]
    recipient: NotRequired[Annotated[str | None, Field(alias="recipient")]]
    sent_at: NotRequired[Annotated[datetime.datetime | None, Field(alias="sent_at")]]
    status: NotRequired[Annotated[PublicNotificationStatus, Field(alias="status")]]
    subject: NotRequired[Annotated[str | None, Field(alias="subject")]]
    unsubscribe_url: NotRequired[Annotated[str | None, Field(alias="unsubscribe_url")]]
    updated_at: NotRequired[Annotated[datetime.datetime, Field(alias="updated_at")]]
    user_id: NotRequired[Annotated[uuid.UUID, Field(alias="user_id")]]


class PublicPlanFollowers(BaseModel):
    created_at: datetime.datetime = Field(alias="created_at")
    deadline_date: datetime.date | None = Field(alias="deadline_date")
    id: uuid.UUID = Field(alias="id")
    plan_id: uuid.UUID = Field(alias="plan_id")
    start_date: datetime.date | None = Field(alias="start_date")
    user_id: uuid.UUID = Field(alias="user_id")
    weekly_hours: int | None = Field(alias="weekly_hours")


class PublicPlanFollowersInsert(TypedDict):
    created_at: NotRequired[Annotated[datetime.datetime, Field(alias="created_at")]]
    deadline_date: NotRequired[Annotated[datetime.date | None, Field(alias="deadline_date")]]
    id: NotRequired[Annotated[uuid.UUID, Field(alias="id")]]
    plan_id: Annotated[uuid.UUID, Field(alias="plan_id")]
    start_date: NotRequired[Annotated[datetime.date | None, Field(alias="start_date")]]
    user_id: NotRequired[Annotated[uuid.UUID, Field(alias="user_id")]]
    weekly_hours: NotRequired[Annotated[int | None, Field(alias="weekly_hours")]]


class PublicPlanFollowersUpdate(TypedDict):
    created_at: NotRequired[Annotated[datetime.datetime, Field(alias="created_at")]]
    deadline_date: NotRequired[Annotated[datetime.date | None, Field(alias="deadline_date")]]
    id: NotRequired[Annotated[uuid.UUID, Field(alias="id")]]
    plan_id: NotRequired[Annotated[uuid.UUID, Field(alias="plan_id")]]
    start_date: NotRequired[Annotated[datetime.date | None, Field(alias="start_date")]]
    user_id: NotRequired[Annotated[uuid.UUID, Field(alias="user_id")]]
    weekly_hours: NotRequired[Annotated[int | None, Field(alias="weekly_hours")]]


class PublicPlanGenerations(BaseModel):
    cost_usd: float | None = Field(alias="cost_usd")
    created_at: datetime.datetime = Field(alias="created_at")
    draft: JsonValue | None = Field(alias="draft")
    error: JsonValue | None = Field(alias="error")
    figures: JsonValue | None = Field(alias="figures")
    finished_at: datetime.datetime | None = Field(alias="finished_at")
    id: uuid.UUID = Field(alias="id")
    input_tokens: int | None = Field(alias="input_tokens")
    kind: PublicGenerationKind = Field(alias="kind")
    model: str = Field(alias="model")
    model_called_at: datetime.datetime | None = Field(alias="model_called_at")
    module_id: uuid.UUID | None = Field(alias="module_id")
    output_summary: JsonValue | None = Field(alias="output_summary")
    output_tokens: int | None = Field(alias="output_tokens")
    parameters: JsonValue | None = Field(alias="parameters")
    plan_id: uuid.UUID = Field(alias="plan_id")
    progress: int = Field(alias="progress")
    prompt: JsonValue = Field(alias="prompt")
    prompt_version: str | None = Field(alias="prompt_version")
    scope: PublicGenerationScope | None = Field(alias="scope")
    started_at: datetime.datetime | None = Field(alias="started_at")
    status: PublicGenerationStatus = Field(alias="status")


class PublicPlanGenerationsInsert(TypedDict):
    cost_usd: NotRequired[Annotated[float | None, Field(alias="cost_usd")]]
    created_at: NotRequired[Annotated[datetime.datetime, Field(alias="created_at")]]
    draft: NotRequired[Annotated[JsonValue | None, Field(alias="draft")]]
    error: NotRequired[Annotated[JsonValue | None, Field(alias="error")]]
    figures: NotRequired[Annotated[JsonValue | None, Field(alias="figures")]]
    finished_at: NotRequired[Annotated[datetime.datetime | None, Field(alias="finished_at")]]
    id: NotRequired[Annotated[uuid.UUID, Field(alias="id")]]
    input_tokens: NotRequired[Annotated[int | None, Field(alias="input_tokens")]]
    kind: NotRequired[Annotated[PublicGenerationKind, Field(alias="kind")]]
    model: Annotated[str, Field(alias="model")]
    model_called_at: NotRequired[
        Annotated[datetime.datetime | None, Field(alias="model_called_at")]
    ]
    module_id: NotRequired[Annotated[uuid.UUID | None, Field(alias="module_id")]]
    output_summary: NotRequired[Annotated[JsonValue | None, Field(alias="output_summary")]]
    output_tokens: NotRequired[Annotated[int | None, Field(alias="output_tokens")]]
    parameters: NotRequired[Annotated[JsonValue | None, Field(alias="parameters")]]
    plan_id: Annotated[uuid.UUID, Field(alias="plan_id")]
    progress: NotRequired[Annotated[int, Field(alias="progress")]]
    prompt: Annotated[JsonValue, Field(alias="prompt")]
    prompt_version: NotRequired[Annotated[str | None, Field(alias="prompt_version")]]
    scope: NotRequired[Annotated[PublicGenerationScope | None, Field(alias="scope")]]
    started_at: NotRequired[Annotated[datetime.datetime | None, Field(alias="started_at")]]
    status: NotRequired[Annotated[PublicGenerationStatus, Field(alias="status")]]


class PublicPlanGenerationsUpdate(TypedDict):
    cost_usd: NotRequired[Annotated[float | None, Field(alias="cost_usd")]]
    created_at: NotRequired[Annotated[datetime.datetime, Field(alias="created_at")]]
    draft: NotRequired[Annotated[JsonValue | None, Field(alias="draft")]]
    error: NotRequired[Annotated[JsonValue | None, Field(alias="error")]]
    figures: NotRequired[Annotated[JsonValue | None, Field(alias="figures")]]
    finished_at: NotRequired[Annotated[datetime.datetime | None, Field(alias="finished_at")]]
    id: NotRequired[Annotated[uuid.UUID, Field(alias="id")]]
    input_tokens: NotRequired[Annotated[int | None, Field(alias="input_tokens")]]
    kind: NotRequired[Annotated[PublicGenerationKind, Field(alias="kind")]]
    model: NotRequired[Annotated[str, Field(alias="model")]]
    model_called_at: NotRequired[
        Annotated[datetime.datetime | None, Field(alias="model_called_at")]
    ]
    module_id: NotRequired[Annotated[uuid.UUID | None, Field(alias="module_id")]]
    output_summary: NotRequired[Annotated[JsonValue | None, Field(alias="output_summary")]]
    output_tokens: NotRequired[Annotated[int | None, Field(alias="output_tokens")]]
    parameters: NotRequired[Annotated[JsonValue | None, Field(alias="parameters")]]
    plan_id: NotRequired[Annotated[uuid.UUID, Field(alias="plan_id")]]
    progress: NotRequired[Annotated[int, Field(alias="progress")]]
    prompt: NotRequired[Annotated[JsonValue, Field(alias="prompt")]]
    prompt_version: NotRequired[Annotated[str | None, Field(alias="prompt_version")]]
    scope: NotRequired[Annotated[PublicGenerationScope | None, Field(alias="scope")]]
    started_at: NotRequired[Annotated[datetime.datetime | None, Field(alias="started_at")]]
    status: NotRequired[Annotated[PublicGenerationStatus, Field(alias="status")]]


class PublicPlanNotes(BaseModel):
    created_at: datetime.datetime = Field(alias="created_at")
    notes: str = Field(alias="notes")
    plan_id: uuid.UUID = Field(alias="plan_id")
    updated_at: datetime.datetime = Field(alias="updated_at")


class PublicPlanNotesInsert(TypedDict):
    created_at: NotRequired[Annotated[datetime.datetime, Field(alias="created_at")]]
    notes: Annotated[str, Field(alias="notes")]
    plan_id: Annotated[uuid.UUID, Field(alias="plan_id")]
    updated_at: NotRequired[Annotated[datetime.datetime, Field(alias="updated_at")]]


class PublicPlanNotesUpdate(TypedDict):
    created_at: NotRequired[Annotated[datetime.datetime, Field(alias="created_at")]]
    notes: NotRequired[Annotated[str, Field(alias="notes")]]
    plan_id: NotRequired[Annotated[uuid.UUID, Field(alias="plan_id")]]
    updated_at: NotRequired[Annotated[datetime.datetime, Field(alias="updated_at")]]


class PublicPlanProposals(BaseModel):
    accepted_revision: int | None = Field(alias="accepted_revision")
    base_revision: int = Field(alias="base_revision")
    changes: JsonValue = Field(alias="changes")
    created_at: datetime.datetime = Field(alias="created_at")
    decided_at: datetime.datetime | None = Field(alias="decided_at")
    generation_id: uuid.UUID = Field(alias="generation_id")
    id: uuid.UUID = Field(alias="id")
    plan_id: uuid.UUID = Field(alias="plan_id")
    status: PublicProposalStatus = Field(alias="status")
    summary: JsonValue = Field(alias="summary")
    target: JsonValue = Field(alias="target")


class PublicPlanProposalsInsert(TypedDict):
    accepted_revision: NotRequired[Annotated[int | None, Field(alias="accepted_revision")]]
    base_revision: Annotated[int, Field(alias="base_revision")]
    changes: Annotated[JsonValue, Field(alias="changes")]
    created_at: NotRequired[Annotated[datetime.datetime, Field(alias="created_at")]]
    decided_at: NotRequired[Annotated[datetime.datetime | None, Field(alias="decided_at")]]
    generation_id: Annotated[uuid.UUID, Field(alias="generation_id")]
    id: NotRequired[Annotated[uuid.UUID, Field(alias="id")]]
    plan_id: Annotated[uuid.UUID, Field(alias="plan_id")]
    status: NotRequired[Annotated[PublicProposalStatus, Field(alias="status")]]
    summary: Annotated[JsonValue, Field(alias="summary")]
    target: Annotated[JsonValue, Field(alias="target")]


class PublicPlanProposalsUpdate(TypedDict):
    accepted_revision: NotRequired[Annotated[int | None, Field(alias="accepted_revision")]]
    base_revision: NotRequired[Annotated[int, Field(alias="base_revision")]]
    changes: NotRequired[Annotated[JsonValue, Field(alias="changes")]]
    created_at: NotRequired[Annotated[datetime.datetime, Field(alias="created_at")]]
    decided_at: NotRequired[Annotated[datetime.datetime | None, Field(alias="decided_at")]]
    generation_id: NotRequired[Annotated[uuid.UUID, Field(alias="generation_id")]]
    id: NotRequired[Annotated[uuid.UUID, Field(alias="id")]]
    plan_id: NotRequired[Annotated[uuid.UUID, Field(alias="plan_id")]]
    status: NotRequired[Annotated[PublicProposalStatus, Field(alias="status")]]
    summary: NotRequired[Annotated[JsonValue, Field(alias="summary")]]
    target: NotRequired[Annotated[JsonValue, Field(alias="target")]]


class PublicPlanSchedules(BaseModel):
    available_minutes: int | None = Field(alias="available_minutes")
    choices: JsonValue = Field(alias="choices")
    computed_at: datetime.datetime | None = Field(alias="computed_at")
    created_at: datetime.datetime = Field(alias="created_at")
    deadline_date: datetime.date | None = Field(alias="deadline_date")
    ends_on: datetime.date | None = Field(alias="ends_on")
    error: JsonValue | None = Field(alias="error")
    fits: bool | None = Field(alias="fits")
    id: uuid.UUID = Field(alias="id")
    look_at: datetime.datetime = Field(alias="look_at")
    made: int = Field(alias="made")
    needed_minutes: int | None = Field(alias="needed_minutes")
    pace: float | None = Field(alias="pace")
    plan_id: uuid.UUID = Field(alias="plan_id")
    status: PublicScheduleStatus = Field(alias="status")
    unplaced: JsonValue = Field(alias="unplaced")
    updated_at: datetime.datetime = Field(alias="updated_at")
    user_id: uuid.UUID = Field(alias="user_id")
    wanted: int = Field(alias="wanted")


class PublicPlanSchedulesInsert(TypedDict):
    available_minutes: NotRequired[Annotated[int | None, Field(alias="available_minutes")]]
    choices: NotRequired[Annotated[JsonValue, Field(alias="choices")]]
    computed_at: NotRequired[Annotated[datetime.datetime | None, Field(alias="computed_at")]]
    created_at: NotRequired[Annotated[datetime.datetime, Field(alias="created_at")]]
    deadline_date: NotRequired[Annotated[datetime.date | None, Field(alias="deadline_date")]]
    ends_on: NotRequired[Annotated[datetime.date | None, Field(alias="ends_on")]]
    error: NotRequired[Annotated[JsonValue | None, Field(alias="error")]]
    fits: NotRequired[Annotated[bool | None, Field(alias="fits")]]
    id: NotRequired[Annotated[uuid.UUID, Field(alias="id")]]
    look_at: NotRequired[Annotated[datetime.datetime, Field(alias="look_at")]]
    made: NotRequired[Annotated[int, Field(alias="made")]]
    needed_minutes: NotRequired[Annotated[int | None, Field(alias="needed_minutes")]]
    pace: NotRequired[Annotated[float | None, Field(alias="pace")]]
    plan_id: Annotated[uuid.UUID, Field(alias="plan_id")]
    status: NotRequired[Annotated[PublicScheduleStatus, Field(alias="status")]]
    unplaced: NotRequired[Annotated[JsonValue, Field(alias="unplaced")]]
    updated_at: NotRequired[Annotated[datetime.datetime, Field(alias="updated_at")]]
    user_id: Annotated[uuid.UUID, Field(alias="user_id")]
    wanted: NotRequired[Annotated[int, Field(alias="wanted")]]


class PublicPlanSchedulesUpdate(TypedDict):
    available_minutes: NotRequired[Annotated[int | None, Field(alias="available_minutes")]]
    choices: NotRequired[Annotated[JsonValue, Field(alias="choices")]]
    computed_at: NotRequired[Annotated[datetime.datetime | None, Field(alias="computed_at")]]
    created_at: NotRequired[Annotated[datetime.datetime, Field(alias="created_at")]]
    deadline_date: NotRequired[Annotated[datetime.date | None, Field(alias="deadline_date")]]
    ends_on: NotRequired[Annotated[datetime.date | None, Field(alias="ends_on")]]
    error: NotRequired[Annotated[JsonValue | None, Field(alias="error")]]
    fits: NotRequired[Annotated[bool | None, Field(alias="fits")]]
    id: NotRequired[Annotated[uuid.UUID, Field(alias="id")]]
    look_at: NotRequired[Annotated[datetime.datetime, Field(alias="look_at")]]
    made: NotRequired[Annotated[int, Field(alias="made")]]
    needed_minutes: NotRequired[Annotated[int | None, Field(alias="needed_minutes")]]
    pace: NotRequired[Annotated[float | None, Field(alias="pace")]]
    plan_id: NotRequired[Annotated[uuid.UUID, Field(alias="plan_id")]]
    status: NotRequired[Annotated[PublicScheduleStatus, Field(alias="status")]]
    unplaced: NotRequired[Annotated[JsonValue, Field(alias="unplaced")]]
    updated_at: NotRequired[Annotated[datetime.datetime, Field(alias="updated_at")]]
    user_id: NotRequired[Annotated[uuid.UUID, Field(alias="user_id")]]
    wanted: NotRequired[Annotated[int, Field(alias="wanted")]]


class PublicResources(BaseModel):
    author: str | None = Field(alias="author")
    checked_at: datetime.datetime | None = Field(alias="checked_at")
    cost_cents: int | None = Field(alias="cost_cents")
    created_at: datetime.datetime = Field(alias="created_at")
    currency: str | None = Field(alias="currency")
    dead_at: datetime.datetime | None = Field(alias="dead_at")
    domain: str | None = Field(alias="domain")
    duration_minutes: int | None = Field(alias="duration_minutes")
    failures: int = Field(alias="failures")
    http_status: int | None = Field(alias="http_status")
    id: uuid.UUID = Field(alias="id")
    tags: list[str] = Field(alias="tags")
    title: str = Field(alias="title")
    tried_at: datetime.datetime | None = Field(alias="tried_at")
    type: PublicResourceType = Field(alias="type")
    url: str = Field(alias="url")


class PublicResourcesInsert(TypedDict):
    author: NotRequired[Annotated[str | None, Field(alias="author")]]
    checked_at: NotRequired[Annotated[datetime.datetime | None, Field(alias="checked_at")]]
    cost_cents: NotRequired[Annotated[int | None, Field(alias="cost_cents")]]
    created_at: NotRequired[Annotated[datetime.datetime, Field(alias="created_at")]]
    currency: NotRequired[Annotated[str | None, Field(alias="currency")]]
    dead_at: NotRequired[Annotated[datetime.datetime | None, Field(alias="dead_at")]]
    domain: NotRequired[Annotated[str | None, Field(alias="domain")]]
    duration_minutes: NotRequired[Annotated[int | None, Field(alias="duration_minutes")]]
    failures: NotRequired[Annotated[int, Field(alias="failures")]]
    http_status: NotRequired[Annotated[int | None, Field(alias="http_status")]]
    id: NotRequired[Annotated[uuid.UUID, Field(alias="id")]]
    tags: NotRequired[Annotated[list[str], Field(alias="tags")]]
    title: Annotated[str, Field(alias="title")]
    tried_at: NotRequired[Annotated[datetime.datetime | None, Field(alias="tried_at")]]
    type: Annotated[PublicResourceType, Field(alias="type")]
    url: Annotated[str, Field(alias="url")]


class PublicResourcesUpdate(TypedDict):
    author: NotRequired[Annotated[str | None, Field(alias="author")]]
    checked_at: NotRequired[Annotated[datetime.datetime | None, Field(alias="checked_at")]]
    cost_cents: NotRequired[Annotated[int | None, Field(alias="cost_cents")]]
    created_at: NotRequired[Annotated[datetime.datetime, Field(alias="created_at")]]
    currency: NotRequired[Annotated[str | None, Field(alias="currency")]]
    dead_at: NotRequired[Annotated[datetime.datetime | None, Field(alias="dead_at")]]
    domain: NotRequired[Annotated[str | None, Field(alias="domain")]]
    duration_minutes: NotRequired[Annotated[int | None, Field(alias="duration_minutes")]]
    failures: NotRequired[Annotated[int, Field(alias="failures")]]
    http_status: NotRequired[Annotated[int | None, Field(alias="http_status")]]
    id: NotRequired[Annotated[uuid.UUID, Field(alias="id")]]
    tags: NotRequired[Annotated[list[str], Field(alias="tags")]]
    title: NotRequired[Annotated[str, Field(alias="title")]]
    tried_at: NotRequired[Annotated[datetime.datetime | None, Field(alias="tried_at")]]
    type: NotRequired[Annotated[PublicResourceType, Field(alias="type")]]
    url: NotRequired[Annotated[str, Field(alias="url")]]


class PublicSessions(BaseModel):
    created_at: datetime.datetime = Field(alias="created_at")
    ends_at: datetime.datetime = Field(alias="ends_at")
    id: uuid.UUID = Field(alias="id")
    local_date: datetime.date = Field(alias="local_date")
    part: int = Field(alias="part")
    pinned_at: datetime.datetime | None = Field(alias="pinned_at")
    plan_id: uuid.UUID = Field(alias="plan_id")
    sequence: int = Field(alias="sequence")
    starts_at: datetime.datetime = Field(alias="starts_at")
    task_id: uuid.UUID = Field(alias="task_id")
    updated_at: datetime.datetime = Field(alias="updated_at")
    user_id: uuid.UUID = Field(alias="user_id")


class PublicSessionsInsert(TypedDict):
    created_at: NotRequired[Annotated[datetime.datetime, Field(alias="created_at")]]
    ends_at: Annotated[datetime.datetime, Field(alias="ends_at")]
    id: NotRequired[Annotated[uuid.UUID, Field(alias="id")]]
    local_date: Annotated[datetime.date, Field(alias="local_date")]
    part: Annotated[int, Field(alias="part")]
    pinned_at: NotRequired[Annotated[datetime.datetime | None, Field(alias="pinned_at")]]
    plan_id: Annotated[uuid.UUID, Field(alias="plan_id")]
    sequence: NotRequired[Annotated[int, Field(alias="sequence")]]
    starts_at: Annotated[datetime.datetime, Field(alias="starts_at")]
    task_id: Annotated[uuid.UUID, Field(alias="task_id")]
    updated_at: NotRequired[Annotated[datetime.datetime, Field(alias="updated_at")]]
    user_id: Annotated[uuid.UUID, Field(alias="user_id")]


class PublicSessionsUpdate(TypedDict):
    created_at: NotRequired[Annotated[datetime.datetime, Field(alias="created_at")]]
    ends_at: NotRequired[Annotated[datetime.datetime, Field(alias="ends_at")]]
    id: NotRequired[Annotated[uuid.UUID, Field(alias="id")]]
    local_date: NotRequired[Annotated[datetime.date, Field(alias="local_date")]]
    part: NotRequired[Annotated[int, Field(alias="part")]]
    pinned_at: NotRequired[Annotated[datetime.datetime | None, Field(alias="pinned_at")]]
    plan_id: NotRequired[Annotated[uuid.UUID, Field(alias="plan_id")]]
    sequence: NotRequired[Annotated[int, Field(alias="sequence")]]
    starts_at: NotRequired[Annotated[datetime.datetime, Field(alias="starts_at")]]
    task_id: NotRequired[Annotated[uuid.UUID, Field(alias="task_id")]]
    updated_at: NotRequired[Annotated[datetime.datetime, Field(alias="updated_at")]]
    user_id: NotRequired[Annotated[uuid.UUID, Field(alias="user_id")]]


class PublicStudyPreferences(BaseModel):
    catch_up: PublicCatchUpMode = Field(alias="catch_up")
    created_at: datetime.datetime = Field(alias="created_at")
    daily_ceiling_minutes: int | None = Field(alias="daily_ceiling_minutes")
    longest_session_minutes: int = Field(alias="longest_session_minutes")
    reminder_lead_minutes: int | None = Field(alias="reminder_lead_minutes")
    shortest_session_minutes: int = Field(alias="shortest_session_minutes")
    updated_at: datetime.datetime = Field(alias="updated_at")
    user_id: uuid.UUID = Field(alias="user_id")


class PublicStudyPreferencesInsert(TypedDict):
    catch_up: NotRequired[Annotated[PublicCatchUpMode, Field(alias="catch_up")]]
    created_at: NotRequired[Annotated[datetime.datetime, Field(alias="created_at")]]
    daily_ceiling_minutes: NotRequired[Annotated[int | None, Field(alias="daily_ceiling_minutes")]]
    longest_session_minutes: NotRequired[Annotated[int, Field(alias="longest_session_minutes")]]
    reminder_lead_minutes: NotRequired[Annotated[int | None, Field(alias="reminder_lead_minutes")]]
    shortest_session_minutes: NotRequired[Annotated[int, Field(alias="shortest_session_minutes")]]
    updated_at: NotRequired[Annotated[datetime.datetime, Field(alias="updated_at")]]
    user_id: NotRequired[Annotated[uuid.UUID, Field(alias="user_id")]]


class PublicStudyPreferencesUpdate(TypedDict):
    catch_up: NotRequired[Annotated[PublicCatchUpMode, Field(alias="catch_up")]]
    created_at: NotRequired[Annotated[datetime.datetime, Field(alias="created_at")]]
    daily_ceiling_minutes: NotRequired[Annotated[int | None, Field(alias="daily_ceiling_minutes")]]
    longest_session_minutes: NotRequired[Annotated[int, Field(alias="longest_session_minutes")]]
    reminder_lead_minutes: NotRequired[Annotated[int | None, Field(alias="reminder_lead_minutes")]]
    shortest_session_minutes: NotRequired[Annotated[int, Field(alias="shortest_session_minutes")]]
    updated_at: NotRequired[Annotated[datetime.datetime, Field(alias="updated_at")]]
    user_id: NotRequired[Annotated[uuid.UUID, Field(alias="user_id")]]


class PublicStudyWindows(BaseModel):
    created_at: datetime.datetime = Field(alias="created_at")
    ends: datetime.time = Field(alias="ends")
    id: uuid.UUID = Field(alias="id")
    starts: datetime.time = Field(alias="starts")
    user_id: uuid.UUID = Field(alias="user_id")
    weekday: int = Field(alias="weekday")


class PublicStudyWindowsInsert(TypedDict):
    created_at: NotRequired[Annotated[datetime.datetime, Field(alias="created_at")]]
    ends: Annotated[datetime.time, Field(alias="ends")]
    id: NotRequired[Annotated[uuid.UUID, Field(alias="id")]]
    starts: Annotated[datetime.time, Field(alias="starts")]
    user_id: NotRequired[Annotated[uuid.UUID, Field(alias="user_id")]]
    weekday: Annotated[int, Field(alias="weekday")]


class PublicStudyWindowsUpdate(TypedDict):
    created_at: NotRequired[Annotated[datetime.datetime, Field(alias="created_at")]]
    ends: NotRequired[Annotated[datetime.time, Field(alias="ends")]]
    id: NotRequired[Annotated[uuid.UUID, Field(alias="id")]]
    starts: NotRequired[Annotated[datetime.time, Field(alias="starts")]]
    user_id: NotRequired[Annotated[uuid.UUID, Field(alias="user_id")]]
    weekday: NotRequired[Annotated[int, Field(alias="weekday")]]


class PublicSummaryTimes(BaseModel):
    hour_id: uuid.UUID | None = Field(alias="hour_id")
    time_of_day: datetime.time = Field(alias="time_of_day")
    time_zone: str = Field(alias="time_zone")
    user_id: uuid.UUID = Field(alias="user_id")
    weekday: int = Field(alias="weekday")


class PublicSummaryTimesInsert(TypedDict):
    hour_id: NotRequired[Annotated[uuid.UUID | None, Field(alias="hour_id")]]
    time_of_day: NotRequired[Annotated[datetime.time, Field(alias="time_of_day")]]
    time_zone: Annotated[str, Field(alias="time_zone")]
    user_id: Annotated[uuid.UUID, Field(alias="user_id")]
    weekday: NotRequired[Annotated[int, Field(alias="weekday")]]


class PublicSummaryTimesUpdate(TypedDict):
    hour_id: NotRequired[Annotated[uuid.UUID | None, Field(alias="hour_id")]]
    time_of_day: NotRequired[Annotated[datetime.time, Field(alias="time_of_day")]]
    time_zone: NotRequired[Annotated[str, Field(alias="time_zone")]]
    user_id: NotRequired[Annotated[uuid.UUID, Field(alias="user_id")]]
    weekday: NotRequired[Annotated[int, Field(alias="weekday")]]


class PublicTaskLinks(BaseModel):
    checked_at: datetime.datetime | None = Field(alias="checked_at")
    created_at: datetime.datetime = Field(alias="created_at")
    dead_at: datetime.datetime | None = Field(alias="dead_at")
    http_status: int | None = Field(alias="http_status")
    id: uuid.UUID = Field(alias="id")
    order: int = Field(alias="order")
    task_id: uuid.UUID = Field(alias="task_id")
    title: str = Field(alias="title")
    tried_at: datetime.datetime | None = Field(alias="tried_at")
    type: PublicResourceType = Field(alias="type")
    url: str = Field(alias="url")


class PublicTaskLinksInsert(TypedDict):
    checked_at: NotRequired[Annotated[datetime.datetime | None, Field(alias="checked_at")]]
    created_at: NotRequired[Annotated[datetime.datetime, Field(alias="created_at")]]
    dead_at: NotRequired[Annotated[datetime.datetime | None, Field(alias="dead_at")]]
    http_status: NotRequired[Annotated[int | None, Field(alias="http_status")]]
    id: NotRequired[Annotated[uuid.UUID, Field(alias="id")]]
    order: Annotated[int, Field(alias="order")]
    task_id: Annotated[uuid.UUID, Field(alias="task_id")]
    title: Annotated[str, Field(alias="title")]
    tried_at: NotRequired[Annotated[datetime.datetime | None, Field(alias="tried_at")]]
    type: NotRequired[Annotated[PublicResourceType, Field(alias="type")]]
    url: Annotated[str, Field(alias="url")]


class PublicTaskLinksUpdate(TypedDict):
    checked_at: NotRequired[Annotated[datetime.datetime | None, Field(alias="checked_at")]]
    created_at: NotRequired[Annotated[datetime.datetime, Field(alias="created_at")]]
    dead_at: NotRequired[Annotated[datetime.datetime | None, Field(alias="dead_at")]]
    http_status: NotRequired[Annotated[int | None, Field(alias="http_status")]]
    id: NotRequired[Annotated[uuid.UUID, Field(alias="id")]]
    order: NotRequired[Annotated[int, Field(alias="order")]]
    task_id: NotRequired[Annotated[uuid.UUID, Field(alias="task_id")]]
    title: NotRequired[Annotated[str, Field(alias="title")]]
    tried_at: NotRequired[Annotated[datetime.datetime | None, Field(alias="tried_at")]]
    type: NotRequired[Annotated[PublicResourceType, Field(alias="type")]]
    url: NotRequired[Annotated[str, Field(alias="url")]]


class PublicTaskProgress(BaseModel):
    actual_minutes: int | None = Field(alias="actual_minutes")
    completed_at: datetime.datetime | None = Field(alias="completed_at")
    created_at: datetime.datetime = Field(alias="created_at")
    id: uuid.UUID = Field(alias="id")
    set_aside_at: datetime.datetime | None = Field(alias="set_aside_at")
    status: PublicProgressStatus = Field(alias="status")
    task_id: uuid.UUID = Field(alias="task_id")
    updated_at: datetime.datetime = Field(alias="updated_at")
    user_id: uuid.UUID = Field(alias="user_id")


class PublicTaskProgressInsert(TypedDict):
    actual_minutes: NotRequired[Annotated[int | None, Field(alias="actual_minutes")]]
    completed_at: NotRequired[Annotated[datetime.datetime | None, Field(alias="completed_at")]]
    created_at: NotRequired[Annotated[datetime.datetime, Field(alias="created_at")]]
    id: NotRequired[Annotated[uuid.UUID, Field(alias="id")]]
    set_aside_at: NotRequired[Annotated[datetime.datetime | None, Field(alias="set_aside_at")]]
    status: NotRequired[Annotated[PublicProgressStatus, Field(alias="status")]]
    task_id: Annotated[uuid.UUID, Field(alias="task_id")]
    updated_at: NotRequired[Annotated[datetime.datetime, Field(alias="updated_at")]]
    user_id: NotRequired[Annotated[uuid.UUID, Field(alias="user_id")]]


class PublicTaskProgressUpdate(TypedDict):
    actual_minutes: NotRequired[Annotated[int | None, Field(alias="actual_minutes")]]
    completed_at: NotRequired[Annotated[datetime.datetime | None, Field(alias="completed_at")]]
    created_at: NotRequired[Annotated[datetime.datetime, Field(alias="created_at")]]
    id: NotRequired[Annotated[uuid.UUID, Field(alias="id")]]
    set_aside_at: NotRequired[Annotated[datetime.datetime | None, Field(alias="set_aside_at")]]
    status: NotRequired[Annotated[PublicProgressStatus, Field(alias="status")]]
    task_id: NotRequired[Annotated[uuid.UUID, Field(alias="task_id")]]
    updated_at: NotRequired[Annotated[datetime.datetime, Field(alias="updated_at")]]
    user_id: NotRequired[Annotated[uuid.UUID, Field(alias="user_id")]]


class PublicTaskResources(BaseModel):
    created_at: datetime.datetime = Field(alias="created_at")
    id: uuid.UUID = Field(alias="id")
    notes: str | None = Field(alias="notes")
    order: int = Field(alias="order")
    resource_id: uuid.UUID = Field(alias="resource_id")
    task_id: uuid.UUID = Field(alias="task_id")


class PublicTaskResourcesInsert(TypedDict):
    created_at: NotRequired[Annotated[datetime.datetime, Field(alias="created_at")]]
    id: NotRequired[Annotated[uuid.UUID, Field(alias="id")]]
    notes: NotRequired[Annotated[str | None, Field(alias="notes")]]
    order: Annotated[int, Field(alias="order")]
    resource_id: Annotated[uuid.UUID, Field(alias="resource_id")]
    task_id: Annotated[uuid.UUID, Field(alias="task_id")]


class PublicTaskResourcesUpdate(TypedDict):
    created_at: NotRequired[Annotated[datetime.datetime, Field(alias="created_at")]]
    id: NotRequired[Annotated[uuid.UUID, Field(alias="id")]]
    notes: NotRequired[Annotated[str | None, Field(alias="notes")]]
    order: NotRequired[Annotated[int, Field(alias="order")]]
    resource_id: NotRequired[Annotated[uuid.UUID, Field(alias="resource_id")]]
    task_id: NotRequired[Annotated[uuid.UUID, Field(alias="task_id")]]


class PublicTasks(BaseModel):
    created_at: datetime.datetime = Field(alias="created_at")
    day: int | None = Field(alias="day")
    description: str | None = Field(alias="description")
    edited_at: datetime.datetime | None = Field(alias="edited_at")
    estimated_minutes: int = Field(alias="estimated_minutes")
    id: uuid.UUID = Field(alias="id")
    module_id: uuid.UUID = Field(alias="module_id")
    order: int = Field(alias="order")
    pinned_at: datetime.datetime | None = Field(alias="pinned_at")
    title: str = Field(alias="title")
    updated_at: datetime.datetime = Field(alias="updated_at")


class PublicTasksInsert(TypedDict):
    created_at: NotRequired[Annotated[datetime.datetime, Field(alias="created_at")]]
    day: NotRequired[Annotated[int | None, Field(alias="day")]]
    description: NotRequired[Annotated[str | None, Field(alias="description")]]
    edited_at: NotRequired[Annotated[datetime.datetime | None, Field(alias="edited_at")]]
    estimated_minutes: Annotated[int, Field(alias="estimated_minutes")]
    id: NotRequired[Annotated[uuid.UUID, Field(alias="id")]]
    module_id: Annotated[uuid.UUID, Field(alias="module_id")]
    order: Annotated[int, Field(alias="order")]
    pinned_at: NotRequired[Annotated[datetime.datetime | None, Field(alias="pinned_at")]]
    title: Annotated[str, Field(alias="title")]
    updated_at: NotRequired[Annotated[datetime.datetime, Field(alias="updated_at")]]


class PublicTasksUpdate(TypedDict):
    created_at: NotRequired[Annotated[datetime.datetime, Field(alias="created_at")]]
    day: NotRequired[Annotated[int | None, Field(alias="day")]]
    description: NotRequired[Annotated[str | None, Field(alias="description")]]
    edited_at: NotRequired[Annotated[datetime.datetime | None, Field(alias="edited_at")]]
    estimated_minutes: NotRequired[Annotated[int, Field(alias="estimated_minutes")]]
    id: NotRequired[Annotated[uuid.UUID, Field(alias="id")]]
    module_id: NotRequired[Annotated[uuid.UUID, Field(alias="module_id")]]
    order: NotRequired[Annotated[int, Field(alias="order")]]
    pinned_at: NotRequired[Annotated[datetime.datetime | None, Field(alias="pinned_at")]]
    title: NotRequired[Annotated[str, Field(alias="title")]]
    updated_at: NotRequired[Annotated[datetime.datetime, Field(alias="updated_at")]]


class PublicTierLimits(BaseModel):
    max_generations_in_flight: int = Field(alias="max_generations_in_flight")
    max_generations_per_month: int = Field(alias="max_generations_per_month")
    max_plans: int = Field(alias="max_plans")
    tier: str = Field(alias="tier")


class PublicTierLimitsInsert(TypedDict):
    max_generations_in_flight: Annotated[int, Field(alias="max_generations_in_flight")]
    max_generations_per_month: Annotated[int, Field(alias="max_generations_per_month")]
    max_plans: Annotated[int, Field(alias="max_plans")]
    tier: Annotated[str, Field(alias="tier")]


class PublicTierLimitsUpdate(TypedDict):
    max_generations_in_flight: NotRequired[Annotated[int, Field(alias="max_generations_in_flight")]]
    max_generations_per_month: NotRequired[Annotated[int, Field(alias="max_generations_per_month")]]
    max_plans: NotRequired[Annotated[int, Field(alias="max_plans")]]
    tier: NotRequired[Annotated[str, Field(alias="tier")]]


class PublicUsers(BaseModel):
    auth_user_id: uuid.UUID | None = Field(alias="auth_user_id")
    clerk_user_id: str | None = Field(alias="clerk_user_id")
    closing_at: datetime.datetime | None = Field(alias="closing_at")
    created_at: datetime.datetime = Field(alias="created_at")
    email: str | None = Field(alias="email")
    id: uuid.UUID = Field(alias="id")
    is_anonymous: bool = Field(alias="is_anonymous")
    locale: str = Field(alias="locale")
    name: str | None = Field(alias="name")
    subscription_tier: PublicSubscriptionTier | None = Field(alias="subscription_tier")
    time_zone: str = Field(alias="time_zone")
    updated_at: datetime.datetime = Field(alias="updated_at")


class PublicUsersInsert(TypedDict):
    auth_user_id: NotRequired[Annotated[uuid.UUID | None, Field(alias="auth_user_id")]]
    clerk_user_id: NotRequired[Annotated[str | None, Field(alias="clerk_user_id")]]
    closing_at: NotRequired[Annotated[datetime.datetime | None, Field(alias="closing_at")]]
    created_at: NotRequired[Annotated[datetime.datetime, Field(alias="created_at")]]
    email: NotRequired[Annotated[str | None, Field(alias="email")]]
    id: NotRequired[Annotated[uuid.UUID, Field(alias="id")]]
    is_anonymous: NotRequired[Annotated[bool, Field(alias="is_anonymous")]]
    locale: NotRequired[Annotated[str, Field(alias="locale")]]
    name: NotRequired[Annotated[str | None, Field(alias="name")]]
    subscription_tier: NotRequired[
        Annotated[PublicSubscriptionTier | None, Field(alias="subscription_tier")]
    ]
    time_zone: NotRequired[Annotated[str, Field(alias="time_zone")]]
    updated_at: NotRequired[Annotated[datetime.datetime, Field(alias="updated_at")]]


class PublicUsersUpdate(TypedDict):
    auth_user_id: NotRequired[Annotated[uuid.UUID | None, Field(alias="auth_user_id")]]
    clerk_user_id: NotRequired[Annotated[str | None, Field(alias="clerk_user_id")]]
    closing_at: NotRequired[Annotated[datetime.datetime | None, Field(alias="closing_at")]]
    created_at: NotRequired[Annotated[datetime.datetime, Field(alias="created_at")]]
    email: NotRequired[Annotated[str | None, Field(alias="email")]]
    id: NotRequired[Annotated[uuid.UUID, Field(alias="id")]]
    is_anonymous: NotRequired[Annotated[bool, Field(alias="is_anonymous")]]
    locale: NotRequired[Annotated[str, Field(alias="locale")]]
    name: NotRequired[Annotated[str | None, Field(alias="name")]]
    subscription_tier: NotRequired[
        Annotated[PublicSubscriptionTier | None, Field(alias="subscription_tier")]
    ]
    time_zone: NotRequired[Annotated[str, Field(alias="time_zone")]]
    updated_at: NotRequired[Annotated[datetime.datetime, Field(alias="updated_at")]]


class PublicWebhookEvents(BaseModel):
    error: JsonValue | None = Field(alias="error")
    external_id: str = Field(alias="external_id")
    handled_at: datetime.datetime | None = Field(alias="handled_at")
    id: uuid.UUID = Field(alias="id")
    payload: JsonValue = Field(alias="payload")
    received_at: datetime.datetime = Field(alias="received_at")
    source: str = Field(alias="source")
    type: str = Field(alias="type")


class PublicWebhookEventsInsert(TypedDict):
    error: NotRequired[Annotated[JsonValue | None, Field(alias="error")]]
    external_id: Annotated[str, Field(alias="external_id")]
    handled_at: NotRequired[Annotated[datetime.datetime | None, Field(alias="handled_at")]]
    id: NotRequired[Annotated[uuid.UUID, Field(alias="id")]]
    payload: Annotated[JsonValue, Field(alias="payload")]
    received_at: NotRequired[Annotated[datetime.datetime, Field(alias="received_at")]]
    source: Annotated[str, Field(alias="source")]
    type: Annotated[str, Field(alias="type")]


class PublicWebhookEventsUpdate(TypedDict):
    error: NotRequired[Annotated[JsonValue | None, Field(alias="error")]]
    external_id: NotRequired[Annotated[str, Field(alias="external_id")]]
    handled_at: NotRequired[Annotated[datetime.datetime | None, Field(alias="handled_at")]]
    id: NotRequired[Annotated[uuid.UUID, Field(alias="id")]]
    payload: NotRequired[Annotated[JsonValue, Field(alias="payload")]]
    received_at: NotRequired[Annotated[datetime.datetime, Field(alias="received_at")]]
    source: NotRequired[Annotated[str, Field(alias="source")]]
    type: NotRequired[Annotated[str, Field(alias="type")]]


class WorkerDeadLetters(BaseModel):
    enqueued_at: datetime.datetime = Field(alias="enqueued_at")
    error: JsonValue = Field(alias="error")
    failed_at: datetime.datetime = Field(alias="failed_at")
    failures: int = Field(alias="failures")
    id: int = Field(alias="id")
    message: JsonValue = Field(alias="message")
    msg_id: int = Field(alias="msg_id")
    queue: str = Field(alias="queue")
    read_ct: int = Field(alias="read_ct")
    requeued_as: int | None = Field(alias="requeued_as")
    requeued_at: datetime.datetime | None = Field(alias="requeued_at")


class WorkerDeadLettersInsert(TypedDict):
    enqueued_at: Annotated[datetime.datetime, Field(alias="enqueued_at")]
    error: Annotated[JsonValue, Field(alias="error")]
    failed_at: NotRequired[Annotated[datetime.datetime, Field(alias="failed_at")]]
    failures: Annotated[int, Field(alias="failures")]
    id: NotRequired[Annotated[int, Field(alias="id")]]
    message: Annotated[JsonValue, Field(alias="message")]
    msg_id: Annotated[int, Field(alias="msg_id")]
    queue: Annotated[str, Field(alias="queue")]
    read_ct: Annotated[int, Field(alias="read_ct")]
    requeued_as: NotRequired[Annotated[int | None, Field(alias="requeued_as")]]
    requeued_at: NotRequired[Annotated[datetime.datetime | None, Field(alias="requeued_at")]]


class WorkerDeadLettersUpdate(TypedDict):
    enqueued_at: NotRequired[Annotated[datetime.datetime, Field(alias="enqueued_at")]]
    error: NotRequired[Annotated[JsonValue, Field(alias="error")]]
    failed_at: NotRequired[Annotated[datetime.datetime, Field(alias="failed_at")]]
    failures: NotRequired[Annotated[int, Field(alias="failures")]]
    id: NotRequired[Annotated[int, Field(alias="id")]]
    message: NotRequired[Annotated[JsonValue, Field(alias="message")]]
    msg_id: NotRequired[Annotated[int, Field(alias="msg_id")]]
    queue: NotRequired[Annotated[str, Field(alias="queue")]]
    read_ct: NotRequired[Annotated[int, Field(alias="read_ct")]]
    requeued_as: NotRequired[Annotated[int | None, Field(alias="requeued_as")]]
    requeued_at: NotRequired[Annotated[datetime.datetime | None, Field(alias="requeued_at")]]


class WorkerJobAttempts(BaseModel):
    failures: int = Field(alias="failures")
    handed_back: int = Field(alias="handed_back")
    last_error: JsonValue | None = Field(alias="last_error")
    msg_id: int = Field(alias="msg_id")
    queue: str = Field(alias="queue")
    settled_read_ct: int = Field(alias="settled_read_ct")
    updated_at: datetime.datetime = Field(alias="updated_at")


class WorkerJobAttemptsInsert(TypedDict):
    failures: NotRequired[Annotated[int, Field(alias="failures")]]
    handed_back: NotRequired[Annotated[int, Field(alias="handed_back")]]
    last_error: NotRequired[Annotated[JsonValue | None, Field(alias="last_error")]]
    msg_id: Annotated[int, Field(alias="msg_id")]
    queue: Annotated[str, Field(alias="queue")]
    settled_read_ct: NotRequired[Annotated[int, Field(alias="settled_read_ct")]]
    updated_at: NotRequired[Annotated[datetime.datetime, Field(alias="updated_at")]]


class WorkerJobAttemptsUpdate(TypedDict):
    failures: NotRequired[Annotated[int, Field(alias="failures")]]
    handed_back: NotRequired[Annotated[int, Field(alias="handed_back")]]
    last_error: NotRequired[Annotated[JsonValue | None, Field(alias="last_error")]]
    msg_id: NotRequired[Annotated[int, Field(alias="msg_id")]]
    queue: NotRequired[Annotated[str, Field(alias="queue")]]
    settled_read_ct: NotRequired[Annotated[int, Field(alias="settled_read_ct")]]
    updated_at: NotRequired[Annotated[datetime.datetime, Field(alias="updated_at")]]


class WorkerModelPrices(BaseModel):
    input_usd_per_mtok: float = Field(alias="input_usd_per_mtok")
    model: str = Field(alias="model")
    output_usd_per_mtok: float = Field(alias="output_usd_per_mtok")
    updated_at: datetime.datetime = Field(alias="updated_at")


class WorkerModelPricesInsert(TypedDict):
    input_usd_per_mtok: Annotated[float, Field(alias="input_usd_per_mtok")]
    model: Annotated[str, Field(alias="model")]
    output_usd_per_mtok: Annotated[float, Field(alias="output_usd_per_mtok")]
    updated_at: NotRequired[Annotated[datetime.datetime, Field(alias="updated_at")]]


class WorkerModelPricesUpdate(TypedDict):
    input_usd_per_mtok: NotRequired[Annotated[float, Field(alias="input_usd_per_mtok")]]
    model: NotRequired[Annotated[str, Field(alias="model")]]
    output_usd_per_mtok: NotRequired[Annotated[float, Field(alias="output_usd_per_mtok")]]
    updated_at: NotRequired[Annotated[datetime.datetime, Field(alias="updated_at")]]


class WorkerPlatformLimits(BaseModel):
    amount: int = Field(alias="amount")
    name: str = Field(alias="name")
    updated_at: datetime.datetime = Field(alias="updated_at")


class WorkerPlatformLimitsInsert(TypedDict):
    amount: Annotated[int, Field(alias="amount")]
    name: Annotated[str, Field(alias="name")]
    updated_at: NotRequired[Annotated[datetime.datetime, Field(alias="updated_at")]]


class WorkerPlatformLimitsUpdate(TypedDict):
    amount: NotRequired[Annotated[int, Field(alias="amount")]]
    name: NotRequired[Annotated[str, Field(alias="name")]]
    updated_at: NotRequired[Annotated[datetime.datetime, Field(alias="updated_at")]]


class WorkerQueues(BaseModel):
    lease_seconds: int = Field(alias="lease_seconds")
    max_failures: int = Field(alias="max_failures")
    max_lost_deliveries: int = Field(alias="max_lost_deliveries")
    queue: str = Field(alias="queue")


class WorkerQueuesInsert(TypedDict):
    lease_seconds: NotRequired[Annotated[int, Field(alias="lease_seconds")]]
    max_failures: NotRequired[Annotated[int, Field(alias="max_failures")]]
    max_lost_deliveries: NotRequired[Annotated[int, Field(alias="max_lost_deliveries")]]
    queue: Annotated[str, Field(alias="queue")]


class WorkerQueuesUpdate(TypedDict):
    lease_seconds: NotRequired[Annotated[int, Field(alias="lease_seconds")]]
    max_failures: NotRequired[Annotated[int, Field(alias="max_failures")]]
    max_lost_deliveries: NotRequired[Annotated[int, Field(alias="max_lost_deliveries")]]
    queue: NotRequired[Annotated[str, Field(alias="queue")]]


class PublicModuleProgress(BaseModel):
    completed_minutes: int | None = Field(alias="completed_minutes")
    completed_tasks: int | None = Field(alias="completed_tasks")
    completion: float | None = Field(alias="completion")
    is_complete: bool | None = Field(alias="is_complete")
    module_id: uuid.UUID = Field(alias="module_id")
    plan_id: uuid.UUID = Field(alias="plan_id")
    total_minutes: int | None = Field(alias="total_minutes")
    total_tasks: int | None = Field(alias="total_tasks")
    week: int = Field(alias="week")


class PublicPlanProgress(BaseModel):
    completed_minutes: int | None = Field(alias="completed_minutes")
    completed_tasks: int | None = Field(alias="completed_tasks")
    completion: float | None = Field(alias="completion")
    current_week: int | None = Field(alias="current_week")
    is_complete: bool | None = Field(alias="is_complete")
    plan_id: uuid.UUID = Field(alias="plan_id")
    starts_on: datetime.date | None = Field(alias="starts_on")
    total_minutes: int | None = Field(alias="total_minutes")
    total_tasks: int | None = Field(alias="total_tasks")
    total_weeks: int | None = Field(alias="total_weeks")


class PublicCatchUpReceipt(BaseModel):
    catch_up_id: uuid.UUID | None = Field(alias="catch_up_id")
    plan_id: uuid.UUID | None = Field(alias="plan_id")
    status: PublicCatchUpStatus | None = Field(alias="status")


class PublicDashboardPlan(BaseModel):
    plan_id: uuid.UUID | None = Field(alias="plan_id")
    topic: str | None = Field(alias="topic")
    is_mine: bool | None = Field(alias="is_mine")
    visibility: PublicPlanVisibility | None = Field(alias="visibility")
    weekly_hours: int | None = Field(alias="weekly_hours")
    starts_on: datetime.date | None = Field(alias="starts_on")
    deadline_date: datetime.date | None = Field(alias="deadline_date")
    total_weeks: int | None = Field(alias="total_weeks")
    current_week: int | None = Field(alias="current_week")
    total_tasks: int | None = Field(alias="total_tasks")
    completed_tasks: int | None = Field(alias="completed_tasks")
    completion: float | None = Field(alias="completion")
    is_complete: bool | None = Field(alias="is_complete")
    total_minutes: int | None = Field(alias="total_minutes")
    completed_minutes: int | None = Field(alias="completed_minutes")
    due_this_week: JsonValue | None = Field(alias="due_this_week")
    due_minutes: int | None = Field(alias="due_minutes")
    overdue_tasks: int | None = Field(alias="overdue_tasks")
    generation: JsonValue | None = Field(alias="generation")


class PublicDueTask(BaseModel):
    plan_id: uuid.UUID | None = Field(alias="plan_id")
    module_id: uuid.UUID | None = Field(alias="module_id")
    task_id: uuid.UUID | None = Field(alias="task_id")
    week: int | None = Field(alias="week")
    order: int | None = Field(alias="order")
    day: int | None = Field(alias="day")
    due_on: datetime.date | None = Field(alias="due_on")
    title: str | None = Field(alias="title")
    estimated_minutes: int | None = Field(alias="estimated_minutes")
    status: PublicProgressStatus | None = Field(alias="status")
    is_overdue: bool | None = Field(alias="is_overdue")


class PublicExportReceipt(BaseModel):
    export_id: uuid.UUID | None = Field(alias="export_id")
    plan_id: uuid.UUID | None = Field(alias="plan_id")
    provider: PublicConnectionProvider | None = Field(alias="provider")
    status: PublicExportStatus | None = Field(alias="status")


class PublicFeedReceipt(BaseModel):
    feed_id: uuid.UUID | None = Field(alias="feed_id")
    token: str | None = Field(alias="token")


class PublicFoundPlan(BaseModel):
    plan_id: uuid.UUID | None = Field(alias="plan_id")
    topic: str | None = Field(alias="topic")
    skill_level: PublicSkillLevel | None = Field(alias="skill_level")
    learning_style: PublicLearningStyle | None = Field(alias="learning_style")
    weekly_hours: int | None = Field(alias="weekly_hours")
    language: str | None = Field(alias="language")
    visibility: PublicPlanVisibility | None = Field(alias="visibility")
    is_mine: bool | None = Field(alias="is_mine")
    similarity: float | None = Field(alias="similarity")


class PublicPlanReceipt(BaseModel):
    plan_id: uuid.UUID | None = Field(alias="plan_id")
    generation_id: uuid.UUID | None = Field(alias="generation_id")


class PublicProposalReceipt(BaseModel):
    proposal_id: uuid.UUID | None = Field(alias="proposal_id")
    plan_id: uuid.UUID | None = Field(alias="plan_id")
    status: PublicProposalStatus | None = Field(alias="status")
    revision: int | None = Field(alias="revision")


class PublicUsage(BaseModel):
    tier: str | None = Field(alias="tier")
    plans: int | None = Field(alias="plans")
    max_plans: int | None = Field(alias="max_plans")
    generations_in_flight: int | None = Field(alias="generations_in_flight")
    max_generations_in_flight: int | None = Field(alias="max_generations_in_flight")
    generations_this_month: int | None = Field(alias="generations_this_month")
    max_generations_per_month: int | None = Field(alias="max_generations_per_month")
    resets_at: datetime.datetime | None = Field(alias="resets_at")
