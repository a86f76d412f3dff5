with indicators as (
    select * from {{ ref('indicators') }}
),

indicator_sums as (
    select * from {{ ref('indicator_sums') }}
),

final as (
    select
        indicators.indicator_id,
        indicators.definition_version,
        indicators.catalogue_number,
        indicators.name_ko,
        indicators.name_en,
        indicators.definition_ko,
        indicators.definition_en,
        indicators.kind,
        indicators.direction,
        indicators.unit,
        indicators.scale,
        indicators.numerator_unit,
        indicators.denominator_unit,
        indicators.min_value,
        indicators.max_value,
        indicators.frequency,
        indicators.grain,
        indicators.series_breaks,
        indicators.suppression_class,
        indicators.interval_kind,
        indicators.value_kind,
        indicators.population_basis,
        indicators.revision_policy,
        indicators.owner,
        indicators.source_ids,
        indicators.is_public,
        indicators.value_kind <> 'measured' and indicators.frequency not in ('window', 'event')
            as is_summable_over_places,
        indicators.value_kind <> 'measured'
        and indicators.frequency not in ('snapshot', 'window', 'event')
        and indicators.revision_policy <> 'latest_register'
        and indicator_sums.indicator_id is null as is_summable_over_periods,
        coalesce(
            indicator_sums.reason_en,
            case
                when indicators.value_kind = 'measured' then 'A median or mean has no parts to add.'
                when indicators.frequency in ('window', 'event')
                    then 'Each window or event stands for itself.'
                when
                    indicators.frequency = 'snapshot'
                    or indicators.revision_policy = 'latest_register'
                    then 'A state on a date, no flow.'
            end
        ) as no_sum_reason,
        indicators.earliest_period
    from indicators
    left join indicator_sums
        on indicators.indicator_id = indicator_sums.indicator_id
)

select * from final
