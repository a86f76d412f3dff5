with safety_indicators as (
    select * from {{ source('disclosed', 'safety_indicators') }}
),

final as (
    select
        indicator_id,
        indicator_name_ko,
        indicator_name_en,
        definition_version,
        place_type,
        place_code,
        place_name_ko,
        place_name_en,
        period_type,
        period_start,
        period_end,
        numerator,
        denominator,
        value,
        lower_95,
        upper_95,
        interval_method,
        value_status,
        unit,
        scale,
        population_basis,
        is_partial_period,
        series_break,
        data_as_of,
        is_synthetic
    from safety_indicators
)

select * from final
