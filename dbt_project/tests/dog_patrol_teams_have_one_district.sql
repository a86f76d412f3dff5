{{ config(severity='warn') }}

-- The city's teams are the sum of the districts' teams: true as long as no team walks in two
-- districts in one month.
with patrols as (
    select * from {{ ref('stg_police__patrols') }}
    where patrol_kind = 'dog'
),

city_months as (
    select
        date_trunc('month', patrolled_on)::date as month,
        count(distinct team_id) as city_team_count
    from patrols
    group by date_trunc('month', patrolled_on)
),

district_months as (
    select
        period_start as month,
        sum(team_count) as district_team_sum
    from {{ ref('fct_measures_dog_patrols') }}
    group by period_start
)

select
    city_months.month,
    city_months.city_team_count,
    district_months.district_team_sum
from city_months
left join district_months
    on city_months.month = district_months.month
where city_months.city_team_count is distinct from district_months.district_team_sum
