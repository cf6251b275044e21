-- offends: public.counts
-- offends: public.titles
create view public.titles as select p.topic from public.learning_plans p;
create materialized view public.counts as select count(*) as plans from public.learning_plans;
