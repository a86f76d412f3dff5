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
        -- An array leads to the index; a set would be joined with the whole table.
        delete from {{ this }}
        where batch_id = any(
            array(
                select slices.batch_id
                from {{ ref('stg_platform__batch_slices') }} as slices
                where slices.source_id = '{{ source_id }}'
                group by slices.batch_id
                having bool_and(slices.is_superseded)
            )
        )
    {%- endif -%}
{%- endmacro %}

{# The deliveries behind the calls of each month; they differ when any of its days was corrected. #}
{% macro month_deliveries() -%}
    select
        month,
        count(distinct batch_id) as delivery_count,
        sum(distinct batch_id)::bigint as delivery_sum
    from {{ ref('fct_112_calls_daily') }}
    group by month
{%- endmacro %}

{# Pre-hook of a model by month: drop the months whose deliveries are no longer the same. #}
{% macro delete_changed_months() -%}
    {%- if is_incremental() -%}
        delete from {{ this }} as held
        using (
            select
                held_months.month
            from {{ this }} as held_months
            left join ({{ month_deliveries() }}) as deliveries
                on
                    held_months.month = deliveries.month
                    and held_months.delivery_count = deliveries.delivery_count
                    and held_months.delivery_sum = deliveries.delivery_sum
            where deliveries.month is null
        ) as changed
        where held.month = changed.month
    {%- endif -%}
{%- endmacro %}
