"""A plan as a file: iCalendar, Markdown, CSV and JSON. Pure: every time comes from the input.

What the database answers (`rpc/plan_export`, `worker.load_feed`) goes in, bytes come out: `render`
for one plan, `render_feed` for the calendar over all plans of a learner. `filename` names the file,
`content_disposition` says so to a browser. Text in a plan is a stranger's: each format has one
module that knows what that text may not do there.
"""

from learnbase.exporting.formats import (
    FORMATS,
    Format,
    UnknownFormat,
    UnknownShape,
    render,
    render_feed,
)
from learnbase.exporting.names import content_disposition, filename

__all__ = [
    "FORMATS",
    "Format",
    "UnknownFormat",
    "UnknownShape",
    "content_disposition",
    "filename",
    "render",
    "render_feed",
]
