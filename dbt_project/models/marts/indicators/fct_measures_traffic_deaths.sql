with accidents as (
    select * from {{ ref('fct_fatal_accidents') }}
),

dim_district as (
    select * from {{ ref('dim_district') }}
),

dim_period as (
    select * from {{ ref('dim_period') }}
    where period_type = 'year'
),

population as (
    select * from {{ ref('int_population__averaged') }}
    where period_type = 'year'
),

-- One national file a year: when Busan has any accident in it, the year is delivered whole.
delivered_years as (
    select distinct make_date(accident_year, 1, 1) as period_start
    from accidents
),

delivered_range as (
    select
        min(period_start) as first_year,
        max(period_start) as last_year
    from delivered_years
),

origin as (
    select coalesce(bool_or(is_synthetic), false) as is_synthetic from accidents
),

district_years as (
    select
        district_code,
        make_date(accident_year, 1, 1) as period_start,
        sum(death_count) as death_count
    from accidents
    group by district_code, accident_year
),

final as (
    select
        'district' as place_type,
        dim_district.district_code as place_code,
        'year' as period_type,
        case
            when delivered_years.period_start is not null
                then coalesce(district_years.death_count, 0)
        end as death_count,
        population.mean_resident_count,
        delivered_years.period_start is not null as is_reported,
        false as is_partial_period,
        coalesce(population.is_final, false) as is_population_final,
        origin.is_synthetic,
        dim_period.period_start,
        dim_period.period_end,
        case
            when delivered_years.period_start is not null then dim_period.period_end
            else (delivered_range.last_year + interval '1 year - 1 day')::date
        end as data_as_of
    from delivered_range
    inner join dim_period
        on dim_period.period_start between delivered_range.first_year and delivered_range.last_year
    cross join dim_district
    cross join origin
    left join delivered_years
        on dim_period.period_start = delivered_years.period_start
    left join district_years
        on
            dim_district.district_code = district_years.district_code
            and dim_period.period_start = district_years.period_start
    left join population
        on
            dim_district.district_code = population.district_code
            and dim_period.period_start = population.period_start
)

select * from final
