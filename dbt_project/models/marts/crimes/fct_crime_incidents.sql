{{
    config(
        materialized='incremental',
        incremental_strategy='append',
        on_schema_change='fail',
        pre_hook="{{ delete_superseded_batches('police_crime_incidents') }}",
        indexes=[{'columns': ['month']}],
    )
}}

-- depends_on: {{ ref('stg_platform__batch_slices') }}
with incidents as (
    select *
    from {{ ref('int_crime_incidents__located') }}
    {% if is_incremental() %}
        where batch_id = any(array({{ unseen_batches('police_crime_incidents') }}))
    {% endif %}
),

final as (
    select
        batch_id,
        line,
        district_code,
        dong_code,
        station_code,
        sender_station_code,
        zone_id,
        crime_class_code,
        crime_group,
        place_kind,
        occurred_hour,
        report_delay_hours,
        clearance_days,
        is_five_major,
        is_night,
        is_abnormal_motive,
        is_synthetic,
        occurred_at,
        reported_at,
        occurred_on,
        reported_on,
        cleared_on,
        month
    from incidents
)

select * from final
