-- Do the police's log and the districts' logs tell the same joint volunteer patrols? Look out:
-- both describe the same work and are never added; not every district marks which patrols were
-- joint (is_joint empty), and a district's log ends with its newest patrol.
with police as (
    select
        district_code,
        date_trunc('quarter', patrolled_on)::date as quarter_start,
        count(*) as police_patrol_count,
        round(sum(patrol_minutes) / 60.0, 1) as police_hours
    from marts.fct_patrols
    where patrol_kind = 'volunteer'
    group by district_code, date_trunc('quarter', patrolled_on)
),

districts as (
    select
        district_code,
        date_trunc('quarter', patrolled_on)::date as quarter_start,
        count(*) filter (where is_joint) as district_joint_count,
        count(*) filter (where is_joint is null) as district_unknown_count,
        round(sum(patrol_minutes) filter (where is_joint) / 60.0, 1) as district_joint_hours
    from marts.fct_volunteer_patrols
    group by district_code, date_trunc('quarter', patrolled_on)
)

select
    names.name_ko,
    coalesce(police.quarter_start, districts.quarter_start) as quarter_start,
    police.police_patrol_count,
    districts.district_joint_count,
    districts.district_unknown_count,
    police.police_hours,
    districts.district_joint_hours
from police
full join districts
    on
        police.district_code = districts.district_code
        and police.quarter_start = districts.quarter_start
inner join marts.dim_district as names
    on coalesce(police.district_code, districts.district_code) = names.district_code
order by quarter_start, names.name_ko
