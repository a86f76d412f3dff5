-- One row per measure, school level, place and period. Where a measure counts people, a count or
-- a base from 1 to threshold - 1 hides the row's count, base and rate. Rates are made here, from
-- counts that were protected before. The city is the sum of the districts, or not reported while
-- one of them is not.
with

measures (measure_id, measure_name_ko, measure_name_en, unit, scale, is_about_people) as (
    values
    ('violence_victims', '학교폭력 피해응답', 'Pupils who report violence', '%%', 100, true),
    ('violence_reports', '학교폭력 신고', 'Reports of school violence', null, null, true),
    ('violence_deliberated', '학교폭력 심의', 'Cases of violence deliberated', null, null, true),
    ('keeper_schools', '지킴이 배치 초등학교', 'Primary schools with a keeper', '%%', 100, false),
    ('keepers', '활동한 아동안전지킴이', 'Child safety keepers on duty', null, null, true),
    ('keeper_hours', '지킴이 활동시간', 'Hours of keepers', 'hours per keeper', 1, true),
    ('keeper_actions', '지킴이 조치', 'Actions of keepers', null, null, true),
    (
        'zone_child_accidents', '어린이보호구역 어린이 사고',
        'Accidents of children in child zones', 'per 100 zones', 100, true
    ),
    ('child_zones', '어린이보호구역', 'Child protection zones', null, null, false),
    ('camera_zones', '무인카메라가 있는 어린이보호구역', 'Child zones with a camera', '%%', 100, false)
),

surveys as (
    select
        halves.place_code as district_code,
        halves.period_start,
        halves.period_end,
        halves.subgroup as school_level,
        halves.respondent_count,
        halves.victim_count,
        violence.report_count,
        violence.deliberated_count,
        halves.is_reported,
        halves.is_synthetic,
        halves.data_as_of
    from marts.fct_measures_school_violence as halves
    left join marts.fct_school_violence as violence
        on
            halves.place_code = violence.district_code
            and halves.period_start = violence.half_start
            and halves.subgroup = case violence.school_level
                when '초등학교' then 'elementary'
                when '중학교' then 'middle'
                when '고등학교' then 'high'
            end
    where halves.subgroup <> 'all'
),

-- All levels together, if every level is known.
levels as (
    select * from surveys
    union all
    select
        district_code,
        period_start,
        period_end,
        'all' as school_level,
        sum(respondent_count) as respondent_count,
        sum(victim_count) as victim_count,
        sum(report_count) as report_count,
        sum(deliberated_count) as deliberated_count,
        bool_and(is_reported) as is_reported,
        bool_or(is_synthetic) as is_synthetic,
        max(data_as_of) as data_as_of
    from surveys
    group by district_code, period_start, period_end
),

zones as (
    select
        district_code,
        count(*) as zone_count,
        count(*) filter (where has_cctv) as camera_zone_count,
        count(has_cctv) as known_zone_count,
        max(reference_date) as reference_date
    from marts.fct_child_zones
    group by district_code
),

register as (
    select
        max(reference_date) as newest_date,
        bool_or(is_synthetic) as is_synthetic
    from marts.fct_child_zones
    having count(*) > 0
),

counts as (
    select
        counted.measure_id,
        levels.school_level,
        levels.district_code,
        'half' as period_type,
        levels.period_start,
        levels.period_end,
        counted.count_value,
        counted.base_count,
        levels.is_reported,
        false as is_partial,
        levels.data_as_of,
        levels.is_synthetic
    from levels
    cross join
        lateral (
            values
            ('violence_victims', levels.victim_count::numeric, levels.respondent_count::numeric),
            ('violence_reports', levels.report_count, null),
            ('violence_deliberated', levels.deliberated_count, null)
        ) as counted (measure_id, count_value, base_count)
    union all
    select
        'keeper_schools' as measure_id,
        'elementary' as school_level,
        place_code as district_code,
        period_type,
        period_start,
        period_end,
        covered_school_count as count_value,
        primary_school_count as base_count,
        is_reported,
        is_partial_period as is_partial,
        data_as_of,
        is_synthetic
    from marts.fct_measures_child_keepers
    union all
    select
        counted.measure_id,
        'all' as school_level,
        months.district_code,
        'month' as period_type,
        months.month as period_start,
        (months.month + interval '1 month - 1 day')::date as period_end,
        counted.count_value,
        counted.base_count,
        months.is_reported,
        false as is_partial,
        months.data_as_of,
        months.is_synthetic
    from marts.fct_child_keeper_district_months as months
    cross join
        lateral (
            values
            ('keepers', months.keeper_count::numeric, null::numeric),
            ('keeper_hours', months.active_hours, months.keeper_count),
            ('keeper_actions', months.action_count, null)
        ) as counted (measure_id, count_value, base_count)
    union all
    select
        'zone_child_accidents' as measure_id,
        'all' as school_level,
        place_code as district_code,
        period_type,
        period_start,
        period_end,
        school_zone_child_accident_count as count_value,
        child_zone_count as base_count,
        is_reported,
        is_partial_period as is_partial,
        data_as_of,
        is_synthetic
    from marts.fct_measures_traffic_statistics
    union all
    select
        counted.measure_id,
        'all' as school_level,
        districts.district_code,
        'snapshot' as period_type,
        register.newest_date as period_start,
        register.newest_date as period_end,
        counted.count_value,
        counted.base_count,
        zones.district_code is not null as is_reported,
        false as is_partial,
        coalesce(zones.reference_date, register.newest_date) as data_as_of,
        register.is_synthetic
    from marts.dim_district as districts
    cross join register
    left join zones
        on districts.district_code = zones.district_code
    cross join
        lateral (
            values
            ('child_zones', zones.zone_count::numeric, null::numeric),
            ('camera_zones', zones.camera_zone_count, zones.known_zone_count)
        ) as counted (measure_id, count_value, base_count)
),

places as (
    select
        'district' as place_type,
        district_code as place_code,
        *
    from counts
    union all
    select
        'city' as place_type,
        '26' as place_code,
        measure_id,
        school_level,
        null as district_code,
        period_type,
        period_start,
        period_end,
        sum(count_value) as count_value,
        sum(base_count) as base_count,
        bool_and(is_reported and count_value is not null) as is_reported,
        bool_or(is_partial) as is_partial,
        max(data_as_of) as data_as_of,
        bool_or(is_synthetic) as is_synthetic
    from counts
    group by measure_id, school_level, period_type, period_start, period_end
),

judged as (
    select
        places.*,
        measures.measure_name_ko,
        measures.measure_name_en,
        measures.unit,
        measures.scale,
        places.is_reported and places.count_value is not null as is_known,
        measures.is_about_people
        and places.measure_id <> 'keeper_hours'
        and places.count_value > 0
        and places.count_value < %(threshold)s::numeric as is_count_small,
        -- A base of zones or schools is no count of people.
        places.measure_id in ('violence_victims', 'keeper_hours')
        and places.base_count > 0
        and places.base_count < %(threshold)s::numeric as is_base_small
    from places
    inner join measures
        on places.measure_id = measures.measure_id
),

decided as (
    select
        *,
        is_known and coalesce(is_count_small or is_base_small, false) as is_hidden
    from judged
)

insert into disclosed.schools_child_safety
select
    decided.measure_id,
    decided.measure_name_ko,
    decided.measure_name_en,
    decided.school_level,
    decided.place_type,
    decided.place_code,
    coalesce(districts.name_ko, '부산광역시') as place_name_ko,
    coalesce(districts.name_en, 'Busan') as place_name_en,
    decided.period_type,
    decided.period_start,
    decided.period_end,
    case when decided.is_known and not decided.is_hidden then decided.count_value end as count_value,
    case when decided.is_known and not decided.is_hidden then decided.base_count end as base_count,
    case
        when decided.is_known and not decided.is_hidden
            then round(decided.count_value * decided.scale / nullif(decided.base_count, 0), 4)
    end as rate,
    decided.unit as rate_unit,
    case
        when not decided.is_known then 'not_reported'
        when decided.is_hidden then 'suppressed'
        when decided.is_partial then 'provisional'
        else 'observed'
    end as value_status,
    decided.data_as_of,
    decided.is_synthetic
from decided
left join marts.dim_district as districts
    on decided.district_code = districts.district_code
