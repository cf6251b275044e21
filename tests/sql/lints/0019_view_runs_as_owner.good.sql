create view public.titles with (security_invoker = true) as select p.topic from public.learning_plans p;
create materialized view private.counts as select count(*) as plans from public.learning_plans;
