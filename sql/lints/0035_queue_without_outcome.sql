-- Every outcome of a job is one function that writes the result and archives the message together.

with needed as (
    select q.queue, 'table ' || n.relation as thing, to_regclass(n.relation) is not null as is_there
    from worker.queues q
    cross join lateral (values ('pgmq.q_' || q.queue), ('pgmq.a_' || q.queue)) as n (relation)
    union all
    select q.queue, 'function ' || n.signature, to_regprocedure(n.signature) is not null
    from worker.queues q
    cross join lateral (
        values
            (format('worker.complete_%s(jsonb)', q.queue)),
            (format('private.apply_%s(jsonb,jsonb)', q.queue)),
            (format('private.settle_%s(jsonb,jsonb,boolean)', q.queue))
    ) as n (signature)
)

select
    'queue_without_outcome' as name,
    'error' as level,
    d.queue as subject,
    'missing: ' || string_agg(d.thing, ', ' order by d.thing) as detail,
    'a queue comes with pgmq.create and its functions: see the migration that makes worker.queues' as remedy
from needed d
where not d.is_there
group by d.queue
