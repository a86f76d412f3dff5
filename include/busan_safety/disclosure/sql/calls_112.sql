-- One row per place, period, code and class of call: codes by groups everywhere, single event
-- classes without code for the city and its districts. Counts are the sums of the parts (a
-- temporary table that `protect` makes from parts_calls_112.sql). The grid is complete: no call in
-- a delivered period is zero, a period without any delivered day is not_reported, one with days
-- missing is provisional.
with

classes as (
    select
        'total' as class_level,
        'total' as class_code,
        '전체 신고' as name_ko,
        'All calls' as name_en
    union all
    select
        'group' as class_level,
        class_code,
        name_ko,
        name_en
    from (
        values
        ('serious_crime', '중요범죄', 'Serious crime'),
        ('other_crime', '그 밖의 범죄', 'Other crime'),
        ('public_order', '질서유지', 'Public order'),
        ('traffic', '교통', 'Traffic'),
        ('assistance', '그 밖의 경찰업무', 'Assistance'),
        ('other', '기타', 'Other')
    ) as group_names (class_code, name_ko, name_en)
    union all
    select
        'class' as class_level,
        event_class_code::text as class_code,
        name_ko,
        name_en
    from marts.dim_event_class_112
),

-- The codes of the 112 system; a call always has one of them.
priorities (priority_code) as (
    values ('all'), ('C0'), ('C1'), ('C2'), ('C3'), ('C4')
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

-- The police deliver whole days of the whole city: a day with any call is a delivered day.
delivered_months as (
    select
        month,
        count(distinct call_date) as delivered_day_count,
        max(call_date) as newest_on,
        bool_or(is_synthetic) as is_synthetic
    from marts.fct_112_calls_daily
    group by month
),

delivered_range as (
    select
        min(month) as first_month,
        max(month) as last_month,
        max(newest_on) as newest_on,
        bool_or(is_synthetic) as is_synthetic
    from delivered_months
),

periods as (
    select
        dim_period.period_type,
        dim_period.period_start,
        dim_period.period_end,
        count(delivered_months.month)
        = case dim_period.period_type when 'month' then 1 when 'quarter' then 3 else 12 end
            as is_reported,
        coalesce(sum(delivered_months.delivered_day_count), 0)
        < dim_period.period_end - dim_period.period_start + 1 as is_partial,
        coalesce(max(delivered_months.newest_on), delivered_range.newest_on) as newest_on,
        delivered_range.is_synthetic
    from delivered_range
    inner join marts.dim_period
        on
            delivered_range.first_month <= dim_period.period_start
            and delivered_range.last_month + interval '1 month - 1 day' >= dim_period.period_end
    left join delivered_months
        on delivered_months.month between dim_period.period_start and dim_period.period_end
    where dim_period.period_type in ('month', 'quarter', 'year')
    group by
        dim_period.period_type,
        dim_period.period_start,
        dim_period.period_end,
        delivered_range.newest_on,
        delivered_range.is_synthetic
),

month_cells as (
    select
        place.place_type,
        place.place_code,
        parts.month,
        parts.quarter,
        parts.year,
        class.priority_code,
        class.class_level,
        class.class_code,
        sum(parts.event_count) as event_count
    from parts_calls_112 as parts
    cross join lateral (
        values ('city', '26'), ('district', parts.district_code), ('station', parts.station_code)
    ) as place (place_type, place_code)
    cross join lateral (
        values
        ('all', 'total', 'total'),
        ('all', 'group', parts.event_group),
        (parts.priority_code, 'total', 'total'),
        (parts.priority_code, 'group', parts.event_group),
        ('all', 'class', parts.event_class)
    ) as class (priority_code, class_level, class_code)
    where class.class_level <> 'class' or place.place_type <> 'station'
    group by 1, 2, 3, 4, 5, 6, 7, 8
),

cells as (
    select
        month_cells.place_type,
        month_cells.place_code,
        period.period_type,
        period.period_start,
        month_cells.priority_code,
        month_cells.class_level,
        month_cells.class_code,
        sum(month_cells.event_count) as event_count
    from month_cells
    cross join lateral (
        values
        ('month', month_cells.month),
        ('quarter', month_cells.quarter),
        ('year', month_cells.year)
    ) as period (period_type, period_start)
    group by 1, 2, 3, 4, 5, 6, 7
),

judged as (
    select
        places.place_type,
        places.place_code,
        places.name_ko as place_name_ko,
        places.name_en as place_name_en,
        periods.period_type,
        periods.period_start,
        periods.period_end,
        priorities.priority_code,
        classes.class_level,
        classes.class_code,
        classes.name_ko as class_name_ko,
        classes.name_en as class_name_en,
        coalesce(cells.event_count, 0) as event_count,
        coalesce(
            cells.event_count > 0 and cells.event_count < %(threshold)s::numeric, false
        ) as is_hidden,
        periods.is_reported,
        periods.is_partial,
        periods.newest_on,
        periods.is_synthetic
    from periods
    inner join places
        on
            coalesce(places.valid_from, '-infinity'::date) <= periods.period_end
            and coalesce(places.valid_to, 'infinity'::date) >= periods.period_start
    cross join priorities
    inner join classes
        on
            classes.class_level <> 'class'
            or (priorities.priority_code = 'all' and places.place_type <> 'station')
    left join cells
        on
            places.place_type = cells.place_type
            and places.place_code = cells.place_code
            and periods.period_type = cells.period_type
            and periods.period_start = cells.period_start
            and priorities.priority_code = cells.priority_code
            and classes.class_level = cells.class_level
            and classes.class_code = cells.class_code
)

insert into disclosed.calls_112
select
    place_type,
    place_code,
    place_name_ko,
    place_name_en,
    period_type,
    period_start,
    period_end,
    priority_code,
    class_level,
    class_code,
    class_name_ko,
    class_name_en,
    case when is_reported and not is_hidden then event_count end as event_count,
    'calls' as unit,
    case
        when not is_reported then 'not_reported'
        when is_hidden then 'suppressed'
        when is_partial then 'provisional'
        else 'observed'
    end as value_status,
    newest_on as data_as_of,
    is_synthetic
from judged
