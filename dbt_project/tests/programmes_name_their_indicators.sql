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

(
    select * from named
    except
    select * from bridged
)
union all
(
    select * from bridged
    except
    select * from named
)
