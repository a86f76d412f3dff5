with slices as (
    select * from {{ source('ops', 'batch_slice') }}
),

final as (
    select
        batch_id,
        slice_key,
        source_id,
        superseded_at is not null as is_superseded
    from slices
)

select * from final
