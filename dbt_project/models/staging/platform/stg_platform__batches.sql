with batches as (
    select * from {{ source('ops', 'batch') }}
),

final as (
    select
        batch_id,
        source_id,
        scope_key,
        rows_loaded as loaded_row_count,
        is_synthetic,
        reference_date,
        received_at
    from batches
    where status = 'loaded'
)

select * from final
