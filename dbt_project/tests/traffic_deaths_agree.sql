{{ config(severity='warn') }}

-- The police's events and the file of fatal accidents tell the same deaths of a year, within the
-- tolerance. Registers are compared one by one, never together.
with accidents as (
    select
        register,
        accident_year,
        sum(death_count) as death_count
    from {{ ref('fct_traffic_accidents') }}
    group by register, accident_year
),

fatal_accidents as (
    select
        accident_year,
        sum(death_count) as death_count
    from {{ ref('fct_fatal_accidents') }}
    group by accident_year
)

select
    accidents.register,
    accidents.accident_year,
    accidents.death_count,
    fatal_accidents.death_count as fatal_accident_death_count
from accidents
inner join fatal_accidents
    on accidents.accident_year = fatal_accidents.accident_year
where
    abs(accidents.death_count - fatal_accidents.death_count)
    > {{ var('traffic_death_reconciliation_tolerance') }} * fatal_accidents.death_count
