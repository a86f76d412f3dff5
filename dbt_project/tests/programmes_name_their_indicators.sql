-- programmes.csv names exactly the outcome and satisfaction indicators of the bridge.
with named as (
    select
        programmes.programme_id,
        names.indicator_id
    from {{ ref('dim_programme') }} as programmes
    cross join lateral unnest(
        string_to_array(programmes.outcome_indicator_ids, '|')
    ) as names (indicator_id)
),

bridged as (
    select
        programme_id,
        indicator_id
    from {{ ref('bridge_programme_indicator') }}
    where indicator_role in ('outcome', 'satisfaction')
)

select
    named.programme_id as named_programme_id,
    named.indicator_id as named_indicator_id,
    bridged.programme_id as bridged_programme_id,
    bridged.indicator_id as bridged_indicator_id
from named
full outer join bridged
    on
        named.programme_id = bridged.programme_id
        and named.indicator_id = bridged.indicator_id
where named.programme_id is null or bridged.programme_id is null
