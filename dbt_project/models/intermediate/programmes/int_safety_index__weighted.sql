-- A weight set in force is spread over the years it is valid for.
with weights as (
    select * from {{ ref('safety_index_weights') }}
),

final as (
    select
        weight_set,
        field,
        field_ko,
        component,
        indicator_id,
        definition_version,
        weight_pct,
        valid_from_year,
        coalesce(valid_to_year, 9999)::smallint as valid_to_year
    from weights
)

select * from final
