with zones as (
    select * from {{ ref('fct_crime_zones') }}
),

-- One register of the whole city; earlier quarters are told from the dates in it. From the
-- quarter of the first works: before it the rate is zero everywhere.
delivered_range as (
    select
        date_trunc(
            'quarter', coalesce(min(works_completed_on), max(reference_date))
        )::date as first_quarter,
        date_trunc('quarter', max(reference_date))::date as last_quarter,
        max(reference_date) as reference_date,
        bool_or(is_synthetic) as is_synthetic
    from zones
    having count(*) > 0
),

grid as (
    {{ district_grid('quarter', 'delivered_range', 'first_quarter', 'last_quarter') }}
),

counted as (
    select
        grid.district_code,
        grid.period_start,
        count(*) as designated_zone_count,
        count(*) filter (where zones.works_completed_on <= grid.period_end)
            as improved_zone_count
    from grid
    inner join zones
        on
            grid.district_code = zones.district_code
            and grid.period_end >= zones.designated_on
    group by grid.district_code, grid.period_start
),

final as (
    select
        'district' as place_type,
        grid.district_code as place_code,
        'quarter' as period_type,
        coalesce(counted.designated_zone_count, 0) as designated_zone_count,
        coalesce(counted.improved_zone_count, 0) as improved_zone_count,
        true as is_reported,
        delivered_range.reference_date < grid.period_end as is_partial_period,
        delivered_range.is_synthetic,
        grid.period_start,
        grid.period_end,
        least(delivered_range.reference_date, grid.period_end) as data_as_of
    from grid
    cross join delivered_range
    left join counted
        on
            grid.district_code = counted.district_code
            and grid.period_start = counted.period_start
)

select * from final
