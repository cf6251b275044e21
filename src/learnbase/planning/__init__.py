"""Pure planning: no clock, no randomness, no service; the same request gives the same plan.

A `PlanRequest` comes in; `builtin.plan` makes a `Roadmap` from the curricula, or a model is asked
with `prompt.messages` and answers in the schema of `model_roadmap`. Either way `checks.findings`
says what is wrong with it, `mending.rebalance` mends what a rule can mend, and `Roadmap.to_result`
is what the database saves. Where there is a plan already, `difference.difference` says what the
new one would change. `briefs` and `scorecard` tell how well a model does all that.
"""
