with region_crimes as (
    select * from {{ ref('fct_crimes_by_region') }}
),

station_crimes as (
    select * from {{ ref('fct_crimes_by_station') }}
),

population as (
    select * from {{ ref('int_population__averaged') }}
    where period_type = 'year'
),

matched_districts as (
    select * from {{ ref('int_stations__matched_to_districts') }}
),

dim_period as (
    select * from {{ ref('dim_period') }}
    where period_type = 'year'
),

-- The groups of the two files are the same five; only the places differ.
crimes as (
    select
        'district' as place_type,
        district_code as place_code,
        year,
        crime_group,
        incident_count,
        is_synthetic
    from region_crimes
    where is_five_major
    union all
    select
        'station' as place_type,
        station_code as place_code,
        year,
        crime_group,
        incident_count,
        is_synthetic
    from station_crimes
),

place_years as (
    select
        place_type,
        place_code,
        year,
        sum(incident_count) as five_major_count,
        sum(incident_count) filter (where crime_group <> 'theft') as violent_count,
        sum(incident_count) filter (where crime_group = 'theft') as theft_count
    from crimes
    group by place_type, place_code, year
),

delivered_range as (
    select
        place_type,
        make_date(min(year), 1, 1) as first_year,
        make_date(max(year), 1, 1) as last_year,
        bool_or(is_synthetic) as is_synthetic
    from crimes
    group by place_type
),

places as (
    {{ places_in_time(['district', 'station']) }}
),

place_populations as (
    select
        'district' as place_type,
        district_code as place_code,
        period_start,
        mean_resident_count,
        is_final
    from population
    union all
    select
        'station' as place_type,
        matched_districts.station_code as place_code,
        population.period_start,
        sum(population.mean_resident_count) as mean_resident_count,
        bool_and(population.is_final) as is_final
    from matched_districts
    inner join population
        on
            matched_districts.district_code = population.district_code
            and make_date(matched_districts.year, 1, 1) = population.period_start
    group by matched_districts.station_code, population.period_start
),

matched_stations as (
    select distinct
        station_code,
        make_date(year, 1, 1) as period_start
    from matched_districts
),

final as (
    select
        places.place_type,
        places.place_code,
        'year' as period_type,
        place_years.five_major_count,
        place_years.violent_count,
        place_years.theft_count,
        place_populations.mean_resident_count,
        place_years.year is not null as is_reported,
        places.place_type = 'district'
        or matched_stations.station_code is not null as has_resident_basis,
        false as is_partial_period,
        coalesce(place_populations.is_final, false) as is_population_final,
        delivered_range.is_synthetic,
        dim_period.period_start,
        dim_period.period_end,
        case
            when place_years.year is not null then dim_period.period_end
            else (delivered_range.last_year + interval '1 year - 1 day')::date
        end as data_as_of
    from delivered_range
    inner join dim_period
        on dim_period.period_start between delivered_range.first_year and delivered_range.last_year
    inner join places
        on
            delivered_range.place_type = places.place_type
            and coalesce(places.valid_from, '-infinity'::date) <= dim_period.period_end
            and coalesce(places.valid_to, 'infinity'::date) >= dim_period.period_start
    left join place_years
        on
            places.place_type = place_years.place_type
            and places.place_code = place_years.place_code
            and extract(year from dim_period.period_start) = place_years.year
    left join place_populations
        on
            places.place_type = place_populations.place_type
            and places.place_code = place_populations.place_code
            and dim_period.period_start = place_populations.period_start
    left join matched_stations
        on
            places.place_type = 'station'
            and places.place_code = matched_stations.station_code
            and dim_period.period_start = matched_stations.period_start
)

select * from final
