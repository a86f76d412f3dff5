{{
    config(
        materialized='incremental',
        incremental_strategy='append',
        on_schema_change='fail',
        pre_hook="{{ delete_superseded_batches('police_112_calls') }}",
        indexes=[
            {'columns': ['batch_id']},
            {'columns': ['received_at'], 'type': 'brin'},
            {'columns': ['month'], 'type': 'brin'},
        ],
    )
}}

-- depends_on: {{ ref('stg_platform__batch_slices') }}
with calls as (
    select *
    from {{ ref('int_calls_112__located') }}
    {% if is_incremental() %}
        where batch_id = any(array({{ unseen_batches('police_112_calls') }}))
    {% endif %}
),

-- A receipt number that a second day's file repeats: the first delivery counts.
first_delivered as (
    select distinct on (call_id) *
    from calls
    {% if is_incremental() %}
        where
            not exists (
                select 1 from {{ this }} as held
                where held.call_id = calls.call_id
            )
    {% endif %}
    order by call_id, batch_id, line
),

final as (
    select
        call_id,
        district_code,
        dong_code,
        station_code,
        sender_station_code,
        event_class_code,
        priority_code,
        end_code,
        call_hour,
        response_minutes,
        is_night,
        is_dispatched,
        is_urgent,
        is_false_report,
        is_synthetic,
        received_at,
        call_date,
        month,
        batch_id
    from first_delivered
)

select * from final
