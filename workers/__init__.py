"""One job, one file; README.md has the table.

`JOBS` is what `learnbase work` offers: the queue, and the module that carries its jobs out.
`NEEDS` names the settings without which a worker leaves a job to others.
"""

JOBS = {
    "generate_plan": "workers.generate_plan",
    "check_links": "workers.check_links",
    "schedule_plan": "workers.schedule_plan",
    "export_notion": "workers.export_notion",
    "export_google_calendar": "workers.export_google_calendar",
    "read_busy_times": "workers.read_busy_times",
    "disconnect": "workers.disconnect",
    "close_account": "workers.close_account",
    "weekly_summary": "workers.weekly_summary",
    "write_letters": "workers.write_letters",
    "send_email": "workers.send_email",
}

NEEDS = {
    "export_notion": ("TOKEN_KEYS", "NOTION_CLIENT_ID", "NOTION_CLIENT_SECRET"),
    "export_google_calendar": ("TOKEN_KEYS", "GOOGLE_CLIENT_ID", "GOOGLE_CLIENT_SECRET"),
    "read_busy_times": ("TOKEN_KEYS", "GOOGLE_CLIENT_ID", "GOOGLE_CLIENT_SECRET"),
    "disconnect": ("TOKEN_KEYS",),
    "weekly_summary": ("TOKEN_KEYS", "EDGE_URL", "SITE_URL"),
    "write_letters": ("TOKEN_KEYS", "EDGE_URL", "SITE_URL"),
    "send_email": ("RESEND_API_KEY", "MAIL_FROM"),
}
