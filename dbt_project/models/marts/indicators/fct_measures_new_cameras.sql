with sites as (
    select * from {{ ref('fct_cctv_sites') }}
    where register = 'standard'
),

priority_cells as (
    select * from {{ ref('fct_crime_cells') }}
    where is_priority
),

slices as (
    {{ current_slices('police_crime_incidents') }}
),

-- A ranking of cells is told from whole years only.
delivered_years as (
    select
        date_trunc('year', (slice_key || '-01')::date)::date as year_start,
        count(*) = 12 as is_whole
    from slices
    group by date_trunc('year', (slice_key || '-01')::date)
),

registers as (
    select
        district_code,
        max(reference_date) as reference_date
    from sites
    group by district_code
),

first_crimes as (
    select min(year_start) as year_start from delivered_years
),

-- From the year after the first crimes to that of the newest register.
bounds as (
    select
        (first_crimes.year_start + interval '1 year')::date as first_year,
        date_trunc('year', max(sites.reference_date))::date as last_year,
        max(sites.reference_date) as newest_date,
        bool_or(sites.is_synthetic) as is_synthetic
    from sites
    cross join first_crimes
    group by first_crimes.year_start
),

places_in_years as (
    {{ district_grid('year', 'bounds', 'first_year', 'last_year') }}
),

grid as (
    select
        places_in_years.*,
        registers.reference_date,
        bounds.newest_date,
        bounds.is_synthetic,
        coalesce(delivered_years.is_whole, false)
        and coalesce(registers.reference_date >= places_in_years.period_start, false)
            as is_reported
    from places_in_years
    cross join bounds
    left join registers
        on places_in_years.district_code = registers.district_code
    left join delivered_years
        on places_in_years.period_start = delivered_years.year_start + interval '1 year'
),

counted as (
    select
        sites.district_code,
        date_trunc('year', sites.installed_month)::date as period_start,
        coalesce(sum(sites.camera_count), 0) as new_camera_count,
        coalesce(
            sum(sites.camera_count) filter (where priority_cells.h3_cell is not null), 0
        ) as priority_camera_count,
        coalesce(
            sum(sites.camera_count) filter (where sites.h3_cell is null), 0
        ) as unplaced_camera_count
    from sites
    left join priority_cells
        on
            sites.h3_cell = priority_cells.h3_cell
            and priority_cells.year_start
            = date_trunc('year', sites.installed_month) - interval '1 year'
    where sites.installed_month is not null
    group by sites.district_code, date_trunc('year', sites.installed_month)
),

final as (
    select
        'district' as place_type,
        grid.district_code as place_code,
        'year' as period_type,
        case when grid.is_reported then coalesce(counted.new_camera_count, 0) end
            as new_camera_count,
        case when grid.is_reported then coalesce(counted.priority_camera_count, 0) end
            as priority_camera_count,
        case when grid.is_reported then coalesce(counted.unplaced_camera_count, 0) end
            as unplaced_camera_count,
        grid.is_reported,
        coalesce(grid.reference_date < grid.period_end, true) as is_partial_period,
        grid.is_synthetic,
        grid.period_start,
        grid.period_end,
        -- least() skips an empty date: a district without a register has none of its own.
        case
            when grid.reference_date is null then grid.newest_date
            else least(grid.reference_date, grid.period_end)
        end as data_as_of
    from grid
    left join counted
        on
            grid.district_code = counted.district_code
            and grid.period_start = counted.period_start
)

select * from final
