{{ config(severity='warn') }}

-- The station file and the regional file of one year tell the same city total of five major
-- crimes, within the tolerance: they are counted at different dates, so only the city is compared.
with station_totals as (
    select
        year,
        sum(incident_count) as station_count
    from {{ ref('fct_crimes_by_station') }}
    group by year
),

region_totals as (
    select
        year,
        sum(incident_count) as region_count
    from {{ ref('fct_crimes_by_region') }}
    where is_five_major
    group by year
)

select
    station_totals.year,
    station_totals.station_count,
    region_totals.region_count
from station_totals
inner join region_totals
    on station_totals.year = region_totals.year
where
    abs(station_totals.station_count - region_totals.region_count)
    > {{ var('crime_reconciliation_tolerance') }} * region_totals.region_count
