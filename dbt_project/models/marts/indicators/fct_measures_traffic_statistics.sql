with statistics as (
    select * from {{ ref('fct_traffic_statistics') }}
),

zones as (
    select * from {{ ref('fct_child_zones') }}
),

dim_district as (
    select * from {{ ref('dim_district') }}
),

dim_period as (
    select * from {{ ref('dim_period') }}
    where period_type = 'year'
),

age_bands as (
    select * from {{ ref('int_population__age_bands') }}
),

delivered_range as (
    select
        make_date(min(year), 1, 1) as first_period,
        make_date(max(year), 1, 1) as last_period,
        bool_or(is_synthetic) as is_synthetic
    from statistics
    having count(*) > 0
),

-- TAAS is asked district by district; a class without an accident is a row with 0.
district_years as (
    select
        district_code,
        make_date(year, 1, 1) as period_start,
        coalesce(
            sum(accident_count) filter (where accident_class = '스쿨존내어린이'), 0
        ) as school_zone_child_accident_count,
        coalesce(
            sum(death_count + injured_count) filter (where accident_class = '고령보행자'), 0
        ) as elderly_pedestrian_casualty_count
    from statistics
    group by district_code, year
),

registers as (
    select
        district_code,
        count(distinct (facility_kind, facility_name, road_address)) as child_zone_count,
        max(reference_date) as reference_date
    from zones
    group by district_code
),

grid as (
    select
        dim_district.district_code,
        dim_period.period_start,
        dim_period.period_end,
        delivered_range.last_period,
        delivered_range.is_synthetic
    from delivered_range
    inner join dim_period
        on
            dim_period.period_start between delivered_range.first_period
            and delivered_range.last_period
    cross join dim_district
),

-- The newest age table at or before the end of the year, else the earliest one.
ranked_bands as (
    select
        grid.district_code,
        grid.period_start,
        age_bands.elderly_count,
        age_bands.month <= grid.period_end as is_final,
        row_number() over (
            partition by grid.district_code, grid.period_start
            order by
                age_bands.month <= grid.period_end desc,
                case when age_bands.month <= grid.period_end then age_bands.month end desc,
                age_bands.month asc
        ) as preference
    from grid
    inner join age_bands
        on grid.district_code = age_bands.district_code
),

final as (
    select
        'district' as place_type,
        grid.district_code as place_code,
        'year' as period_type,
        district_years.school_zone_child_accident_count,
        registers.child_zone_count,
        district_years.elderly_pedestrian_casualty_count,
        ranked_bands.elderly_count,
        district_years.district_code is not null as is_reported,
        false as is_partial_period,
        coalesce(ranked_bands.is_final, false) as is_population_final,
        grid.is_synthetic,
        grid.period_start,
        grid.period_end,
        registers.reference_date as zones_as_of,
        case
            when district_years.district_code is not null then grid.period_end
            else (grid.last_period + interval '1 year - 1 day')::date
        end as data_as_of
    from grid
    left join district_years
        on
            grid.district_code = district_years.district_code
            and grid.period_start = district_years.period_start
    left join registers
        on grid.district_code = registers.district_code
    left join ranked_bands
        on
            grid.district_code = ranked_bands.district_code
            and grid.period_start = ranked_bands.period_start
            and ranked_bands.preference = 1
)

select * from final
