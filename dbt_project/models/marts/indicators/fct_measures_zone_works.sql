-- Zones whose works are complete: 12 months before the month of completion and 12 months after.
with zones as (
    select
        *,
        delivered_before_month_count > 0 and delivered_after_month_count > 0 as is_reported
    from {{ ref('int_crime_zones__compared') }}
),

register as (
    select max(reference_date) as reference_date
    from {{ ref('fct_crime_zones') }}
),

-- Both changes are times C0 x C1, which cancels out: in whole numbers "no change" is exactly 0.
quotients as (
    select
        *,
        case
            when is_reported and outside_before_count > 0
                then zone_before_count * outside_after_count::numeric / outside_before_count
        end as expected_count,
        case
            when is_reported and rest_before_count > 0 and rest_after_count > 0
                then
                    inside_after_count * rest_before_count
                    - inside_before_count * rest_after_count
        end as zone_change,
        case
            when is_reported and rest_before_count > 0 and rest_after_count > 0
                then
                    ring_after_count * rest_before_count
                    - ring_before_count * rest_after_count
        end as ring_change
    from zones
),

final as (
    select
        'zone' as place_type,
        quotients.zone_id as place_code,
        'window' as period_type,
        quotients.district_code,
        case when quotients.is_reported then quotients.zone_before_count end as zone_before_count,
        case when quotients.is_reported then quotients.zone_after_count end as zone_after_count,
        case
            when quotients.is_reported then quotients.outside_before_count
        end as outside_before_count,
        case when quotients.is_reported then quotients.outside_after_count end
            as outside_after_count,
        trim_scale(round(quotients.expected_count, 10)) as expected_count,
        case
            when quotients.is_reported
                then
                    quotients.inside_before_count + quotients.inside_after_count
                    + quotients.ring_before_count + quotients.ring_after_count
                    + quotients.rest_before_count + quotients.rest_after_count
        end as located_count,
        case
            when quotients.zone_change < 0
                then trim_scale(round(quotients.ring_change::numeric / quotients.zone_change, 10))
        end as displacement_quotient,
        quotients.delivered_before_month_count,
        quotients.delivered_after_month_count,
        quotients.is_reported,
        not quotients.is_reported or quotients.expected_count is not null as has_comparison,
        not quotients.is_reported or coalesce(quotients.zone_change < 0, false)
            as has_displacement_basis,
        quotients.delivered_before_month_count < 12
        or quotients.delivered_after_month_count < 12 as is_partial_period,
        quotients.is_synthetic,
        quotients.window_start as period_start,
        quotients.window_end as period_end,
        coalesce(quotients.newest_date, register.reference_date) as data_as_of
    from quotients
    cross join register
)

select * from final
