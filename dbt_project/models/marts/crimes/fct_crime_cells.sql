{{ config(schema='marts_restricted') }}

with incidents as (
    select * from {{ ref('int_crime_incidents__located') }}
    where is_five_major and h3_cell is not null
),

counted as (
    select
        h3_cell,
        date_trunc('year', month)::date as year_start,
        count(*) as five_major_count,
        bool_or(is_synthetic) as is_synthetic
    from incidents
    group by h3_cell, date_trunc('year', month)
),

ranked as (
    select
        *,
        -- Cells as bad as the last one of the decile share its rank and belong to it.
        rank() over (partition by year_start order by five_major_count desc) as crime_rank,
        count(*) over (partition by year_start) as cell_count
    from counted
),

final as (
    select
        h3_cell,
        year_start,
        five_major_count,
        crime_rank,
        cell_count,
        crime_rank <= ceil(cell_count / 10.0) as is_priority,
        is_synthetic
    from ranked
)

select * from final
