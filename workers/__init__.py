"""One job, one file; README.md has the table.

`JOBS` is what `learnbase work` offers: the queue, and the module that carries its jobs out.
"""

JOBS = {
    "generate_plan": "workers.generate_plan",
    "check_links": "workers.check_links",
    "schedule_plan": "workers.schedule_plan",
}
