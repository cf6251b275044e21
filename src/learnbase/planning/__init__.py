"""Pure planning: no clock, no randomness, no service; the same request gives the same plan.

A `PlanRequest` comes in; `builtin.plan` makes a `Roadmap` from the curricula, or a model is asked
with `prompt.messages` and answers in the schema of `model_roadmap`. Either way `checks.findings`
says what is wrong with it, and `Roadmap.to_result` is what the database saves.
"""
