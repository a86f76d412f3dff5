with indicators as (
    select * from {{ ref('indicators') }}
),

final as (
    select
        indicator_id,
        definition_version,
        catalogue_number,
        name_ko,
        name_en,
        definition_ko,
        definition_en,
        kind,
        direction,
        unit,
        scale,
        numerator_unit,
        denominator_unit,
        min_value,
        max_value,
        frequency,
        grain,
        series_breaks,
        suppression_class,
        interval_kind,
        value_kind,
        population_basis,
        revision_policy,
        owner,
        source_ids,
        is_public,
        earliest_period
    from indicators
)

select * from final
