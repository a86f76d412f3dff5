{{
    config(
        materialized='incremental',
        incremental_strategy='append',
        on_schema_change='fail',
        pre_hook="{{ delete_superseded_batches('police_112_calls') }}",
    )
}}

-- depends_on: {{ ref('stg_platform__batch_slices') }}
with calls as (
    select *
    from {{ ref('fct_112_calls') }}
    {% if is_incremental() %}
        where batch_id = any(array({{ unseen_batches('police_112_calls') }}))
    {% endif %}
),

final as (
    select
        district_code,
        count(*) as call_count,
        count(*) filter (where is_dispatched) as dispatched_count,
        count(*) filter (where is_urgent) as urgent_count,
        count(*) filter (where is_night) as night_count,
        count(*) filter (where is_false_report) as false_report_count,
        count(*) filter (where event_class_code = 305) as intoxicated_count,
        count(*) filter (where event_class_code = 107) as domestic_violence_count,
        count(*) filter (where event_class_code = 211) as dating_violence_count,
        count(*) filter (where event_class_code = 212) as stalking_count,
        count(*) filter (where event_class_code in (108, 109)) as child_abuse_count,
        count(*) filter (
            where station_code is distinct from sender_station_code
        ) as station_disagreement_count,
        bool_or(is_synthetic) as is_synthetic,
        call_date,
        month,
        batch_id
    from calls
    group by batch_id, call_date, month, district_code
)

select * from final
