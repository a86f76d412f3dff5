-- One macro a topic (macros/indicators/) turns its measure models into rows of indicators.
with measured as (
    {{ indicators_of_crimes() }}
    union all
    {{ indicators_of_calls() }}
    union all
    {{ indicators_of_relational() }}
    union all
    {{ indicators_of_people() }}
    union all
    {{ indicators_of_places() }}
    union all
    {{ indicators_of_traffic() }}
    union all
    {{ indicators_of_patrols() }}
    union all
    {{ indicators_of_civic() }}
),

final as (
    select
        indicator_id,
        definition_version,
        subgroup,
        place_type,
        place_code,
        period_type,
        numerator,
        denominator,
        measured_value,
        is_reported,
        is_applicable,
        is_partial_period,
        is_denominator_final,
        is_synthetic,
        period_start,
        period_end,
        data_as_of
    from measured
)

select * from final
