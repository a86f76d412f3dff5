-- One row per measure, place, period and kind. Counts are the sums of the parts (a temporary table
-- that `protect` makes from parts_relational_reports.sql). The grid is complete: no report in a
-- delivered period is zero; a period that was not delivered is not_reported, and so are
-- re-reports where the 90 days before were not delivered.
with

kinds (kind, name_ko, name_en) as (
    values
    ('all', '전체', 'All kinds'),
    ('domestic_violence', '가정폭력', 'Domestic violence'),
    ('dating_violence', '교제폭력', 'Dating violence'),
    ('stalking', '스토킹', 'Stalking'),
    ('child_abuse', '아동학대', 'Child abuse'),
    ('elder_abuse', '노인학대', 'Elder abuse')
),

measures (measure) as (
    values ('reported'), ('accepted'), ('protected'), ('rereported')
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

delivered_range as (
    select
        min(month) as first_month,
        max(month) as last_month,
        (max(month) + interval '1 month - 1 day')::date as last_on,
        bool_or(is_synthetic) as is_synthetic
    from marts.fct_relational_cases_monthly
),

-- The periods of which the parts tell something, by measure.
told as (
    select distinct
        period.is_followed,
        period.period_type,
        period.period_start
    from parts_relational_reports as parts
    cross join lateral (
        values
        (false, 'month', parts.month),
        (false, 'quarter', parts.quarter),
        (false, 'year', parts.year),
        (true, 'month', parts.followed_month),
        (true, 'quarter', parts.followed_quarter),
        (true, 'year', parts.followed_year)
    ) as period (is_followed, period_type, period_start)
),

periods as (
    select
        measures.measure,
        dim_period.period_type,
        dim_period.period_start,
        dim_period.period_end,
        told.period_start is not null as is_reported,
        case when told.period_start is not null then dim_period.period_end else delivered_range.last_on end
            as data_as_of,
        delivered_range.is_synthetic
    from delivered_range
    inner join marts.dim_period
        on
            delivered_range.first_month <= dim_period.period_start
            and delivered_range.last_on >= dim_period.period_end
    cross join measures
    left join told
        on
            (measures.measure = 'rereported') = told.is_followed
            and dim_period.period_type = told.period_type
            and dim_period.period_start = told.period_start
    where dim_period.period_type in ('month', 'quarter', 'year')
),

cells as (
    select
        measure.measure,
        place.place_type,
        place.place_code,
        period.period_type,
        period.period_start,
        kind.kind,
        sum(parts.event_count) as event_count
    from parts_relational_reports as parts
    cross join lateral (
        values
        ('reported'), (parts.accepted), (parts.protected), (parts.rereported)
    ) as measure (measure)
    cross join lateral (
        values ('city', '26'), ('district', parts.district_code), ('station', parts.station_code)
    ) as place (place_type, place_code)
    cross join lateral (
        values ('month', parts.month), ('quarter', parts.quarter), ('year', parts.year)
    ) as period (period_type, period_start)
    cross join lateral (values ('all'), (parts.kind)) as kind (kind)
    group by 1, 2, 3, 4, 5, 6
),

judged as (
    select
        periods.*,
        places.place_type,
        places.place_code,
        places.name_ko as place_name_ko,
        places.name_en as place_name_en,
        kinds.kind,
        kinds.name_ko as kind_name_ko,
        kinds.name_en as kind_name_en,
        coalesce(cells.event_count, 0) as event_count,
        coalesce(
            cells.event_count > 0 and cells.event_count < %(threshold)s::numeric, false
        ) as is_hidden
    from periods
    inner join places
        on
            coalesce(places.valid_from, '-infinity'::date) <= periods.period_end
            and coalesce(places.valid_to, 'infinity'::date) >= periods.period_start
    cross join kinds
    left join cells
        on
            periods.measure = cells.measure
            and places.place_type = cells.place_type
            and places.place_code = cells.place_code
            and periods.period_type = cells.period_type
            and periods.period_start = cells.period_start
            and kinds.kind = cells.kind
)

insert into disclosed.relational_crime
select
    measure,
    place_type,
    place_code,
    place_name_ko,
    place_name_en,
    period_type,
    period_start,
    period_end,
    kind,
    kind_name_ko,
    kind_name_en,
    case when is_reported and not is_hidden then event_count end as event_count,
    'reports' as unit,
    case
        when not is_reported then 'not_reported'
        when is_hidden then 'suppressed'
        else 'observed'
    end as value_status,
    data_as_of,
    is_synthetic
from judged
