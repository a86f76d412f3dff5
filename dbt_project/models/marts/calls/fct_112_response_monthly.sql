{{
    config(
        materialized='incremental',
        incremental_strategy='append',
        on_schema_change='fail',
        pre_hook="{{ delete_changed_months() }}",
    )
}}

-- A median needs all calls of its month: a month is computed anew when the deliveries that its
-- calls came with are no longer the same, and only then.
with deliveries as (
    {{ month_deliveries() }}
),

changed as (
    select deliveries.*
    from deliveries
    {% if is_incremental() %}
        where
            not exists (
                select 1 from {{ this }} as held
                where held.month = deliveries.month
            )
    {% endif %}
),

calls as (
    select
        coalesce(station_code, '26') as place_code,
        month,
        count(*) as arrival_count,
        percentile_cont(0.5) within group (order by response_minutes) as median_response_minutes
    from {{ ref('fct_112_calls') }}
    where
        is_urgent
        and response_minutes is not null
        and station_code is not null
        {% if is_incremental() %}
            and month = any(array(select changed.month from changed))
        {% endif %}
    group by grouping sets ((station_code, month), (month))
),

final as (
    select
        case when calls.place_code = '26' then 'city' else 'station' end as place_type,
        calls.place_code,
        calls.arrival_count,
        trim_scale(round(calls.median_response_minutes::numeric, 4)) as median_response_minutes,
        changed.delivery_count,
        changed.delivery_sum,
        calls.month
    from calls
    inner join changed
        on calls.month = changed.month
)

select * from final
