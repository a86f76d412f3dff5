-- Which primary schools had no child safety keeper in the newest quarter, and how much prevention
-- did they get in the year before its end? Look out: the list of schools is today's, keepers work
-- from March to December, and a session of several schools names none of them.
with latest as (
    select max(date_trunc('quarter', month))::date as quarter_start
    from marts.fct_child_keeper_school_months
),

covered as (
    select distinct months.school_id
    from marts.fct_child_keeper_school_months as months
    inner join latest
        on date_trunc('quarter', months.month) = latest.quarter_start
    where months.active_day_count > 0
),

sessions as (
    select
        sessions.school_id,
        count(*) as session_count
    from marts.fct_prevention_sessions as sessions
    cross join latest
    where
        sessions.held_on >= latest.quarter_start - interval '9 months'
        and sessions.held_on < latest.quarter_start + interval '3 months'
    group by sessions.school_id
)

select
    districts.name_ko as district_name,
    schools.school_name,
    latest.quarter_start,
    coalesce(sessions.session_count, 0) as session_count
from marts.fct_schools as schools
cross join latest
inner join marts.dim_district as districts
    on schools.district_code = districts.district_code
left join covered
    on schools.school_id = covered.school_id
left join sessions
    on schools.school_id = sessions.school_id
where
    schools.school_level = '초등학교'
    and covered.school_id is null
order by districts.name_ko, schools.school_name
