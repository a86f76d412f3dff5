with supports as (
    select * from {{ ref('fct_victim_support') }}
    where support_kind = '민간경호'
),

dim_period as (
    select * from {{ ref('dim_period') }}
),

slices as (
    select
        slices.slice_key,
        batches.is_synthetic,
        batches.reference_date
    from {{ ref('stg_platform__batch_slices') }} as slices
    inner join {{ ref('stg_platform__batches') }} as batches
        on slices.batch_id = batches.batch_id
    where
        slices.source_id = 'city_victim_support'
        and not slices.is_superseded
),

-- Each file holds a year so far and is sent once a quarter; its newest start tells which one.
delivered_years as (
    select
        make_date(slice_key::integer, 1, 1) as year_start,
        max(is_synthetic::integer) = 1 as is_synthetic,
        max(reference_date) as reference_date,
        (date_trunc('quarter', max(reference_date)) + interval '3 months' - interval '1 day')::date
            as known_through
    from slices
    group by slice_key
),

bounds as (
    select
        min(year_start) as first_year,
        max(year_start) as last_year,
        max(reference_date) as newest_date,
        bool_or(is_synthetic) as is_synthetic
    from delivered_years
),

grid as (
    select
        dim_period.period_type,
        dim_period.period_start,
        dim_period.period_end,
        delivered_years.known_through,
        -- The rest of the year is not reported: no file speaks of those quarters yet.
        coalesce(delivered_years.known_through >= dim_period.period_start, false) as is_reported,
        coalesce(delivered_years.known_through < dim_period.period_end, true) as is_unfinished,
        bounds.is_synthetic,
        coalesce(delivered_years.reference_date, bounds.newest_date) as data_as_of
    from bounds
    inner join dim_period
        on
            dim_period.period_type in ('quarter', 'year')
            and date_trunc('year', dim_period.period_start)
            between bounds.first_year and bounds.last_year
    left join delivered_years
        on date_trunc('year', dim_period.period_start) = delivered_years.year_start
),

started as (
    select
        periods.period_type,
        date_trunc(periods.period_type, supports.started_on)::date as period_start,
        supports.*
    from supports
    cross join (values ('quarter'), ('year')) as periods (period_type)
),

counted as (
    select
        period_type,
        period_start,
        sum(guard_day_count) as guard_day_count,
        count(distinct person_id) as guarded_person_count,
        count(distinct person_id) filter (where is_revictimised) as revictimised_person_count,
        bool_or(ended_on is null) as is_running,
        max(ended_on) as newest_end
    from started
    group by period_type, period_start
),

final as (
    select
        'city' as place_type,
        '26' as place_code,
        grid.period_type,
        case when grid.is_reported then coalesce(counted.guard_day_count, 0) end
            as guard_day_count,
        case when grid.is_reported then coalesce(counted.guarded_person_count, 0) end
            as guarded_person_count,
        case when grid.is_reported then coalesce(counted.revictimised_person_count, 0) end
            as revictimised_person_count,
        grid.is_reported,
        grid.is_unfinished
        or coalesce(counted.is_running or counted.newest_end > grid.known_through, false)
            as is_partial_period,
        grid.is_unfinished
        or coalesce(counted.is_running, false)
        or grid.known_through < greatest(counted.newest_end, grid.period_end) + 30
            as is_follow_up_partial,
        grid.is_synthetic,
        grid.period_start,
        grid.period_end,
        grid.data_as_of
    from grid
    left join counted
        on
            grid.period_type = counted.period_type
            and grid.period_start = counted.period_start
)

select * from final
