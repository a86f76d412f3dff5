-- One row per measure, half-year, district and school level that is known, zeros too. `respondents`
-- are the base of `violence_victims`: a second count of its rows. Totals that are not published are
-- empty: all levels of a district that lacks one, the city where a district is unknown.
with

surveys as (
    select
        halves.place_code as district_code,
        halves.period_start,
        halves.subgroup as school_level,
        halves.is_reported,
        halves.respondent_count,
        halves.victim_count,
        violence.report_count,
        violence.deliberated_count
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

counts as (
    select
        counted.measure,
        surveys.district_code,
        surveys.period_start,
        surveys.school_level,
        counted.event_count,
        surveys.is_reported and counted.event_count is not null as is_known,
        bool_and(surveys.is_reported) over districts and count(counted.event_count) over districts > 0
            as has_all_levels
    from surveys
    cross join lateral (
        values
        ('violence_victims', surveys.victim_count),
        ('respondents', surveys.respondent_count),
        ('violence_reports', surveys.report_count::bigint),
        ('violence_deliberated', surveys.deliberated_count::bigint)
    ) as counted (measure, event_count)
    window
        districts as (
            partition by counted.measure, surveys.period_start, surveys.district_code
        )
),

totals as (
    select
        *,
        bool_and(is_known) over (partition by measure, period_start, school_level) as has_city,
        bool_and(has_all_levels) over (partition by measure, period_start) as has_whole_city
    from counts
)

select
    case when measure <> 'respondents' then measure end as measure_id,
    case when measure = 'respondents' then 'violence_victims' end as asked_for,
    district_code,
    period_start,
    school_level,
    case when has_all_levels then 'all' end as all_levels,
    case when has_city then '26' end as city_code,
    case when has_whole_city then '26' end as whole_city_code,
    event_count
from totals
where is_known
