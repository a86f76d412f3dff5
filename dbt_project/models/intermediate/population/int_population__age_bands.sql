-- Single years of age of the registered population: its children and elderly people. The other
-- form's ten-year bands of residents cannot be cut at 18 or 65 and are another population.
with ages as (
    select * from {{ ref('stg_city__population_by_age') }}
    where
        basis = 'registered_1_year'
        and sex = '계'
        and age_from is not null
        and admin_code like '26___00000'
        and admin_code <> '2600000000'
),

final as (
    select
        left(admin_code, 5) as district_code,
        month,
        sum(person_count) filter (where age_from <= 17) as child_count,
        sum(person_count) filter (where age_from >= 65) as elderly_count
    from ages
    group by left(admin_code, 5), month
)

select * from final
