{#
    A day's delivery costs a day's work: models at the grain of the call keep the batch of each
    row, add the batches they do not hold yet and drop those that a corrected delivery superseded.

    `where batch_id > max(batch_id)` would be shorter, but batch numbers are given out before a
    delivery is loaded: one that commits late, with a lower number, would be missed for ever.
    Asking for every current batch "do I hold it?" is one index probe a day of data.
#}

{% macro unseen_batches(source_id) -%}
    select slices.batch_id
    from {{ ref('stg_platform__batch_slices') }} as slices
    where
        slices.source_id = '{{ source_id }}'
        and not slices.is_superseded
        and not exists (
            select 1 from {{ this }} as held
            where held.batch_id = slices.batch_id
        )
{%- endmacro %}

{# Pre-hook, in the model's own transaction: readers never see the hole. #}
{% macro delete_superseded_batches(source_id) -%}
    {%- if is_incremental() -%}
        delete from {{ this }}
        where batch_id in (
            select slices.batch_id
            from {{ ref('stg_platform__batch_slices') }} as slices
            where slices.source_id = '{{ source_id }}'
            group by slices.batch_id
            having bool_and(slices.is_superseded)
        )
    {%- endif -%}
{%- endmacro %}
