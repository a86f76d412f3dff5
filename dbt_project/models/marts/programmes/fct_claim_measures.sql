-- Counts that published claims speak of and that no indicator holds. A claim names its measure.
with crimes_by_region as (
    select * from {{ ref('fct_crimes_by_region') }}
),

crimes_by_station as (
    select * from {{ ref('fct_crimes_by_station') }}
),

fatal_accidents as (
    select * from {{ ref('fct_fatal_accidents') }}
),

stations as (
    select * from {{ ref('dim_station') }}
),

budget_lines as (
    select * from {{ ref('stg_city__budget_lines') }}
    where not is_total
),

batches as (
    select * from {{ ref('stg_platform__batches') }}
),

years as (
    select
        extract(year from period_start)::smallint as year,
        period_start,
        period_end
    from {{ ref('dim_period') }}
    where period_type = 'year'
),

newest_budgets as (
    select
        fiscal_year,
        max(as_of_date) as as_of_date
    from budget_lines
    group by fiscal_year
),

measured as (
    select
        'recorded_crime_count' as measure_id,
        case when grouping(crime_group) = 1 then 'all' else crime_group end as subgroup,
        case when grouping(district_code) = 1 then 'city' else 'district' end as place_type,
        case when grouping(district_code) = 1 then '26' else district_code end as place_code,
        year,
        sum(incident_count)::numeric as measured_value,
        bool_or(is_synthetic) as is_synthetic
    from crimes_by_region
    group by
        grouping sets (
            (year), (year, district_code), (year, crime_group), (year, district_code, crime_group)
        )
    having grouping(crime_group) = 1 or crime_group is not null
    union all
    select
        'station_crime_count' as measure_id,
        case when grouping(crime_group) = 1 then 'all' else crime_group end as subgroup,
        case when grouping(station_code) = 1 then 'city' else 'station' end as place_type,
        case when grouping(station_code) = 1 then '26' else station_code end as place_code,
        year,
        sum(incident_count)::numeric as measured_value,
        bool_or(is_synthetic) as is_synthetic
    from crimes_by_station
    group by
        grouping sets (
            (year), (year, station_code), (year, crime_group), (year, station_code, crime_group)
        )
    union all
    select
        'fatal_accident_count' as measure_id,
        'all' as subgroup,
        'city' as place_type,
        '26' as place_code,
        accident_year as year,
        count(*)::numeric as measured_value,
        bool_or(is_synthetic) as is_synthetic
    from fatal_accidents
    group by accident_year
    union all
    select
        'planned_budget_won' as measure_id,
        case
            when grouping(budget_lines.programme_code) = 0 then budget_lines.programme_code
            when grouping(budget_lines.fund) = 0 then budget_lines.fund
            else 'all'
        end as subgroup,
        'city' as place_type,
        '26' as place_code,
        budget_lines.fiscal_year as year,
        sum(budget_lines.planned_won)::numeric as measured_value,
        bool_or(batches.is_synthetic) as is_synthetic
    from budget_lines
    inner join newest_budgets
        on
            budget_lines.fiscal_year = newest_budgets.fiscal_year
            and budget_lines.as_of_date = newest_budgets.as_of_date
    inner join batches
        on budget_lines.batch_id = batches.batch_id
    group by
        grouping sets (
            (budget_lines.fiscal_year),
            (budget_lines.fiscal_year, budget_lines.fund),
            (budget_lines.fiscal_year, budget_lines.programme_code)
        )
    union all
    select
        'police_station_count' as measure_id,
        'all' as subgroup,
        'city' as place_type,
        '26' as place_code,
        years.year,
        count(*)::numeric as measured_value,
        false as is_synthetic
    from years
    inner join stations
        on
            coalesce(stations.valid_from, years.period_end) <= years.period_end
            and coalesce(stations.valid_to, years.period_end) >= years.period_end
    group by years.year
),

final as (
    select
        measured.measure_id,
        measured.subgroup,
        measured.place_type,
        measured.place_code,
        'year' as period_type,
        measured.measured_value,
        measured.is_synthetic,
        years.period_start,
        years.period_end
    from measured
    inner join years
        on measured.year = years.year
)

select * from final
