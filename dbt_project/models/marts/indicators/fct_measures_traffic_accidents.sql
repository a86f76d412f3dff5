-- The police's events only: a TAAS list of the same year overlaps them and has no dates, so the
-- two registers are neither added nor put in turn into one series.
with accidents as (
    select * from {{ ref('fct_traffic_accidents') }}
    where register = 'police_events'
),

slices as (
    select * from {{ ref('stg_platform__batch_slices') }}
    where source_id = 'police_traffic_accidents' and not is_superseded
),

epdo_weights as (
    select * from {{ ref('epdo_weights') }}
    where weight_version = 1
),

dim_district as (
    select * from {{ ref('dim_district') }}
),

dim_period as (
    select * from {{ ref('dim_period') }}
    where period_type in ('month', 'year')
),

population as (
    select * from {{ ref('int_population__averaged') }}
),

-- One file of the whole city a year.
delivered_years as (
    select distinct make_date(split_part(slice_key, '|', 1)::integer, 1, 1) as year_start
    from slices
    where split_part(slice_key, '|', 2) = 'police_events'
),

delivered_range as (
    select
        min(year_start) as first_period,
        (max(year_start) + interval '1 year - 1 day')::date as last_period
    from delivered_years
),

origin as (
    select coalesce(bool_or(is_synthetic), false) as is_synthetic from accidents
),

weights as (
    select
        max(weight) filter (where severity = 'death') as death_weight,
        max(weight) filter (where severity = 'serious') as serious_weight,
        max(weight) filter (where severity = 'slight') as slight_weight,
        max(weight) filter (where severity = 'reported_injury') as reported_injury_weight
    from epdo_weights
),

dated as (
    select
        *,
        'month' as period_type,
        date_trunc('month', accident_date)::date as period_start
    from accidents
    where accident_date is not null
    union all
    select
        *,
        'year' as period_type,
        make_date(accident_year, 1, 1) as period_start
    from accidents
),

district_periods as (
    select
        district_code,
        period_type,
        period_start,
        count(*) as injury_accident_count,
        count(*) filter (where has_two_wheeler) as two_wheeler_accident_count,
        sum(death_count) as death_count,
        sum(serious_count) as serious_count,
        sum(slight_count) as slight_count,
        sum(reported_injury_count) as reported_injury_count
    from dated
    group by district_code, period_type, period_start
),

grid as (
    select
        dim_district.district_code,
        dim_period.period_type,
        dim_period.period_start,
        dim_period.period_end,
        delivered_range.last_period,
        delivered_years.year_start is not null as is_reported
    from delivered_range
    inner join dim_period
        on
            dim_period.period_start between delivered_range.first_period
            and delivered_range.last_period
    cross join dim_district
    left join delivered_years
        on date_trunc('year', dim_period.period_start)::date = delivered_years.year_start
),

counted as (
    select
        grid.*,
        case
            when grid.is_reported then coalesce(district_periods.injury_accident_count, 0)
        end as injury_accident_count,
        case
            when grid.is_reported then coalesce(district_periods.two_wheeler_accident_count, 0)
        end as two_wheeler_accident_count,
        case
            when grid.is_reported then coalesce(district_periods.death_count, 0)
        end as death_count,
        case
            when grid.is_reported then coalesce(district_periods.serious_count, 0)
        end as serious_count,
        case
            when grid.is_reported then coalesce(district_periods.slight_count, 0)
        end as slight_count,
        case
            when grid.is_reported then coalesce(district_periods.reported_injury_count, 0)
        end as reported_injury_count
    from grid
    left join district_periods
        on
            grid.district_code = district_periods.district_code
            and grid.period_type = district_periods.period_type
            and grid.period_start = district_periods.period_start
),

final as (
    select
        'district' as place_type,
        counted.district_code as place_code,
        counted.period_type,
        counted.injury_accident_count,
        counted.two_wheeler_accident_count,
        counted.death_count,
        counted.serious_count,
        counted.slight_count,
        counted.reported_injury_count,
        trim_scale(
            counted.death_count * weights.death_weight
            + counted.serious_count * weights.serious_weight
            + counted.slight_count * weights.slight_weight
            + counted.reported_injury_count * weights.reported_injury_weight
        ) as epdo_points,
        population.mean_resident_count,
        counted.is_reported,
        false as is_partial_period,
        coalesce(population.is_final, false) as is_population_final,
        origin.is_synthetic,
        counted.period_start,
        counted.period_end,
        case
            when counted.is_reported then counted.period_end
            else counted.last_period
        end as data_as_of
    from counted
    cross join weights
    cross join origin
    left join population
        on
            counted.district_code = population.district_code
            and counted.period_type = population.period_type
            and counted.period_start = population.period_start
)

select * from final
