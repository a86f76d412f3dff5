-- One row per source, measure, place, period and class. Counts are the sums of the parts (temporary
-- tables that `protect` makes from parts_crime_*.sql); the grid is complete, so that no event in a
-- delivered period is zero and a period that was not delivered is not_reported.
with

group_names (class_code, name_ko, name_en) as (
    values
    ('murder', '살인', 'Murder'),
    ('robbery', '강도', 'Robbery'),
    ('sexual_violence', '강간·강제추행', 'Rape and indecent assault'),
    ('theft', '절도', 'Theft'),
    ('violence', '폭력', 'Violence')
),

five_major_classes as (
    select
        'five_major' as class_level,
        'five_major' as class_code,
        '5대범죄' as name_ko,
        'Five major crimes' as name_en
    union all
    select
        'group' as class_level,
        class_code,
        name_ko,
        name_en
    from group_names
),

classes as (
    select
        sources.source,
        sources.place_types,
        five_major_classes.*
    from five_major_classes
    cross join (
        values
        ('incidents', array['city', 'district', 'station']),
        ('region_statistics', array['city', 'district']),
        ('station_statistics', array['city', 'station'])
    ) as sources (source, place_types)
    union all
    select
        'region_statistics' as source,
        array['city', 'district'] as place_types,
        'total' as class_level,
        'total' as class_code,
        '전체 범죄' as name_ko,
        'All crimes' as name_en
    union all
    select
        'region_statistics' as source,
        array['city', 'district'] as place_types,
        'class' as class_level,
        crime_class_code as class_code,
        class_middle as name_ko,
        name_en
    from marts.dim_crime_class
    union all
    -- The only class of the incidents that is none of the five.
    select
        'incidents' as source,
        array['city', 'district', 'station'] as place_types,
        'class' as class_level,
        crime_class_code as class_code,
        class_middle as name_ko,
        name_en
    from marts.dim_crime_class
    where crime_class_code = 'arson'
),

places as (
    select
        'city' as place_type,
        '26' as place_code,
        '부산광역시' as name_ko,
        'Busan' as name_en,
        null::date as valid_from,
        null::date as valid_to
    union all
    select
        'district' as place_type,
        district_code as place_code,
        name_ko,
        name_en,
        null::date as valid_from,
        null::date as valid_to
    from marts.dim_district
    union all
    select
        'station' as place_type,
        station_code as place_code,
        name_ko,
        name_en,
        valid_from,
        valid_to
    from marts.dim_station
),

-- The police deliver incidents by whole months of the whole city.
incident_months as (
    select
        month,
        bool_or(is_synthetic) as is_synthetic
    from marts.fct_crime_incidents
    group by month
),

incident_range as (
    select
        min(month) as first_month,
        max(month) as last_month,
        bool_or(is_synthetic) as is_synthetic
    from incident_months
),

statistic_years as (
    select
        'region_statistics' as source,
        'district' as place_type,
        district_code as place_code,
        make_date(year, 1, 1) as period_start,
        bool_or(is_synthetic) as is_synthetic
    from marts.fct_crimes_by_region
    group by district_code, year
    union all
    select
        'station_statistics' as source,
        'station' as place_type,
        station_code as place_code,
        make_date(year, 1, 1) as period_start,
        bool_or(is_synthetic) as is_synthetic
    from marts.fct_crimes_by_station
    group by station_code, year
),

statistic_ranges as (
    select
        source,
        min(period_start) as first_year,
        max(period_start) as last_year,
        bool_or(is_synthetic) as is_synthetic
    from statistic_years
    group by source
),

periods as (
    select
        'incidents' as source,
        dim_period.period_type,
        dim_period.period_start,
        dim_period.period_end,
        count(incident_months.month)
        = case dim_period.period_type when 'month' then 1 when 'quarter' then 3 else 12 end
            as is_delivered,
        max((incident_months.month + interval '1 month - 1 day')::date) as newest_on,
        (incident_range.last_month + interval '1 month - 1 day')::date as last_on,
        incident_range.is_synthetic
    from incident_range
    inner join marts.dim_period
        on
            incident_range.first_month <= dim_period.period_start
            and incident_range.last_month + interval '1 month - 1 day' >= dim_period.period_end
    left join incident_months
        on incident_months.month between dim_period.period_start and dim_period.period_end
    where dim_period.period_type in ('month', 'quarter', 'year')
    group by
        dim_period.period_type,
        dim_period.period_start,
        dim_period.period_end,
        incident_range.last_month,
        incident_range.is_synthetic
    union all
    select
        statistic_ranges.source,
        dim_period.period_type,
        dim_period.period_start,
        dim_period.period_end,
        true as is_delivered,
        dim_period.period_end as newest_on,
        (statistic_ranges.last_year + interval '1 year - 1 day')::date as last_on,
        statistic_ranges.is_synthetic
    from statistic_ranges
    inner join marts.dim_period
        on
            dim_period.period_type = 'year'
            and dim_period.period_start
            between statistic_ranges.first_year and statistic_ranges.last_year
),

measures (source, measure) as (
    values
    ('incidents', 'recorded'),
    ('incidents', 'cleared'),
    ('region_statistics', 'recorded'),
    ('station_statistics', 'recorded')
),

grid as (
    select
        classes.source,
        measures.measure,
        places.place_type,
        places.place_code,
        places.name_ko as place_name_ko,
        places.name_en as place_name_en,
        periods.period_type,
        periods.period_start,
        periods.period_end,
        classes.class_level,
        classes.class_code,
        classes.name_ko as class_name_ko,
        classes.name_en as class_name_en,
        periods.is_delivered,
        periods.newest_on,
        periods.last_on,
        periods.is_synthetic
    from classes
    inner join measures
        on classes.source = measures.source
    inner join periods
        on classes.source = periods.source
    inner join places
        on
            places.place_type = any(classes.place_types)
            and coalesce(places.valid_from, '-infinity'::date) <= periods.period_end
            and coalesce(places.valid_to, 'infinity'::date) >= periods.period_start
),

-- A place whose year is missing from a statistic is not reported, and neither is the city then.
reported_years as (
    select
        source,
        place_type,
        place_code,
        period_start
    from statistic_years
    union all
    select
        places.source,
        'city' as place_type,
        '26' as place_code,
        places.period_start
    from (
        select distinct
            source,
            place_type,
            place_code,
            period_start
        from grid
        where source <> 'incidents' and place_type <> 'city'
    ) as places
    left join statistic_years
        on
            places.source = statistic_years.source
            and places.place_code = statistic_years.place_code
            and places.period_start = statistic_years.period_start
    group by places.source, places.period_start
    having bool_and(statistic_years.source is not null)
),

cells as (
    select
        'incidents' as source,
        parts.measure,
        place.place_type,
        place.place_code,
        period.period_type,
        period.period_start,
        class.class_level,
        class.class_code,
        sum(parts.event_count) as event_count
    from parts_crime_incidents as parts
    cross join lateral (
        values ('city', '26'), ('district', parts.district_code), ('station', parts.station_code)
    ) as place (place_type, place_code)
    cross join lateral (
        values ('month', parts.month), ('quarter', parts.quarter), ('year', parts.year)
    ) as period (period_type, period_start)
    cross join lateral (
        values
        ('five_major', parts.five_major),
        ('group', parts.crime_group),
        ('class', parts.crime_class)
    ) as class (class_level, class_code)
    group by 2, 3, 4, 5, 6, 7, 8
    union all
    select
        'region_statistics' as source,
        'recorded' as measure,
        place.place_type,
        place.place_code,
        'year' as period_type,
        parts.year as period_start,
        class.class_level,
        class.class_code,
        sum(parts.event_count) as event_count
    from parts_crime_region_statistics as parts
    cross join lateral (
        values ('city', '26'), ('district', parts.district_code)
    ) as place (place_type, place_code)
    cross join lateral (
        values
        ('total', 'total'),
        ('five_major', parts.five_major),
        ('group', parts.crime_group),
        ('class', parts.crime_class)
    ) as class (class_level, class_code)
    group by 3, 4, 6, 7, 8
    union all
    select
        'station_statistics' as source,
        'recorded' as measure,
        place.place_type,
        place.place_code,
        'year' as period_type,
        parts.year as period_start,
        class.class_level,
        class.class_code,
        sum(parts.event_count) as event_count
    from parts_crime_station_statistics as parts
    cross join lateral (
        values ('city', '26'), ('station', parts.station_code)
    ) as place (place_type, place_code)
    cross join lateral (
        values ('five_major', 'five_major'), ('group', parts.crime_group)
    ) as class (class_level, class_code)
    group by 3, 4, 6, 7, 8
),

counted as (
    select
        grid.*,
        coalesce(cells.event_count, 0) as event_count,
        grid.is_delivered and (grid.source = 'incidents' or reported_years.source is not null)
            as is_reported
    from grid
    left join cells
        on
            grid.source = cells.source
            and grid.measure = cells.measure
            and grid.place_type = cells.place_type
            and grid.place_code = cells.place_code
            and grid.period_type = cells.period_type
            and grid.period_start = cells.period_start
            and grid.class_level = cells.class_level
            and grid.class_code = cells.class_code
    left join reported_years
        on
            grid.source = reported_years.source
            and grid.place_type = reported_years.place_type
            and grid.place_code = reported_years.place_code
            and grid.period_start = reported_years.period_start
),

judged as (
    select
        *,
        coalesce(
            event_count > 0 and event_count < %(threshold)s::numeric, false
        ) as is_hidden
    from counted
)

insert into disclosed.crime
select
    source,
    measure,
    place_type,
    place_code,
    place_name_ko,
    place_name_en,
    period_type,
    period_start,
    period_end,
    class_level,
    class_code,
    class_name_ko,
    class_name_en,
    case when is_reported and not is_hidden then event_count end as event_count,
    'crimes' as unit,
    case
        when not is_reported then 'not_reported'
        when is_hidden then 'suppressed'
        else 'observed'
    end as value_status,
    case when is_reported then coalesce(newest_on, last_on) else last_on end as data_as_of,
    is_synthetic
from judged
