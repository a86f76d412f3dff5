-- Every row that the loader counted in the current files of recorded crimes is in the fact, in
-- the month of its file, and nothing else is.
with slices as (
    select * from {{ ref('stg_platform__batch_slices') }}
    where source_id = 'police_crime_incidents' and not is_superseded
),

batches as (
    select * from {{ ref('stg_platform__batches') }}
),

loaded as (
    select
        (slices.slice_key || '-01')::date as month,
        sum(batches.loaded_row_count) as loaded_count
    from slices
    inner join batches
        on slices.batch_id = batches.batch_id
    group by slices.slice_key
),

held as (
    select
        month,
        count(*) as held_count
    from {{ ref('fct_crime_incidents') }}
    group by month
)

select
    loaded.loaded_count,
    held.held_count,
    coalesce(loaded.month, held.month) as month
from loaded
full outer join held
    on loaded.month = held.month
where coalesce(loaded.loaded_count, 0) <> coalesce(held.held_count, 0)
