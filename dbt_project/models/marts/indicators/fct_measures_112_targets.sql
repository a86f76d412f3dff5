-- Urgent calls reached within the target. While no target is published (seed response_targets)
-- the calls are not read and every row is unreported.
with response as (
    select * from {{ ref('fct_measures_112_response') }}
),

targets as (
    select
        priority_code,
        target_minutes
    from {{ ref('response_targets') }}
    where target_minutes is not null
),

-- Both C0 and C1 need a target: a share of one of them would be another indicator.
completeness as (
    select count(*) = 2 as is_complete
    from targets
),

reached as (
    select
        coalesce(calls.station_code, '26') as place_code,
        calls.month,
        count(*) filter (where calls.response_minutes <= targets.target_minutes)
            as within_target_count
    from {{ ref('fct_112_calls') }} as calls
    inner join targets
        on calls.priority_code = targets.priority_code
    where
        calls.is_urgent
        and calls.response_minutes is not null
        and calls.station_code is not null
    group by grouping sets ((calls.station_code, calls.month), (calls.month))
),

final as (
    select
        response.place_type,
        response.place_code,
        response.period_type,
        response.arrival_count,
        case
            when response.is_reported and completeness.is_complete
                then coalesce(reached.within_target_count, 0)
        end as within_target_count,
        response.is_reported and completeness.is_complete as is_reported,
        response.is_partial_period,
        response.is_synthetic,
        response.period_start,
        response.period_end,
        response.data_as_of
    from response
    cross join completeness
    left join reached
        on
            response.place_code = reached.place_code
            and response.period_start = reached.month
)

select * from final
