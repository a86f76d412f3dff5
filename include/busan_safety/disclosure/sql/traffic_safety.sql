-- One row per measure, place, period and class. Counts are the sums of the parts (a temporary table
-- that `protect` makes from parts_traffic_accidents.sql). The grid is complete: no accident in a
-- delivered year is zero; the periods of a year that was not delivered are not_reported.
with

classes (class_level, class_code, name_ko, name_en) as (
    values
    ('total', 'total', '전체 사고', 'All accidents'),
    ('type', 'person_vehicle', '차대사람', 'Vehicle and person'),
    ('type', 'vehicles', '차대차', 'Vehicles'),
    ('type', 'single_vehicle', '차량단독', 'One vehicle'),
    ('type', 'unstated', '사고유형 미상', 'Type not stated'),
    ('group', 'pedestrian', '보행자', 'Pedestrian hit'),
    ('group', 'child_victim', '어린이 피해(13세 미만)', 'Other party a child under 13'),
    ('group', 'elderly_victim', '고령자 피해(65세 이상)', 'Other party 65 or over'),
    ('group', 'elderly_driver', '고령운전자(65세 이상)', 'Driver at fault 65 or over'),
    ('group', 'two_wheeler', '이륜차', 'Two-wheeler involved'),
    ('group', 'child_zone', '어린이보호구역', 'In a child protection zone'),
    ('group', 'drunk_driving', '음주운전', 'Drunk driving'),
    ('group', 'night', '야간(20시~6시)', 'At night, 20 to 6 hours')
),

measures (measure, unit) as (
    values ('accident', 'accidents'), ('death', 'persons'), ('injury', 'persons')
),

places as (
    select
        'city' as place_type,
        '26' as place_code,
        '부산광역시' as name_ko,
        'Busan' as name_en
    union all
    select
        'district' as place_type,
        district_code as place_code,
        name_ko,
        name_en
    from marts.dim_district
),

delivered_years as (
    select
        make_date(accident_year, 1, 1) as year,
        bool_or(is_synthetic) as is_synthetic
    from marts.fct_traffic_accidents
    where register = 'police_events'
    group by accident_year
),

delivered_range as (
    select
        min(year) as first_year,
        (max(year) + interval '1 year - 1 day')::date as last_on,
        bool_or(is_synthetic) as is_synthetic
    from delivered_years
),

periods as (
    select
        dim_period.period_type,
        dim_period.period_start,
        dim_period.period_end,
        delivered_years.year is not null as is_reported,
        case when delivered_years.year is not null then dim_period.period_end else delivered_range.last_on end
            as data_as_of,
        delivered_range.is_synthetic
    from delivered_range
    inner join marts.dim_period
        on
            delivered_range.first_year <= dim_period.period_start
            and delivered_range.last_on >= dim_period.period_end
    left join delivered_years
        on date_trunc('year', dim_period.period_start)::date = delivered_years.year
    where dim_period.period_type in ('month', 'quarter', 'year')
),

month_cells as (
    select
        parts.measure,
        place.place_type,
        place.place_code,
        parts.month,
        parts.quarter,
        parts.year,
        class.class_code,
        sum(parts.event_count) as event_count
    from parts_traffic_accidents as parts
    cross join lateral (
        values ('city', '26'), ('district', parts.district_code)
    ) as place (place_type, place_code)
    cross join lateral (
        values
        ('total'),
        (parts.accident_type),
        (parts.pedestrian),
        (parts.child_victim),
        (parts.elderly_victim),
        (parts.elderly_driver),
        (parts.two_wheeler),
        (parts.child_zone),
        (parts.drunk_driving),
        (parts.night)
    ) as class (class_code)
    where class.class_code is not null
    group by 1, 2, 3, 4, 5, 6, 7
),

cells as (
    select
        month_cells.measure,
        month_cells.place_type,
        month_cells.place_code,
        period.period_type,
        period.period_start,
        month_cells.class_code,
        sum(month_cells.event_count) as event_count
    from month_cells
    cross join lateral (
        values
        ('month', month_cells.month),
        ('quarter', month_cells.quarter),
        ('year', month_cells.year)
    ) as period (period_type, period_start)
    group by 1, 2, 3, 4, 5, 6
),

judged as (
    select
        periods.*,
        measures.measure,
        measures.unit,
        places.place_type,
        places.place_code,
        places.name_ko as place_name_ko,
        places.name_en as place_name_en,
        classes.class_level,
        classes.class_code,
        classes.name_ko as class_name_ko,
        classes.name_en as class_name_en,
        coalesce(cells.event_count, 0) as event_count,
        coalesce(
            cells.event_count > 0 and cells.event_count < %(threshold)s::numeric, false
        ) as is_hidden
    from periods
    cross join places
    cross join measures
    cross join classes
    left join cells
        on
            measures.measure = cells.measure
            and places.place_type = cells.place_type
            and places.place_code = cells.place_code
            and periods.period_type = cells.period_type
            and periods.period_start = cells.period_start
            and classes.class_code = cells.class_code
)

insert into disclosed.traffic_safety
select
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
    unit,
    case
        when not is_reported then 'not_reported'
        when is_hidden then 'suppressed'
        else 'observed'
    end as value_status,
    data_as_of,
    is_synthetic
from judged
